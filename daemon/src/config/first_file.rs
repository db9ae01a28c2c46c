//! How does the first config file of an installation look?
//! Every key stands in it with its meaning and default as a comment; what was chosen stands uncommented in its place.

use std::fmt::Write as _;

use super::Config;
use super::docs::{commented, meaning_of, sections};

/// What was chosen for an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Keys by section, with their values as TOML.
    pub keys: Vec<(&'static str, &'static str, String)>,
    /// The partner with an entry, and the hashes of its tokens.
    pub partner: Option<(String, Vec<String>)>,
}

/// The text of the file.
pub fn first_file(chosen: &Chosen) -> String {
    let mut text = commented(
        "The configuration of Intake. Every key is here with its meaning and its default; what is uncommented is set. \
         After a change: `intake config check`, then start the daemon anew.",
    );
    for (path, about, keys) in &sections(&Config::default()) {
        let _ = write!(text, "\n{}[{path}]\n", commented(about));
        for key in keys {
            let _ = write!(text, "\n{}", commented(&meaning_of(key)));
            let set = chosen
                .keys
                .iter()
                .find(|(section, name, _)| section == path && *name == key.name);
            let _ = match set {
                Some((_, _, value)) => writeln!(text, "{} = {value}", key.name),
                None => writeln!(text, "# {} = {}", key.name, key.value),
            };
        }
    }
    text.push('\n');
    text.push_str(&commented(
        "A partner has a section of its own. What it leaves open is as in `[profile]`; every key of that section can \
         stand here.",
    ));
    match &chosen.partner {
        Some((partner, tokens)) => {
            let _ = writeln!(text, "[partners.{partner}]");
            if !tokens.is_empty() {
                let list: Vec<String> = tokens.iter().map(|hash| format!("\"{hash}\"")).collect();
                let _ = writeln!(text, "tokens = [{}]", list.join(", "));
            }
        }
        None => text.push_str("# [partners.alpha]\n# delivery = \"full\"\n"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_holds_and_nothing_else_differs() {
        let none = Config::parse(first_file(&Chosen::default()).as_bytes(), "none").unwrap();
        assert_eq!(none, Config::default());
        let chosen = Chosen {
            keys: vec![("http", "listen", "\"127.0.0.1:8710\"".to_owned())],
            partner: Some((
                "kiosk".to_owned(),
                vec![format!("sha256:{}", "a".repeat(64))],
            )),
        };
        let text = first_file(&chosen);
        let config = Config::parse(text.as_bytes(), "chosen").unwrap();
        assert_eq!(config.http.listen, Some("127.0.0.1:8710".parse().unwrap()));
        assert_eq!(config.access["kiosk"].tokens.len(), 1);
        let summary = config.summary();
        assert!(
            summary.ends_with("2 keys set, 1 partner with an entry"),
            "{summary}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}
