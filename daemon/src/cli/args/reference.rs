//! How is the command line documented?
//!
//! Everything said here is taken from the definition of the commands; a command that exists is
//! documented.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use super::Cli;

/// Renders `docs/command-line.md`.
pub fn reference() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = String::from(
        "# Command line\n\n\
         <!-- Generated from the definitions in `daemon/src/cli/args.rs`; \
         `UPDATE_DOCS=1 cargo test -p intake-daemon` writes it anew. -->\n\n",
    );
    let _ = write!(text, "{}.\n\n{}\n", about(&root), after_help(&root));
    text.push_str("\n## Global options\n\n");
    arguments(
        &mut text,
        root.get_arguments().filter(|arg| arg.is_global_set()),
    );
    for command in root.get_subcommands_mut() {
        command_section(&mut text, command);
    }
    text
}

fn command_section(text: &mut String, command: &mut Command) {
    if command.is_hide_set() {
        return;
    }
    if command.has_subcommands() {
        for below in command.get_subcommands_mut() {
            command_section(text, below);
        }
        return;
    }
    let usage = command.render_usage().to_string();
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let _ = write!(text, "\n## `{name}`\n\n{}.\n\n", about(command));
    let _ = write!(
        text,
        "```text\n{}\n```\n\n",
        usage.trim_start_matches("Usage: ").trim()
    );
    let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help";
    if command.get_arguments().any(|arg| own(&arg)) {
        arguments(text, command.get_arguments().filter(own));
        text.push('\n');
    }
    let _ = writeln!(text, "{}", in_code(&after_help(command)));
}

fn arguments<'c>(text: &mut String, arguments: impl Iterator<Item = &'c Arg>) {
    text.push_str("| argument | meaning |\n| --- | --- |\n");
    for argument in arguments {
        let _ = writeln!(text, "| {} | {} |", written(argument), meaning(argument));
    }
}

/// The argument as it is written in a shell, as code.
fn written(argument: &Arg) -> String {
    let value = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .map(|names| names.join(" ").replace('|', "\\|"));
    let forms = match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(long)) => format!("-{short}`, `--{long}"),
        (Some(short), None) => format!("-{short}"),
        (None, Some(long)) => format!("--{long}"),
        (None, None) => return format!("`{}`", value.unwrap_or_default()),
    };
    match value {
        Some(value) => format!("`{forms} {value}`"),
        None => format!("`{forms}`"),
    }
}

fn meaning(argument: &Arg) -> String {
    let mut meaning = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() {
        let words: Vec<_> = values
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let _ = write!(meaning, " ({}", words.join(", "));
        for default in argument.get_default_values() {
            let _ = write!(meaning, "; default `{}`", default.to_string_lossy());
        }
        meaning.push(')');
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(meaning, " [`{}`]", variable.to_string_lossy());
    }
    if argument.is_required_set() {
        meaning.push_str(" (required)");
    }
    meaning
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn after_help(command: &Command) -> String {
    command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn in_code(example: &str) -> String {
    match example.strip_prefix("Example: ") {
        Some(command) => format!("Example: `{command}`"),
        None => example.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::assert_file_is_fresh;

    #[test]
    fn the_documentation_is_fresh() {
        assert_file_is_fresh("command-line.md", &reference());
    }
}
