//! How does a command reach the daemon that owns the data directory?
//! Over a socket in the data directory that only the daemon's user can open. A request is one line of JSON and
//! then the files it brings; the answer comes in pieces while the command runs.
//!
//! Pieces are `kind (1 byte), length (4 bytes, big endian), bytes`. From the client: `d` data of the current file,
//! `e` its end. From the daemon: `o` output, `p` progress, `x` the end, with the exit code.

use super::Daemon;
use crate::cli::args::{Command, Language, Outcome};
use crate::perform::{self, Inputs};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::UnixListener;

/// The socket's name in the data directory.
pub const SOCKET: &str = "intake.sock";

/// What a client asks.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// Version of this form.
    pub version: u32,
    /// The command.
    pub command: Command,
    /// The language of texts.
    pub language: Language,
    /// The names of the files that follow.
    pub files: Vec<OsString>,
}

const VERSION: u32 = 1;
const LONGEST_REQUEST: u64 = 1 << 20;
const PIECE: usize = 64 << 10;

/// The daemon's end of the socket.
pub(super) struct Listener(UnixListenerStd);

type UnixListenerStd = std::os::unix::net::UnixListener;

impl Listener {
    pub(super) fn bind(data: &Path) -> io::Result<Self> {
        remove(data);
        let short = ShortPath::of(data)?;
        let listener = UnixListenerStd::bind(short.socket())?;
        // The folder's lock is ours, so that nobody else can have bound the name meanwhile.
        std::fs::set_permissions(data.join(SOCKET), std::fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }
}

/// Removes the socket, if it is there.
pub(super) fn remove(data: &Path) {
    // A socket that cannot be removed shows itself when it is bound.
    let _ = std::fs::remove_file(data.join(SOCKET));
}

/// Takes clients until it is aborted.
pub(super) async fn accept(listener: Listener, daemon: Arc<Daemon>) {
    let Ok(listener) = UnixListener::from_std(listener.0) else {
        return;
    };
    let places = Arc::new(tokio::sync::Semaphore::new(MOST_CLIENTS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let daemon = Arc::clone(&daemon);
                let Ok(stream) = stream.into_std() else {
                    continue;
                };
                tokio::task::spawn_blocking(move || {
                    // A client that went away is no trouble of ours.
                    let _ = answer(&daemon, stream);
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
}

const MOST_CLIENTS: usize = 32;

fn answer(daemon: &Arc<Daemon>, stream: UnixStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    let patience = Some(std::time::Duration::from_secs(60));
    stream.set_read_timeout(patience)?;
    stream.set_write_timeout(patience)?;
    let mut input = BufReader::with_capacity(PIECE, stream.try_clone()?);
    let output = Mutex::new(stream);
    let mut line = Vec::new();
    input
        .by_ref()
        .take(LONGEST_REQUEST)
        .read_until(b'\n', &mut line)?;
    let mut out = Pieces {
        kind: b'o',
        stream: &output,
    };
    let outcome = match serde_json::from_slice::<Request>(&line) {
        Ok(request) if request.version == VERSION => {
            let speech = perform::speech(request.language, &daemon.data.config);
            let progress = |done: u64| {
                let mut stream = output.lock().unwrap_or_else(PoisonError::into_inner);
                let sent = send(&mut *stream, b'p', &done.to_be_bytes());
                sent.is_ok() && !daemon.ending()
            };
            let mut inputs = Uploads {
                names: request.files.into_iter(),
                input,
                open: false,
            };
            let call = perform::Call {
                speech: &speech,
                going: &progress,
            };
            match perform::run(&request.command, &daemon.data, &call, &mut inputs, &mut out) {
                Ok(outcome) => {
                    if matches!(request.command, Command::Rebuild(_)) {
                        daemon.change_store();
                    }
                    outcome
                }
                Err(error) => {
                    if daemon.data.books.failed() {
                        daemon.begin_anew();
                    } else if begins_imports(&request.command) {
                        // Whether the client went away or the disk was full: what is claimed is imported.
                        daemon.leave_work();
                    }
                    let text = format!("{error:#}\n");
                    send(
                        &mut *output.lock().unwrap_or_else(PoisonError::into_inner),
                        b'!',
                        text.as_bytes(),
                    )?;
                    Outcome::CouldNotRun
                }
            }
        }
        _ => {
            let text = "the running daemon does not understand this request\nhint: `intake` and the daemon must be of the same version; restart the daemon\n";
            send(
                &mut *output.lock().unwrap_or_else(PoisonError::into_inner),
                b'!',
                text.as_bytes(),
            )?;
            Outcome::CouldNotRun
        }
    };
    let mut stream = output.lock().unwrap_or_else(PoisonError::into_inner);
    send(&mut *stream, b'x', &[outcome.code()])
}

fn begins_imports(command: &Command) -> bool {
    matches!(
        command,
        Command::Import(_) | Command::Release(_) | Command::Discard(_) | Command::Revert(_)
    )
}

/// Files that a client sends, one after another.
struct Uploads {
    names: std::vec::IntoIter<OsString>,
    input: BufReader<UnixStream>,
    open: bool,
}

impl Inputs for Uploads {
    fn next(&mut self) -> io::Result<Option<(OsString, Box<dyn Read + Send + '_>)>> {
        if self.open {
            let mut rest = Upload {
                uploads: self,
                left: 0,
            };
            io::copy(&mut rest, &mut io::sink())?;
        }
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        self.open = true;
        Ok(Some((
            name,
            Box::new(Upload {
                uploads: self,
                left: 0,
            }),
        )))
    }
}

struct Upload<'u> {
    uploads: &'u mut Uploads,
    left: usize,
}

impl Read for Upload<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            if !self.uploads.open {
                return Ok(0);
            }
            let mut head = [0; 5];
            self.uploads.input.read_exact(&mut head)?;
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
            match head[0] {
                b'd' if length <= PIECE => self.left = length,
                b'e' => self.uploads.open = false,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        let length = buffer.len().min(self.left);
        let read = self.uploads.input.read(&mut buffer[..length])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}

/// Output that leaves in pieces.
struct Pieces<'s> {
    kind: u8,
    stream: &'s Mutex<UnixStream>,
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(PIECE);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        send(&mut *stream, self.kind, &bytes[..length])?;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn send(stream: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = (bytes.len() as u32).to_be_bytes();
    stream.write_all(&[kind, length[0], length[1], length[2], length[3]])?;
    stream.write_all(bytes)
}

/// What the client makes of the answer.
pub struct Answer<'a> {
    /// Takes output.
    pub output: &'a mut dyn Write,
    /// Takes the text of an error.
    pub error: &'a mut dyn FnMut(&str),
    /// Hears of progress.
    pub progress: &'a dyn Fn(u64),
}

/// Sends a command to the daemon that owns `data`, if one listens. `None`: nobody does.
pub fn ask(
    data: &Path,
    command: &Command,
    language: Language,
    inputs: &mut dyn Inputs,
    names: Vec<OsString>,
    answer: &mut Answer<'_>,
) -> io::Result<Option<Outcome>> {
    let short = match ShortPath::of(data) {
        Ok(short) => short,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut stream = match UnixStream::connect(short.socket()) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let request = Request {
        version: VERSION,
        command: command.clone(),
        language,
        files: names,
    };
    let mut line = serde_json::to_vec(&request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut listening = BufReader::with_capacity(PIECE, stream.try_clone()?);
    // The answer is read while files are still being sent, so that neither side waits for the other for ever.
    std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::channel();
        scope.spawn(move || {
            while let Ok(piece) = receive(&mut listening) {
                let last = piece.0 == b'x';
                if sender.send(piece).is_err() || last {
                    return;
                }
            }
        });
        let sent = send_files(&mut stream, inputs);
        let mut outcome = None;
        for (kind, bytes) in receiver {
            match kind {
                b'o' => answer.output.write_all(&bytes)?,
                b'!' => (answer.error)(&String::from_utf8_lossy(&bytes)),
                b'p' => {
                    let done = bytes
                        .first_chunk::<8>()
                        .map(|bytes| u64::from_be_bytes(*bytes));
                    (answer.progress)(done.unwrap_or(0));
                }
                b'x' => outcome = bytes.first().copied(),
                _ => {}
            }
        }
        match outcome {
            Some(0) => Ok(Some(Outcome::Done)),
            Some(1) => Ok(Some(Outcome::Findings)),
            Some(_) => Ok(Some(Outcome::CouldNotRun)),
            // The daemon may have answered and ended before it had read everything.
            None => {
                sent?;
                Err(io::Error::other("the daemon ended before it had answered"))
            }
        }
    })
}

fn send_files(stream: &mut UnixStream, inputs: &mut dyn Inputs) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    while let Some((_, mut file)) = inputs.next()? {
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            send(stream, b'd', &buffer[..length])?;
        }
        send(stream, b'e', &[])?;
    }
    Ok(())
}

fn receive(stream: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > PIECE * 2 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok((head[0], bytes))
}

/// A path to the socket that is short enough for the system, however deep the data directory lies.
struct ShortPath {
    directory: File,
}

impl ShortPath {
    fn of(data: &Path) -> io::Result<Self> {
        Ok(Self {
            directory: File::open(data)?,
        })
    }

    fn socket(&self) -> PathBuf {
        PathBuf::from(format!(
            "/proc/self/fd/{}/{SOCKET}",
            self.directory.as_raw_fd()
        ))
    }
}
