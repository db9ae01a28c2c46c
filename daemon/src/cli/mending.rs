//! How does `intake check --fix` go?
//! The mended file is written whole or not at all, never over another one unless that is named; then it is checked like any other.

use super::args::{Check, FixChoice, Input, Outcome};
use super::run::{Files, checked, name_of, with_output};
use super::terminal::Terminal;
use crate::cli::args::Cli;
use crate::commands::Speech;
use crate::commands::mend::{beside, mend, told};
use crate::folder::safe_name::printable;
use crate::perform::Inputs as _;
use crate::system::{UnfinishedFile, WriteError, directory_of};
use anyhow::Context as _;
use intake_core::fixes::Mending;
use intake_core::read::ReadOptions;
use std::path::{Path, PathBuf};

/// Mends files and reports what is left to be said of each.
pub(super) fn run(
    cli: &Cli,
    arguments: &Check,
    choice: FixChoice,
    options: &ReadOptions,
    speech: &Speech,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let several = arguments.files.len() > 1;
    anyhow::ensure!(
        !several || arguments.output.is_none(),
        "`--output` names one file, and there are {} to mend\nhint: leave it out, then each mended file is written beside its original",
        arguments.files.len()
    );
    with_output(terminal, &cli.command, |out, _| {
        let mut outcome = Outcome::Done;
        for file in &arguments.files {
            let named = arguments.output.as_deref();
            let path = mended_path(file, named)?;
            let written = write(
                file,
                choice,
                options,
                speech,
                (&path, named.is_some()),
                terminal,
            )?;
            let next = match written {
                true => Input::File(path),
                // Nothing was to be mended: the report is of the file itself.
                false => file.clone(),
            };
            let found = checked(&[next], options, arguments.format, speech, out, terminal)?;
            if found == Outcome::Findings {
                outcome = Outcome::Findings;
            }
        }
        Ok(outcome)
    })
}

fn mended_path(file: &Input, named: Option<&Path>) -> anyhow::Result<PathBuf> {
    match (named, file) {
        (Some(path), _) => Ok(path.to_owned()),
        (None, Input::File(path)) => Ok(beside(path)),
        (None, Input::Stdin) => anyhow::bail!(
            "standard input has no place beside which a mended file could be written\nhint: name a file with `--output FILE`"
        ),
    }
}

/// Writes the mended file; false where nothing was to be mended and nobody has asked for a file.
fn write(
    file: &Input,
    choice: FixChoice,
    options: &ReadOptions,
    speech: &Speech,
    (path, named): (&Path, bool),
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let mending = match choice {
        FixChoice::Safe => Mending::safe(),
        FixChoice::All => Mending::all(),
    };
    let name = printable(Path::new(&name_of(file)));
    let mut files = Files::new(vec![file.clone()]);
    let Some((_, reader)) = files.next()? else {
        return Ok(false);
    };
    let mut unfinished = UnfinishedFile::create(directory_of(path))?;
    let done = mend(reader, options.clone(), mending, &mut unfinished)
        .with_context(|| format!("cannot mend `{name}`"))?;
    let shown = printable(path);
    if done.mended.cells() == 0 && !named {
        terminal.remark(&format!("{name}: {}", told(&done, speech)));
        return Ok(false);
    }
    let mut complete = unfinished.complete()?;
    if named {
        complete.replace(path)?;
    } else {
        match complete.publish(path) {
            Ok(()) => {}
            Err(WriteError::Exists { .. }) => anyhow::bail!(
                "`{shown}` is there already and was left as it is\nhint: name a file with `--output FILE`; one that is there is then replaced"
            ),
            Err(error) => return Err(error.into()),
        }
    }
    terminal.remark(&format!("{name} → {shown}: {}", told(&done, speech)));
    Ok(true)
}
