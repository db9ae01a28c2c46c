//! Do the keys of a config make sense together?
//! Each check looks at keys that were read one by one and are valid by themselves.

use toml::de::DeTable;

use super::report::{Report, place_of};
use super::{Key, Value};
use crate::config::Config;
use crate::config::access::KnownToken;
use crate::config::keys::{Access, Delivery, Http, Profile, Upstream};
use crate::config::kind::Refusal;

/// Tokens and orders would pass in the clear to whoever listens on the way, and whoever can reach an address where nobody
/// has a token is nobody's partner.
pub(super) fn check_reachable(config: &Config, root: &DeTable<'_>, report: &mut Report<'_>) {
    let http = &config.http;
    let Some(address) = http.listen else {
        return;
    };
    if address.ip().to_canonical().is_loopback() || http.behind_proxy {
        return;
    }
    let (message, hint) = if http.tls_certificate.is_none() {
        (
            format!("`http.listen`: others can reach {address}, and there is no TLS"),
            "listen on 127.0.0.1, set `tls_certificate` and `tls_key`, or put a proxy with TLS in \
             front and set `behind_proxy = true`",
        )
    } else if !config.has_tokens() {
        (
            format!("`http.listen`: others can reach {address}, and nobody has a token"),
            "make one with `intake token new --partner <name>`, or listen on 127.0.0.1",
        )
    } else {
        return;
    };
    let refusal = Refusal {
        message,
        hint: Some(hint.into()),
    };
    let place = place_of(root, &["http", "listen"]);
    report.add(place.unwrap_or(0..0), "http.listen", refusal);
}

/// A certificate is of no use without its key.
pub(super) fn check_tls(http: &Http, table: &Value<'_>, report: &mut Report<'_>) {
    let (given, missing) = match (&http.tls_certificate, &http.tls_key) {
        (Some(_), None) => ("tls_certificate", "tls_key"),
        (None, Some(_)) => ("tls_key", "tls_certificate"),
        _ => return,
    };
    let table = table.get_ref().as_table();
    let place = table.and_then(|table| place_of(table, &[given]));
    let refusal = Refusal {
        message: format!("`http.{given}` is given without `http.{missing}`"),
        hint: Some("TLS needs both files".into()),
    };
    report.add(place.unwrap_or(0..0), &format!("http.{given}"), refusal);
}

/// Who is to send needs to know where, and by which right.
pub(super) fn check_upstream(upstream: &Upstream, table: &Value<'_>, report: &mut Report<'_>) {
    if !upstream.is_used() {
        return;
    }
    let (key, message) = match (
        &upstream.url,
        &upstream.token_file,
        &upstream.token_variable,
    ) {
        (None, _, _) => ("url", "`upstream.url` says not where the platform is"),
        (_, None, None) => (
            "token_file",
            "neither `upstream.token_file` nor `upstream.token_variable` says where the token is",
        ),
        (_, Some(_), Some(_)) => (
            "token_variable",
            "`upstream.token_file` and `upstream.token_variable` both say where the token is",
        ),
        _ => return,
    };
    let table = table.get_ref().as_table();
    let place = table.and_then(|table| {
        let named = place_of(table, &[key]);
        named.or_else(|| place_of(table, &["mode"]))
    });
    let refusal = Refusal {
        message: message.into(),
        hint: Some(
            "write `url = \"https://…/api/v3.0\"` and `token_file = \"…\"`, or set `mode = \"off\"`"
                .into(),
        ),
    };
    let path = format!("upstream.{key}");
    report.add(place.unwrap_or(0..0), &path, refusal);
}

/// A token names one holder with one set of rights.
pub(super) fn check_tokens(
    config: &Config,
    access: &Access,
    key: &Key<'_>,
    path: &str,
    report: &mut Report<'_>,
) {
    let mut others: Vec<&KnownToken> = config.access.values().flat_map(Access::all).collect();
    others.extend(&config.http.operator_tokens);
    others.extend(&config.http.read_tokens);
    let is_known = |token| others.contains(&token) || access.is_in_both(token);
    if access.all().any(is_known) {
        let refusal = Refusal {
            message: format!("`{path}` has a token that stands in another list too"),
            hint: Some("make one for each list with `intake token new`".into()),
        };
        report.add(key.span(), path, refusal);
    }
}

/// The same of the house's own.
pub(super) fn check_house_tokens(http: &Http, key: &Key<'_>, report: &mut Report<'_>) {
    let is_known = |token| http.read_tokens.contains(token);
    if http.operator_tokens.iter().any(is_known) {
        let refusal = Refusal {
            message: "`http.operator_tokens` has a token of `http.read_tokens`".into(),
            hint: Some("make one for each list with `intake token new`".into()),
        };
        report.add(key.span(), "http.operator_tokens", refusal);
    }
}

/// Ending what is missing makes no sense for a delta, where nearly everything is.
pub(super) fn check_end_missing(
    profile: &Profile,
    table: &Value<'_>,
    path: &str,
    report: &mut Report<'_>,
) {
    if !profile.end_missing || profile.delivery == Delivery::Full {
        return;
    }
    let Some(place) = table
        .get_ref()
        .as_table()
        .and_then(|t| place_of(t, &["end_missing"]))
    else {
        return;
    };
    let path = format!("{path}.end_missing");
    let refusal = Refusal {
        message: format!("`{path}` has no meaning for a delivery of changes only"),
        hint: Some("set `delivery = \"full\"` beside it".into()),
    };
    report.add(place, &path, refusal);
}
