//! What is wrong with a config file, and where?
//!
//! Every problem of a file is reported, in the order of the file, each with its place.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no config to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the config file `{}`: {source}", path.display())]
    Read {
        /// The config file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is larger than any config file may be.
    #[error(
        "the config file `{}` is larger than {limit} bytes\n\
         hint: `intake config show-default` shows what belongs there",
        path.display()
    )]
    TooLarge {
        /// The config file.
        path: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The file says something that is not taken.
    #[error(
        "{}\n{} in the config file `{}`",
        Lines(problems), counted(problems.len()), path.display()
    )]
    Problems {
        /// The config file.
        path: PathBuf,
        /// All problems, in the order of the file; at least one.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// The config file that the error is about.
    pub fn path(&self) -> &Path {
        match self {
            ConfigError::Read { path, .. }
            | ConfigError::TooLarge { path, .. }
            | ConfigError::Problems { path, .. } => path,
        }
    }

    /// The problems within the file; none where it could not be read at all.
    pub fn problems(&self) -> &[Problem] {
        match self {
            ConfigError::Problems { problems, .. } => problems,
            ConfigError::Read { .. } | ConfigError::TooLarge { .. } => &[],
        }
    }
}

/// One thing in a config file that is not taken.
///
/// Shown as `intake.toml:3:1: unknown key …`, with `hint: …` on a second line where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the file as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The key with the sections above it, such as `partners.alpha.delivery`; `None` where the
    /// file is not TOML at this place.
    pub key: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What would be right, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

struct Lines<'p>(&'p [Problem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 {
        "1 problem".into()
    } else {
        format!("{problems} problems")
    }
}
