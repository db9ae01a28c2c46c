//! What holds for every command?
//!
//! Nothing here changes what a command does, only how it speaks; `--config` aside.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// Options that every command has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The config file; by default `intake.toml` in the data directory, where there is one
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "INTAKE_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// Whether the output is coloured; `auto` is yes on a terminal where `NO_COLOR` is not set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: Color,
    /// The language of texts; by default that of `LC_ALL`, `LC_MESSAGES` or `LANG`, else English
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Shows no progress and no remarks, only results and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Global {
    /// The language of texts: the one asked for, or that of the environment.
    pub fn language(&self) -> Language {
        self.lang.unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .filter_map(std::env::var_os)
                .find(|value| !value.is_empty());
            Language::of_locale(&locale.unwrap_or_default().to_string_lossy())
        })
    }
}

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Also in a pipe or file.
    Always,
    /// Nowhere.
    Never,
}

/// A language that the program has texts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum Language {
    /// German.
    De,
    /// English.
    #[default]
    En,
}

impl Language {
    /// The language of a locale such as `de_AT.UTF-8`; English where there are no texts in it.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale
            .split(['_', '.', '@', '-'])
            .next()
            .unwrap_or_default();
        if language.eq_ignore_ascii_case("de") {
            Language::De
        } else {
            Language::En
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_choose_the_language() {
        for (locale, language) in [
            ("de_DE.UTF-8", Language::De),
            ("de", Language::De),
            ("DE-at", Language::De),
            ("en_GB.UTF-8", Language::En),
            ("C.UTF-8", Language::En),
            ("deu", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
