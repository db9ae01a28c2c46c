//! How does the program carry out what it was asked?
//! Asks the daemon that owns the data directory, or owns it for a moment itself; what is done is the same.

use super::args::{
    Cli, Command, ConfigAction, CustomerAction, ExportAction, Input, OfferAction, OutboxAction,
    Outcome, ProfileAction, ReportFormat, TokenAction,
};
use super::counted::Counted;
use super::mending;
use super::setting_up;
use super::terminal::{Output, Terminal, reader_has_left};
use crate::clock;
use crate::commands::{self, Speech};
use crate::config::{self, Config, ConfigError};
use crate::folder::safe_name::printable;
use crate::import::Terms;
use crate::log;
use crate::open_data::{OpenData, OpenDataError};
use crate::perform::{self, Call, Inputs};
use crate::serve;
use crate::serve::socket::{self, Answer};
use crate::system::{LockError, UnfinishedFile, directory_of};
use anyhow::Context as _;
use intake_core::profile::proposal::Proposer;
use intake_core::read::ReadOptions;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Carries out a command and says how it ended.
pub fn run(cli: &Cli) -> Outcome {
    let terminal = Terminal::new(&cli.global);
    match carry_out(cli, &terminal) {
        Ok(outcome) => outcome,
        Err(error) => {
            terminal.error(error.as_ref());
            Outcome::CouldNotRun
        }
    }
}

fn carry_out(cli: &Cli, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let command = &cli.command;
    let data = command.data_directory();
    if let Command::Config(action) = command {
        return configuration(cli, action, terminal);
    }
    let config = match command {
        Command::Init(_) => Config::default(),
        _ => Config::find(cli.global.config.as_deref(), data)?,
    };
    match command {
        Command::Serve(arguments) => {
            log::start(&config.daemon, terminal.log_colors())?;
            serve::serve(&arguments.data.path, &config)
        }
        Command::Check(arguments) if arguments.data.is_none() || arguments.fix.is_some() => {
            check(cli, &config, terminal)
        }
        Command::Log(arguments) => {
            let speech = perform::speech(terminal.language(), &config);
            let journal = arguments.data.path.join("journal");
            with_output(terminal, command, |out, output| {
                let stop = || output_is_gone(output) || reader_has_left(io::stdout());
                commands::log::log(&journal, arguments, &speech, out, &stop)
            })
        }
        Command::Export(ExportAction::Log(arguments)) => {
            let speech = perform::speech(terminal.language(), &config);
            let journal = arguments.data.path.join("journal");
            with_output(terminal, command, |out, output| {
                let stop = || output_is_gone(output);
                commands::log::export(&journal, arguments, &speech, out, &stop)
            })
        }
        Command::Template(arguments) => {
            let speech = perform::speech(terminal.language(), &config);
            with_output(terminal, command, |out, _| {
                commands::template::template(arguments.format, &speech, out)
            })
        }
        Command::Profile(ProfileAction::Show(arguments)) => {
            let profile = Terms::of(&config, &arguments.partner).profile;
            with_output(terminal, command, |out, _| {
                out.write_all(profile.to_json().as_bytes())?;
                Ok(Outcome::Done)
            })
        }
        Command::Profile(ProfileAction::Init(arguments)) => {
            let speech = perform::speech(terminal.language(), &config);
            let profile = Terms::of(&config, &arguments.partner).profile;
            let proposer = Proposer::new(&profile, clock::moment_of(speech.now));
            let mut files = Files::new(vec![arguments.file.clone()]);
            with_output(terminal, command, |out, _| {
                let Some((name, reader)) = files.next()? else {
                    return Ok(Outcome::CouldNotRun);
                };
                let names = (&*name.to_string_lossy(), &*arguments.partner);
                commands::propose::propose(reader, proposer, names, &speech, out)
            })
        }
        Command::Snapshot(_) => snapshot(cli, &config, terminal),
        Command::Init(arguments) => {
            let speech = perform::speech(terminal.language(), &config);
            let place = cli.global.config.as_deref();
            with_output(terminal, command, |out, _| {
                setting_up::run(arguments, place, &speech, terminal, out)
            })
        }
        Command::Restore(arguments) => {
            let speech = perform::speech(terminal.language(), &config);
            let bar = terminal.progress_over_bytes("", 0);
            with_output(terminal, command, |out, _| {
                let progress = |bytes| bar.reached_bytes(bytes, 0);
                commands::backup::restore(arguments, &speech, out, &progress)
            })
        }
        Command::Token(TokenAction::New(arguments)) => {
            let speech = perform::speech(terminal.language(), &config);
            with_output(terminal, command, |out, _| {
                commands::token::new(arguments, &speech, out)
            })
        }
        _ => with_owner(cli, &config, terminal),
    }
}

fn configuration(cli: &Cli, action: &ConfigAction, terminal: &Terminal) -> anyhow::Result<Outcome> {
    match action {
        ConfigAction::ShowDefault => with_output(terminal, &cli.command, |out, _| {
            out.write_all(config::default_file().as_bytes())?;
            Ok(Outcome::Done)
        }),
        ConfigAction::Check { data } => {
            match Config::find(cli.global.config.as_deref(), data.as_deref()) {
                Ok(config) => with_output(terminal, &cli.command, |out, _| {
                    writeln!(out, "{}", config.summary())?;
                    Ok(Outcome::Done)
                }),
                Err(error @ ConfigError::Problems { .. }) => {
                    terminal.error(&error);
                    Ok(Outcome::Findings)
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Checks what the files themselves tell: no data directory, no copy, files of any size.
fn check(cli: &Cli, config: &Config, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Command::Check(arguments) = &cli.command else {
        return Ok(Outcome::CouldNotRun);
    };
    let speech = perform::speech(terminal.language(), config);
    let now = clock::moment_of(arguments.at.unwrap_or(speech.now));
    let partner = arguments.partner.as_deref().unwrap_or(perform::NOBODY);
    let options = Terms::of(config, partner).profile.read_options(now);
    if let Some(choice) = arguments.fix {
        return mending::run(cli, arguments, choice, &options, &speech, terminal);
    }
    with_output(terminal, &cli.command, |out, _| {
        let (files, format) = (&arguments.files, arguments.format);
        checked(files, &options, format, &speech, out, terminal)
    })
}

/// Checks files one after another and writes their reports.
pub(super) fn checked(
    files: &[Input],
    options: &ReadOptions,
    format: ReportFormat,
    speech: &Speech,
    out: &mut dyn Write,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Done;
    let mut sizes = files.iter().map(size_of);
    let mut files = Files::new(files.to_vec());
    while let Some((name, reader)) = files.next()? {
        let name = printable(Path::new(&name).file_name().unwrap_or(&name));
        let size = sizes.next().flatten();
        let bar = terminal.progress_over_bytes(&name, size.unwrap_or(0));
        let read = AtomicU64::new(0);
        let file = commands::check::Delivery {
            name: &name,
            source: Counted::new(reader, &read),
            bytes: size,
        };
        // What a packed file comes to may be many times as long as the file.
        let progress = |_, rows| bar.reached_bytes(read.load(Ordering::Relaxed), rows);
        let found = commands::check::check(file, options.clone(), format, speech, out, &progress)?;
        if found == Outcome::Findings {
            outcome = Outcome::Findings;
        }
    }
    Ok(outcome)
}

/// Writes a snapshot: to a file that is there as a whole or not at all, or to whoever reads our output.
fn snapshot(cli: &Cli, config: &Config, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let Command::Snapshot(arguments) = &cli.command else {
        return Ok(Outcome::CouldNotRun);
    };
    let Some(path) = &arguments.out else {
        anyhow::ensure!(
            !io::stdout().is_terminal(),
            "a snapshot is not for reading\nhint: name a file with `--out FILE`, or redirect the output"
        );
        return with_owner(cli, config, terminal);
    };
    let mut file = UnfinishedFile::create(directory_of(path))?;
    let outcome = ask_owner(cli, config, terminal, &mut file)?;
    if outcome == Outcome::Done {
        file.complete()?.replace(path)?;
    }
    Ok(outcome)
}

/// Has a command performed by whoever owns the data directory, be it this process, and shows the result.
fn with_owner(cli: &Cli, config: &Config, terminal: &Terminal) -> anyhow::Result<Outcome> {
    with_output(terminal, &cli.command, |out, _| {
        ask_owner(cli, config, terminal, out)
    })
}

fn ask_owner(
    cli: &Cli,
    config: &Config,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let command = &cli.command;
    let Some(path) = command.data_directory().map(Path::to_owned) else {
        anyhow::bail!("the command needs a data directory\nhint: give it with `--data DIR`")
    };
    let files = files_of(command);
    // A file that is not there is told before anything is opened or sent.
    for file in &files {
        if let Input::File(path) = file {
            File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        }
    }
    if matches!(command, Command::Serve(_)) || !makes_data_directory(command) {
        let there = path.join("journal").is_dir();
        anyhow::ensure!(
            there,
            "`{}` is no data directory\nhint: `intake serve` or `intake offer add` makes one; see `--data`",
            path.display()
        );
    }
    let language = terminal.language();
    let bar = terminal.progress_over_rows("", None);
    for _ in 0..OWNER_ATTEMPTS {
        let names = names_of(&files);
        let mut inputs = Files::new(files.clone());
        let mut answer = Answer {
            output: &mut *out,
            error: &mut |text| terminal.error(&Told(text.trim_end().to_owned())),
            progress: &|rows| bar.reached_rows(rows),
        };
        let asked = socket::ask(&path, command, language, &mut inputs, names, &mut answer);
        if let Some(outcome) = asked.context("the running daemon could not be asked")? {
            return Ok(outcome);
        }
        let opened = if matches!(command, Command::Rebuild(_)) {
            OpenData::open_rebuilding(&path, config.clone())
        } else {
            OpenData::open(&path, config.clone())
        };
        let data = match opened {
            Ok(data) => data,
            // The owner may be starting, and its socket not yet there, or may be another short command.
            Err(OpenDataError::Lock(LockError::Held { .. })) => {
                std::thread::sleep(OWNER_PAUSE);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let speech = perform::speech(language, config);
        let going = |rows| {
            bar.reached_rows(rows);
            true
        };
        let call = Call {
            speech: &speech,
            going: &going,
        };
        let mut inputs = Files::new(files);
        return perform::run(command, &data, &call, &mut inputs, out);
    }
    Err(OpenData::open(&path, config.clone()).err().map_or_else(
        || anyhow::anyhow!("the data directory was busy for too long"),
        anyhow::Error::from,
    ))
}

/// How often a data directory that another short command owns is tried again, and how long between.
const OWNER_ATTEMPTS: u32 = 300;
const OWNER_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

fn makes_data_directory(command: &Command) -> bool {
    matches!(
        command,
        Command::Import(_)
            | Command::Offer(OfferAction::Add(_) | OfferAction::Load(_))
            | Command::Customer(CustomerAction::Add(_) | CustomerAction::Load(_))
    )
}

fn files_of(command: &Command) -> Vec<Input> {
    match command {
        Command::Check(arguments) => arguments.files.clone(),
        Command::Plan(arguments) => [Some(&arguments.file), arguments.against.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .map(Input::File)
            .collect(),
        Command::Import(arguments) => arguments.files.iter().cloned().map(Input::File).collect(),
        Command::Offer(OfferAction::Load(arguments)) => {
            vec![Input::File(arguments.file.clone())]
        }
        Command::Customer(CustomerAction::Load(arguments)) => {
            vec![Input::File(arguments.file.clone())]
        }
        _ => Vec::new(),
    }
}

fn names_of(files: &[Input]) -> Vec<OsString> {
    files.iter().map(name_of).collect()
}

pub(super) fn name_of(file: &Input) -> OsString {
    match file {
        Input::Stdin => OsString::from("stdin"),
        Input::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_owned(),
    }
}

fn size_of(file: &Input) -> Option<u64> {
    match file {
        Input::Stdin => None,
        Input::File(path) => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
    }
}

/// The files of this process.
pub(super) struct Files {
    left: std::vec::IntoIter<Input>,
}

impl Files {
    pub(super) fn new(files: Vec<Input>) -> Self {
        Self {
            left: files.into_iter(),
        }
    }
}

impl Inputs for Files {
    fn next(&mut self) -> io::Result<Option<(OsString, Box<dyn Read + Send + '_>)>> {
        let Some(file) = self.left.next() else {
            return Ok(None);
        };
        let name = name_of(&file);
        let reader: Box<dyn Read + Send> = match file {
            Input::Stdin => Box::new(io::stdin()),
            Input::File(path) => Box::new(open(&path)?),
        };
        Ok(Some((name, reader)))
    }
}

fn open(path: &PathBuf) -> io::Result<File> {
    File::open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The text of an error that somebody else made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(String);

/// Runs `act` with stdout: styles for text, bytes as they are for data.
pub(super) fn with_output(
    terminal: &Terminal,
    command: &Command,
    act: impl FnOnce(&mut dyn Write, &GoneFlag) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let output = if speaks_data(command) {
        terminal.data_output()
    } else {
        terminal.text_output()
    };
    let gone = GoneFlag::default();
    let flagged = Flagged {
        output,
        gone: &gone,
    };
    // A follower wants each line at once; everything else is written in large pieces.
    let follows = matches!(command, Command::Log(arguments) if arguments.follow);
    let mut buffered = BufWriter::with_capacity(if follows { 0 } else { 64 << 10 }, flagged);
    let outcome = act(&mut buffered, &gone)?;
    let flagged = buffered
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    flagged.output.finish().context("cannot write to stdout")?;
    Ok(outcome)
}

fn speaks_data(command: &Command) -> bool {
    use super::args::{Format, ReportFormat};
    let json = |format: Format| format == Format::Json;
    match command {
        Command::Check(arguments) => arguments.format != ReportFormat::Text,
        Command::Plan(arguments) => json(arguments.format),
        Command::Import(arguments) => json(arguments.format),
        Command::Log(arguments) => json(arguments.format),
        Command::Order(arguments) => json(arguments.format),
        Command::Files(arguments) => json(arguments.format),
        Command::Outbox(OutboxAction::List(arguments)) => json(arguments.format),
        Command::Offer(OfferAction::List(arguments)) => json(arguments.format),
        Command::Customer(CustomerAction::Show(arguments)) => json(arguments.format),
        Command::Backup(arguments) => json(arguments.format),
        Command::Restore(arguments) => json(arguments.format),
        Command::Revert(arguments) => json(arguments.format),
        Command::Tidy(arguments) => json(arguments.format),
        Command::Template(_) | Command::Snapshot(_) | Command::Profile(_) | Command::Export(_) => {
            true
        }
        _ => false,
    }
}

/// Has whoever reads our output gone away?
#[derive(Default)]
pub(super) struct GoneFlag(std::cell::Cell<bool>);

fn output_is_gone(gone: &GoneFlag) -> bool {
    gone.0.get()
}

struct Flagged<'f> {
    output: Output,
    gone: &'f GoneFlag,
}

impl Write for Flagged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.gone.0.set(self.output.reader_is_gone());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
