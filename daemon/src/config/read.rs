//! What does a config file say?
//!
//! A problem never stops the reading: a value that is not taken leaves the default in place, and
//! all problems come back together.

mod report;
mod sense;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use self::report::{Report, not_utf8, place_of};
use self::sense::{
    check_end_missing, check_house_tokens, check_reachable, check_tls, check_tokens, check_upstream,
};
use super::keys::{Access, Brake, Daemon, Http, Key as KeyOf, Limits, Profile, Section};
use super::kind::{Refusal, nearest};
use super::problem::Problem;
use super::{Config, is_partner_name};

/// Reads the text of a config file; `file` is its name in problems.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Config, Vec<Problem>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(vec![not_utf8(bytes, error, file)]),
    };
    let mut report = Report::new(text, file);
    let (root, errors) = DeTable::parse_recoverable(text);
    let config = read_root(root.get_ref(), &mut report);
    if !errors.is_empty() {
        report.prefer_syntax(&errors);
    }
    let problems = report.in_order();
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(problems)
    }
}

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// The names of the sections at the top of the file.
const SECTIONS: [&str; 7] = [
    "daemon",
    "limits",
    "http",
    "retention",
    "upstream",
    "profile",
    "partners",
];

fn read_root(root: &DeTable<'_>, report: &mut Report<'_>) -> Config {
    let mut config = Config::default();
    let mut partners = None;
    for (key, value) in root {
        let name: &str = key.get_ref();
        match name {
            "daemon" => read_table(&mut config.daemon, key, value, "daemon", report),
            "limits" => read_table(&mut config.limits, key, value, "limits", report),
            "http" => {
                read_table(&mut config.http, key, value, "http", report);
                check_house_tokens(&config.http, key, report);
                check_tls(&config.http, value, report);
            }
            "retention" => read_table(&mut config.retention, key, value, "retention", report),
            "upstream" => {
                read_table(&mut config.upstream, key, value, "upstream", report);
                check_upstream(&config.upstream, value, report);
            }
            "profile" => {
                read_table(&mut config.profile, key, value, "profile", report);
                check_end_missing(&config.profile, value, "profile", report);
            }
            "partners" => partners = Some((key, value)),
            _ => {
                let kind = if value.get_ref().is_table() {
                    "section"
                } else {
                    "key"
                };
                let message = format!("unknown {kind} `{}`", name.escape_debug());
                report.add(key.span(), name, unknown(message, name, "", &SECTIONS));
            }
        }
    }
    if config.limits.field_bytes > config.limits.record_bytes {
        let place = place_of(root, &["limits", "field_bytes"])
            .or_else(|| place_of(root, &["limits", "record_bytes"]));
        let refusal = Refusal {
            message: "`limits.field_bytes` is larger than `limits.record_bytes`".into(),
            hint: Some("a field is a part of a record".into()),
        };
        report.add(place.unwrap_or(0..0), "limits.field_bytes", refusal);
    }
    // The partners' profiles start from the default profile, so they are read after it.
    if let Some((key, value)) = partners {
        read_partners(&mut config, key, value, report);
    }
    check_reachable(&config, root, report);
    config
}

fn read_partners(config: &mut Config, key: &Key<'_>, value: &Value<'_>, report: &mut Report<'_>) {
    let Some(table) = value.get_ref().as_table() else {
        report.add(key.span(), "partners", not_a_table("partners.<name>"));
        return;
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path = format!("partners.{}", name.escape_debug());
        if !is_partner_name(name) {
            let refusal = Refusal {
                message: format!("`{}` cannot be the name of a partner", name.escape_debug()),
                hint: Some(
                    "up to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit".into(),
                ),
            };
            report.add(key.span(), &path, refusal);
        }
        let mut entry = Entry {
            profile: config.profile.clone(),
            access: Access::default(),
        };
        read_table(&mut entry, key, value, &path, report);
        check_end_missing(&entry.profile, value, &path, report);
        check_tokens(config, &entry.access, key, &path, report);
        config.partners.insert(name.to_owned(), entry.profile);
        config.access.insert(name.to_owned(), entry.access);
    }
}

/// A partner's entry: a profile, and what stands in no profile.
struct Entry {
    profile: Profile,
    access: Access,
}

impl Section for Entry {
    fn about(&self) -> &'static [&'static str] {
        self.profile.about()
    }

    fn keys(&self) -> Vec<KeyOf> {
        let mut keys = self.profile.keys();
        keys.extend(self.access.keys());
        keys
    }

    fn set(&mut self, key: &str, value: &DeValue<'_>) -> Option<Result<(), Refusal>> {
        let Self { profile, access } = self;
        profile.set(key, value).or_else(|| access.set(key, value))
    }

    fn parts(&self) -> Vec<(&'static str, &dyn Section)> {
        self.profile.parts()
    }

    fn part(&mut self, name: &str) -> Option<&mut dyn Section> {
        self.profile.part(name)
    }
}

fn read_table(
    section: &mut dyn Section,
    key: &Key<'_>,
    value: &Value<'_>,
    path: &str,
    report: &mut Report<'_>,
) {
    let Some(table) = value.get_ref().as_table() else {
        report.add(key.span(), path, not_a_table(path));
        return;
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path_of_key = format!("{path}.{}", name.escape_debug());
        if let Some(part) = section.part(name) {
            read_table(part, key, value, &path_of_key, report);
            continue;
        }
        match section.set(name, value.get_ref()) {
            Some(Ok(())) => {}
            Some(Err(refusal)) => {
                let message = format!("`{path_of_key}`: {}", refusal.message);
                report.add(value.span(), &path_of_key, Refusal { message, ..refusal });
            }
            None => {
                let message = format!("unknown key `{}` in `[{path}]`", name.escape_debug());
                let refusal = unknown(message, name, path, &names(section));
                report.add(key.span(), &path_of_key, refusal);
            }
        }
    }
}

fn names(section: &dyn Section) -> Vec<&'static str> {
    let keys = section.keys().into_iter().map(|key| key.name);
    keys.chain(section.parts().into_iter().map(|(name, _)| name))
        .collect()
}

/// A key that the section at `path` does not know; the hint is the likeliest of what was meant.
fn unknown(message: String, name: &str, path: &str, known: &[&'static str]) -> Refusal {
    let near = nearest(&name.to_ascii_lowercase(), known.iter().copied());
    let hint = match (near, home_of(name, path)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(home)) => format!("`{name}` belongs in `[{home}]`"),
        (None, None) => format!("known here are {}", listed(known)),
    };
    Refusal {
        message,
        hint: Some(hint),
    }
}

/// The section that knows the key: within the partner's own entry where `path` is in one.
fn home_of(name: &str, path: &str) -> Option<String> {
    let profile = match path.strip_prefix("partners.") {
        Some(partner) => format!("partners.{}", partner.trim_end_matches(".brake")),
        None => "profile".into(),
    };
    let brake = format!("{profile}.brake");
    let sections: [(String, &dyn Section); 5] = [
        ("daemon".into(), &Daemon::default()),
        ("limits".into(), &Limits::default()),
        ("http".into(), &Http::default()),
        (profile, &Profile::default()),
        (brake, &Brake::default()),
    ];
    let mut homes = sections
        .into_iter()
        .filter(|(_, section)| names(*section).contains(&name));
    homes.next().map(|(home, _)| home)
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn not_a_table(path: &str) -> Refusal {
    Refusal {
        message: format!("`{path}` is a section"),
        hint: Some(format!(
            "write `[{path}]` on a line of its own, and its keys below"
        )),
    }
}

#[cfg(test)]
mod tests;
