//! What did a program ask of the file system, in which order, and what was it told?
//! As `strace` writes it: every string and every path in hexadecimal, calls that overlap with where they began and ended.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::patience::await_that;

/// The calls that change what a disk holds, or promise that it holds it, and those that move a file's position.
const TRACED: &str = "trace=openat,open,creat,read,write,pwrite64,writev,pwritev,pwritev2,lseek,fcntl,dup,dup2,dup3,\
                      ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,mkdir,mkdirat,rename,renameat,renameat2,\
                      link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,fsync,fdatasync,syncfs,sync,sync_file_range";
/// More than any string that a test has written.
const LONGEST_STRING: &str = "33554432";

/// A call that succeeded.
#[derive(Debug)]
pub struct Call {
    /// The line on which it began.
    pub begin: usize,
    /// The line on which it had ended.
    pub end: usize,
    /// Its name.
    pub name: String,
    /// What it was given.
    pub arguments: Vec<Argument>,
    /// What it gave back.
    pub result: u64,
}

/// What a call was given.
#[derive(Debug)]
pub enum Argument {
    /// A descriptor, and the path that it stands for.
    Descriptor(i64, PathBuf),
    /// A string.
    Text(Vec<u8>),
    /// Anything else, as it is written.
    Word(String),
}

/// Is `strace` there, and may it look? Where not, why.
pub fn cannot_trace() -> Option<String> {
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(format!("strace: {error}")),
    }
}

/// The command, run so that its calls are written to `to`.
pub fn traced(command: &Command, to: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-xx", "-s", LONGEST_STRING, "-e", TRACED, "-o"]);
    strace.arg(to);
    under(strace, command)
}

/// The command, run so that the calls of this expression (`inject=…`, see strace's manual) fail until [`leave_alone`]. The process
/// that is started is the command's own.
pub fn failing(command: &Command, inject: &str) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-qq", "-I2", "-o", "/dev/null", "-e", inject]);
    under(strace, command)
}

/// Lets a traced process go on by itself.
pub fn leave_alone(process: u32) -> anyhow::Result<()> {
    let tracer = || {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        tracer.and_then(|tracer| Pid::from_raw(tracer.trim().parse().ok()?))
    };
    if let Some(tracer) = tracer() {
        kill_process(tracer, Signal::TERM).context("cannot end strace")?;
    }
    await_that("strace to leave", || Ok(tracer().is_none()))
}

fn under(mut strace: Command, command: &Command) -> Command {
    strace
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace
}

/// Reads what [`traced`] wrote: the calls that succeeded, in the order in which they ended.
pub fn calls(trace: &str) -> anyhow::Result<Vec<Call>> {
    let mut unfinished = HashMap::<&str, (usize, &str)>::new();
    let mut calls = Vec::new();
    for (number, line) in trace.lines().enumerate() {
        let (thread, text) = line.split_once(' ').context("a line without a thread")?;
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            continue;
        }
        if let Some(first_part) = text.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, (number, first_part));
            continue;
        }
        let call = match text.strip_prefix("<... ") {
            Some(rest) => {
                let (_, ending) = rest.split_once(" resumed>").context("resumed what?")?;
                let (begin, first_part) =
                    unfinished.remove(thread).context("resumed, never begun")?;
                call(begin, number, &format!("{first_part}{ending}"))
            }
            None => call(number, number, text),
        };
        calls.extend(call.with_context(|| format!("line {}", number + 1))?);
    }
    Ok(calls)
}

/// One call; none where it failed.
fn call(begin: usize, end: usize, text: &str) -> anyhow::Result<Option<Call>> {
    let (name, rest) = text.split_once('(').context("no call")?;
    let (arguments, result) = rest.rsplit_once(" = ").context("no result")?;
    let arguments = arguments
        .trim_end()
        .strip_suffix(')')
        .context("no end of arguments")?;
    let digits: String = result.chars().take_while(char::is_ascii_digit).collect();
    // `-1`, or `?` of a thread that ended meanwhile.
    let Ok(result) = digits.parse() else {
        return Ok(None);
    };
    let arguments = arguments
        .split(", ")
        .map(argument)
        .collect::<Result<_, _>>()?;
    Ok(Some(Call {
        begin,
        end,
        name: name.to_owned(),
        arguments,
        result,
    }))
}

fn argument(text: &str) -> anyhow::Result<Argument> {
    if let Some(string) = text.strip_prefix('"') {
        let string = string
            .strip_suffix('"')
            .context("a string that is cut off")?;
        return Ok(Argument::Text(bytes(string)?));
    }
    if let Some((number, path)) = text.split_once('<')
        && let Some(path) = path.strip_suffix('>')
    {
        let number = number.parse().unwrap_or(-1);
        let path = OsString::from_vec(bytes(path)?);
        return Ok(Argument::Descriptor(number, path.into()));
    }
    Ok(Argument::Word(text.to_owned()))
}

fn bytes(hexadecimal: &str) -> anyhow::Result<Vec<u8>> {
    let digits = hexadecimal.as_bytes();
    ensure!(
        digits.len().is_multiple_of(4),
        "not in hexadecimal: {hexadecimal:.60}"
    );
    let mut bytes = Vec::with_capacity(digits.len() / 4);
    for digits in digits.chunks_exact(4) {
        ensure!(
            digits.starts_with(b"\\x"),
            "not in hexadecimal: {hexadecimal:.60}"
        );
        let digits = str::from_utf8(&digits[2..])?;
        bytes.push(u8::from_str_radix(digits, 16)?);
    }
    Ok(bytes)
}

impl Call {
    /// The path that an argument stands for, by a descriptor or by a directory's descriptor and a name.
    pub fn path(&self, index: usize) -> anyhow::Result<PathBuf> {
        match &self.arguments[index..] {
            [Argument::Text(path), ..] => Ok(OsString::from_vec(path.clone()).into()),
            [Argument::Descriptor(_, folder), Argument::Text(name), ..] => {
                Ok(folder.join(OsString::from_vec(name.clone())))
            }
            [Argument::Descriptor(_, path), ..] => Ok(path.clone()),
            _ => anyhow::bail!("no path in {self:?}"),
        }
    }

    /// The path of a descriptor alone.
    pub fn descriptor(&self, index: usize) -> Option<(i64, &Path)> {
        match self.arguments.get(index) {
            Some(Argument::Descriptor(number, path)) => Some((*number, path)),
            _ => None,
        }
    }

    /// A string argument.
    pub fn text(&self, index: usize) -> anyhow::Result<&[u8]> {
        match self.arguments.get(index) {
            Some(Argument::Text(text)) => Ok(text),
            _ => anyhow::bail!("no string in {}", self.name),
        }
    }

    /// An argument that is a number.
    pub fn number(&self, index: usize) -> anyhow::Result<u64> {
        match self.arguments.get(index) {
            Some(Argument::Word(word)) => word
                .parse()
                .with_context(|| format!("`{word}` in {}", self.name)),
            _ => anyhow::bail!("no number in {}", self.name),
        }
    }

    /// Does an argument have this flag?
    pub fn has_flag(&self, flag: &str) -> bool {
        self.arguments.iter().any(|argument| match argument {
            Argument::Word(word) => word.split('|').any(|one| one == flag),
            _ => false,
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.name)?;
        for argument in &self.arguments {
            match argument {
                Argument::Descriptor(_, path) => write!(to, " {}", path.display())?,
                Argument::Text(text) if text.len() < 100 => write!(to, " {}", text.escape_ascii())?,
                Argument::Text(text) => write!(to, " [{} bytes]", text.len())?,
                Argument::Word(word) => write!(to, " {word}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_calls_are_joined_and_failures_left_out() {
        let trace = "7 fsync(3<\\x2f\\x61> <unfinished ...>\n\
                     8 pwrite64(4<\\x2f\\x62>, \"\\x68\\x69\", 2, 10) = 2\n\
                     7 <... fsync resumed>) = 0\n\
                     7 mkdirat(5<\\x2f>, \"\\x63\", 0700) = -1 EEXIST (File exists)\n\
                     8 +++ exited with 0 +++\n";
        let calls = calls(trace).unwrap();
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].begin, calls[0].end), (1, 1));
        assert_eq!(calls[0].text(1).unwrap(), b"hi");
        assert_eq!(calls[0].number(3).unwrap(), 10);
        assert_eq!((calls[1].begin, calls[1].end), (0, 2));
        assert_eq!(calls[1].path(0).unwrap(), Path::new("/a"));
    }
}
