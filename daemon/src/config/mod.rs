//! How is the program set up?
//!
//! One file, one [`Config`]; nothing else in the program has a setting. A config that exists is
//! valid: whoever holds one need not check it again.

mod access;
mod docs;
mod first_file;
mod keys;
mod kind;
mod measures;
mod names;
mod pairs;
mod problem;
mod read;
mod remote;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

pub use access::{Hosts, KnownToken, TokenHash, is_holder_name};
pub use docs::{default_file, docs};
pub use first_file::{Chosen, first_file};
pub use keys::{
    Access, Brake, Daemon, DateOrder, Delivery, Encoding, FilePolicy, Http, Limits, LogFormat,
    LogLevel, Mirroring, Profile, Retention, Upstream, Values,
};
pub use measures::parse_duration;
pub use names::Offers;
pub use problem::{ConfigError, Problem};
pub use remote::Remote;
pub(crate) use remote::may_be_asked;

#[cfg(test)]
pub(crate) use docs::assert_file_is_fresh;

use keys::Section;

/// The name of the config file in the data directory.
pub const FILE_NAME: &str = "intake.toml";

/// A config file larger than this is a mistake.
const LARGEST_FILE: u64 = 1 << 20;

/// All settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// How the daemon works.
    pub daemon: Daemon,
    /// What is refused before it costs anything.
    pub limits: Limits,
    /// How the daemon answers over HTTP.
    pub http: Http,
    /// How long what imports leave behind is kept.
    pub retention: Retention,
    /// The platform that changes are sent to.
    pub upstream: Upstream,
    /// What is agreed with a partner that has no entry of its own.
    pub profile: Profile,
    /// The partners with an entry, each with its whole profile: what the entry leaves open is as
    /// in `profile`.
    pub partners: BTreeMap<String, Profile>,
    /// The same partners, each with what stands in no profile.
    pub access: BTreeMap<String, Access>,
    /// The file that all this was read from.
    pub origin: Option<PathBuf>,
}

impl Config {
    /// Reads the config file that is named, or else `intake.toml` in the data directory; where
    /// there is none, everything is as by default.
    pub fn find(named: Option<&Path>, data: Option<&Path>) -> Result<Config, ConfigError> {
        if let Some(path) = named {
            return Config::load(path);
        }
        let Some(data) = data else {
            return Ok(Config::default());
        };
        match Config::load(&data.join(FILE_NAME)) {
            Err(ConfigError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Ok(Config::default())
            }
            found => found,
        }
    }

    /// Has anybody a token?
    pub fn has_tokens(&self) -> bool {
        let of_partners = self
            .access
            .values()
            .any(|access| access.all().next().is_some());
        let of_house = [&self.http.operator_tokens, &self.http.read_tokens];
        of_partners || of_house.iter().any(|tokens| !tokens.is_empty())
    }

    /// Reads a config file. All its problems are reported together.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let unreadable = |source| ConfigError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ConfigError::TooLarge {
                path: path.to_owned(),
                limit: LARGEST_FILE,
            });
        }
        let config = Config::parse(&bytes, &path.to_string_lossy());
        let mut config = config.map_err(|problems| ConfigError::Problems {
            path: path.to_owned(),
            problems,
        })?;
        config.origin = Some(std::path::absolute(path).map_err(unreadable)?);
        Ok(config)
    }

    /// The files that it names.
    pub fn files(&self) -> Vec<&Path> {
        let (http, upstream) = (&self.http, &self.upstream);
        let named = [
            &http.tls_certificate,
            &http.tls_key,
            &upstream.token_file,
            &upstream.certificates,
        ];
        named.into_iter().flatten().map(PathBuf::as_path).collect()
    }

    /// Reads the content of a config file; `file` is its name in problems. There is at least one
    /// problem in an `Err`.
    pub fn parse(content: &[u8], file: &str) -> Result<Config, Vec<Problem>> {
        read::read(content, file)
    }

    /// What is agreed with a partner: its own entry, or the default profile.
    pub fn profile(&self, partner: &str) -> &Profile {
        self.partners.get(partner).unwrap_or(&self.profile)
    }

    /// What is set other than by default: a line for each setting and a last one that counts.
    pub fn summary(&self) -> String {
        let mut lines = String::new();
        let default = Config::default();
        let sections: [(&str, &dyn Section, &dyn Section); 6] = [
            ("daemon", &self.daemon, &default.daemon),
            ("limits", &self.limits, &default.limits),
            ("http", &self.http, &default.http),
            ("retention", &self.retention, &default.retention),
            ("upstream", &self.upstream, &default.upstream),
            ("profile", &self.profile, &default.profile),
        ];
        for (path, section, base) in sections {
            write_differences(path, section, base, "default", &mut lines);
        }
        for (name, profile) in &self.partners {
            let path = format!("partners.{name}");
            write_differences(&path, profile, &self.profile, "profile", &mut lines);
            if let Some(access) = self.access.get(name) {
                write_differences(&path, access, &Access::default(), "default", &mut lines);
            }
        }
        let settings = lines.lines().count();
        let partners = self.partners.len();
        let _ = write!(
            lines,
            "{settings} {} set, {partners} {} with an entry",
            if settings == 1 { "key" } else { "keys" },
            if partners == 1 { "partner" } else { "partners" },
        );
        lines
    }
}

/// Whether a partner may have this name, which is also the name of its folders:
/// `[a-z0-9][a-z0-9_-]{0,63}`.
pub fn is_partner_name(name: &str) -> bool {
    let letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=64).contains(&name.len())
        && name.bytes().next().is_some_and(letter_or_digit)
        && name
            .bytes()
            .all(|byte| letter_or_digit(byte) || byte == b'_' || byte == b'-')
}

fn write_differences(
    path: &str,
    section: &dyn Section,
    base: &dyn Section,
    base_name: &str,
    lines: &mut String,
) {
    for (key, base) in section.keys().into_iter().zip(base.keys()) {
        if key.value != base.value {
            let (name, value) = (key.name, key.value);
            let _ = writeln!(
                lines,
                "{path}.{name} = {value} ({base_name}: {})",
                base.value
            );
        }
    }
    for ((name, part), (_, base)) in section.parts().into_iter().zip(base.parts()) {
        write_differences(&format!("{path}.{name}"), part, base, base_name, lines);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn partner_names_are_plain() {
        for name in ["a", "0", "alpha-2_b", &"a".repeat(64)] {
            assert!(is_partner_name(name), "{name}");
        }
        for name in [
            "",
            "-a",
            "_a",
            "A",
            "ä",
            "a b",
            "a/b",
            "..",
            "a.b",
            &"a".repeat(65),
        ] {
            assert!(!is_partner_name(name), "{name}");
        }
    }

    #[test]
    fn the_summary_names_what_differs() {
        let config = Config::parse(
            b"[daemon]\nquiet_time = '1500ms'\nscan_interval = '5s'\n[profile]\ndelivery = 'full'\n\
              [partners.alpha.brake]\nenabled = false\n[partners.beta]\n",
            "intake.toml",
        )
        .expect("valid");
        expect![[r#"
            daemon.quiet_time = "1500ms" (default: "2s")
            profile.delivery = "full" (default: "delta")
            partners.alpha.brake.enabled = false (profile: true)
            3 keys set, 2 partners with an entry"#]]
        .assert_eq(&config.summary());
        expect!["0 keys set, 0 partners with an entry"].assert_eq(&Config::default().summary());
    }

    #[test]
    fn only_the_file_of_the_data_directory_may_be_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        assert_eq!(
            Config::find(None, None).expect("nothing to read"),
            Config::default()
        );
        assert_eq!(
            Config::find(None, Some(data)).expect("nothing there"),
            Config::default()
        );
        assert!(Config::find(Some(&data.join("other.toml")), Some(data)).is_err());

        std::fs::write(data.join(FILE_NAME), "limits.columns = 7").expect("the file is written");
        let found = Config::find(None, Some(data)).expect("a valid file");
        assert_eq!(found.limits.columns, 7);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("intake.toml");
        let Err(ConfigError::Read { path: named, .. }) = Config::load(&path) else {
            panic!("a missing file has been read");
        };
        assert_eq!(named, path);

        std::fs::write(&path, vec![b'\n'; 2 << 20]).expect("the file is written");
        assert!(matches!(
            Config::load(&path),
            Err(ConfigError::TooLarge { .. })
        ));

        std::fs::write(&path, "a = 1\nb = 2\n").expect("the file is written");
        let error = Config::load(&path).expect_err("two unknown keys");
        assert_eq!(error.problems().len(), 2);
        let text = error.to_string();
        assert!(
            text.contains("intake.toml:2:1: ") && text.contains("\n2 problems in "),
            "{text}"
        );
    }
}
