//! How is the config file documented?
//!
//! Everything said about a key comes from its table in `keys`; only the example is written here,
//! and a test reads it.

use std::fmt::Write as _;

use super::Config;
use super::keys::{Access, Key, Section};

/// A small config file as an operator might write it.
const EXAMPLE: &str = r#"[daemon]
# The inbox is on NFS, where no events arrive: look more often.
watcher = false
scan_interval = "2s"
log_format = "json"

[limits]
file_bytes = "2 GiB"

# The checking page and uploads, behind a proxy with TLS.
[http]
listen = "0.0.0.0:8710"
behind_proxy = true
hosts = ["intake.example.org"]

# Everything that is applied is also sent to the platform, and its catalog is known to checks.
[upstream]
mode = "mirror"
url = "https://api.example.org/api/v3.0"
token_file = "/run/credentials/intake.service/upstream-token"
pull_offers = true

# What holds for every partner.
[profile]
time_zone = "Europe/Berlin"
done_marker = true

# `alpha` sends its whole book each night.
[partners.alpha]
delivery = "full"
end_missing = true
offers = ["O_MZA1E7173120881551"]

[partners.alpha.brake]
ends_share = 0.05
ends_count = 500
rejects_share = 0.1

# `beta` writes to a temporary name and renames; one bad row rejects the file. It may also upload
# with the token that `intake token new --partner beta` printed.
[partners.beta]
tokens = ["sha256:acfb6c2670187cfeec4537b25034eeff47db083283754c108a9e92ea8f91f597"]
done_marker = false
file_policy = "file"
"#;

/// Renders `docs/configuration.md`.
pub fn docs() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         <!-- Generated from the tables in `daemon/src/config/keys.rs`; \
         `UPDATE_DOCS=1 cargo test -p intake-daemon` writes it anew. -->\n\n\
         Intake reads one TOML file: the one named by `--config`, or else `intake.toml` in the data \
         directory where there is one. Every key has a default, so the file may be missing. \
         A key that is not listed here is refused. `intake config check` names every problem of a \
         file with its place; `intake config show-default` prints a file with all defaults.\n\n\
         Durations are written `\"200ms\"`, `\"5s\"`, `\"2m\"`, `\"1h\"` or `\"7d\"`; sizes `\"64 KiB\"`, \
         `\"1 GiB\"` or as a number of bytes; shares as a number from 0 to 1.\n",
    );
    for (path, about, section) in &sections(&Config::default()) {
        let _ = write!(text, "\n## `[{path}]`\n\n{about}\n\n{}", table(section));
    }
    text.push_str(
        "\n## `[partners.<name>]`\n\n\
         The keys of `[profile]` and, in `[partners.<name>.brake]`, those of `[profile.brake]`, for \
         one partner. What is not given is as in `[profile]`. The name is that of the partner's \
         folder in the inbox: up to 64 of `a-z`, `0-9`, `-` and `_`, beginning with a letter or \
         digit. A partner without an entry has the default profile. Besides these keys:\n\n",
    );
    text.push_str(&table(&Access::default().keys()));
    text.push_str("\n## Example\n\n```toml\n");
    text.push_str(EXAMPLE);
    text.push_str("```\n");
    text
}

/// A config file that says what holds without one: every key with its meaning and default.
pub fn default_file() -> String {
    let mut text = String::from("# Every key of Intake's config file with its default.\n");
    for (path, about, keys) in &sections(&Config::default()) {
        let _ = write!(text, "\n{}[{path}]\n", commented(about));
        for key in keys {
            let meaning = commented(&meaning_of(key));
            let _ = write!(text, "\n{meaning}{} = {}\n", key.name, key.value);
        }
    }
    text
}

/// What a key means, of which kind it is and in which bounds.
pub(super) fn meaning_of(key: &Key) -> String {
    format!("{} ({}{})", sentence(key.meaning), key.kind, range_of(key))
}

/// The sections in the order of the documentation: path, what it is about, its keys.
pub(super) fn sections(config: &Config) -> Vec<(String, String, Vec<Key>)> {
    let mut found = Vec::new();
    collect("daemon", &config.daemon, &mut found);
    collect("limits", &config.limits, &mut found);
    collect("http", &config.http, &mut found);
    collect("retention", &config.retention, &mut found);
    collect("upstream", &config.upstream, &mut found);
    collect("profile", &config.profile, &mut found);
    found
}

fn collect(path: &str, section: &dyn Section, found: &mut Vec<(String, String, Vec<Key>)>) {
    found.push((path.to_owned(), sentence(section.about()), section.keys()));
    for (name, part) in section.parts() {
        collect(&format!("{path}.{name}"), part, found);
    }
}

fn table(keys: &[Key]) -> String {
    let mut text = String::from("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
    for key in keys {
        let _ = writeln!(
            text,
            "| `{}` | {}{} | `{}` | {} |",
            key.name,
            key.kind,
            range_of(key),
            key.value,
            sentence(key.meaning)
        );
    }
    text
}

fn range_of(key: &Key) -> String {
    match &key.range {
        Some((least, most)) => {
            format!(
                ", {} to {}",
                least.trim_matches('"'),
                most.trim_matches('"')
            )
        }
        None => String::new(),
    }
}

fn sentence(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

/// The text as comment lines of at most 100 characters.
pub(super) fn commented(text: &str) -> String {
    let mut lines = String::from("#");
    let mut width = 1;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width + length > 100 {
            lines.push_str("\n#");
            width = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        width += length;
    }
    lines.push('\n');
    lines
}

/// Holds a generated file of `docs/` against its rendering; with `UPDATE_DOCS=1` in the
/// environment it writes the file instead.
#[cfg(test)]
pub(crate) fn assert_file_is_fresh(name: &str, rendered: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|update| update == "1") {
        std::fs::write(&path, rendered).expect("the documentation can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == rendered,
        "`docs/{name}` is stale; `UPDATE_DOCS=1 cargo test -p intake-daemon` writes it anew"
    );
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Delivery};
    use super::*;

    #[test]
    fn the_documentation_is_fresh() {
        assert_file_is_fresh("configuration.md", &docs());
    }

    #[test]
    fn the_example_is_read() {
        let config = Config::parse(EXAMPLE.as_bytes(), "example").expect("the example is valid");
        assert_eq!(config.profile("alpha").delivery, Delivery::Full);
        assert!(!config.profile("beta").done_marker);
    }

    #[test]
    fn the_default_file_says_what_holds_without_it() {
        let file = default_file();
        let config = Config::parse(file.as_bytes(), "default").expect("the defaults are valid");
        assert_eq!(config, Config::default());
        assert!(file.lines().all(|line| line.chars().count() <= 100));
    }
}
