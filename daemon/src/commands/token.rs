//! How does a partner, an operator or a reading system get a token?
//! It is printed once, to be handed over; the config is given its hash, from which nobody gets the token back.

use std::io::Write;

use anyhow::Context as _;

use super::Speech;
use crate::cli::args::{Outcome, TokenNew};
use crate::config::{KnownToken, TokenHash};
use crate::http::new_token;

/// Makes a token and writes it with the lines for the config.
pub fn new(arguments: &TokenNew, speech: &Speech, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let token = new_token().context("cannot draw a random number")?;
    let known = KnownToken {
        hash: TokenHash::of(&token),
        name: arguments.name.as_deref().map(Into::into),
    };
    let list = match (&arguments.partner, arguments.read_only) {
        (Some(partner), false) => format!("[partners.{partner}]\n  tokens"),
        (Some(partner), true) => format!("[partners.{partner}]\n  read_tokens"),
        (None, false) => "[http]\n  operator_tokens".to_owned(),
        (None, true) => "[http]\n  read_tokens".to_owned(),
    };
    let hand_over = speech.say(
        "Das Token, nur jetzt zu sehen; geben Sie es auf einem sicheren Weg weiter:",
        "The token, shown this once; hand it over on a safe way:",
    );
    let for_config = speech.say(
        "In die Konfiguration; ein zweites darf daneben stehen, bis es das erste ersetzt hat:",
        "For the config; a second one may stand beside it until it has replaced the first:",
    );
    write!(
        out,
        "{hand_over}\n\n  {token}\n\n{for_config}\n\n  {list} = [\"{known}\"]\n"
    )
    .context("cannot write the token")?;
    Ok(Outcome::Done)
}
