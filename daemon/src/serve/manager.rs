//! How does the service manager hear how the daemon stands?
//! By systemd's datagrams (`sd_notify(3)`), on a socket that the environment names; where it names none, nobody asked
//! and nothing is sent.
//!
//! Invariant: who does not listen keeps nobody waiting, and what cannot be sent is no trouble of the daemon's.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::clock;

/// What the environment says of a service manager.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// `NOTIFY_SOCKET`: where it listens.
    pub(super) socket: Option<OsString>,
    /// `WATCHDOG_USEC`: so long it waits at most between two signs of life.
    pub(super) watchdog: Option<Duration>,
}

/// The service manager; nobody, where nobody asked.
#[derive(Debug, Default)]
pub(super) struct Manager {
    socket: Option<UnixDatagram>,
    every: Option<Duration>,
    last_sign: std::cell::Cell<Option<Duration>>,
    last_status: std::cell::RefCell<String>,
}

impl Asked {
    /// Reads the environment. A watchdog that was meant for another process is none of ours.
    pub(super) fn of_environment() -> Self {
        let text = |name| std::env::var(name).ok();
        let meant = text("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = text("WATCHDOG_USEC").and_then(|micros| micros.parse().ok());
        Self {
            socket: std::env::var_os("NOTIFY_SOCKET"),
            watchdog: micros
                .filter(|micros| meant && *micros > 0)
                .map(Duration::from_micros),
        }
    }
}

impl Manager {
    /// Finds the one who asked.
    pub(super) fn of(asked: &Asked) -> Self {
        let socket = asked.socket.as_deref();
        let connected = socket.and_then(|name| connect(name).ok());
        Self {
            // A sign in good time comes twice as often as it is waited for.
            every: asked
                .watchdog
                .filter(|_| connected.is_some())
                .map(|most| most / 2),
            socket: connected,
            ..Self::default()
        }
    }

    /// The daemon answers.
    pub(super) fn ready(&self) {
        self.send("READY=1");
        self.alive();
    }

    /// It was told to stop, and is about it.
    pub(super) fn stopping(&self) {
        self.send("STOPPING=1\nSTATUS=ending");
    }

    /// A line for `systemctl status`; the same one is not sent twice.
    pub(super) fn status(&self, status: &str) {
        if self.last_status.borrow().as_str() != status {
            self.send(&format!("STATUS={status}"));
            status.clone_into(&mut self.last_status.borrow_mut());
        }
    }

    /// A sign of life, where one is due.
    pub(super) fn alive(&self) {
        let Some(every) = self.every else { return };
        let due = self
            .last_sign
            .get()
            .is_none_or(|last| clock::elapsed_since(last) >= every / 2);
        if due {
            self.send("WATCHDOG=1");
            self.last_sign.set(Some(clock::since_start()));
        }
    }

    /// How long may be waited until the next sign of life? `longest` where nobody waits for one.
    pub(super) fn wait_at_most(&self, longest: Duration) -> Duration {
        self.every.map_or(longest, |every| longest.min(every / 2))
    }

    /// Gives signs of life while `open` runs: to make a store anew from a long journal takes long, and is no standstill.
    pub(super) fn alive_during<T>(&self, open: impl FnOnce() -> T) -> T {
        let (Some(socket), Some(every)) = (&self.socket, self.every) else {
            return open();
        };
        std::thread::scope(|scope| {
            let (done, waiting) = channel::<()>();
            scope.spawn(move || {
                while waiting.recv_timeout(every / 2) == Err(RecvTimeoutError::Timeout) {
                    // The next one may go through.
                    let _ = socket.send(b"WATCHDOG=1");
                }
            });
            let opened = open();
            drop(done);
            opened
        })
    }

    fn send(&self, message: &str) {
        if let Some(socket) = &self.socket {
            // Nobody waits for a manager that does not listen.
            let _ = socket.send(message.as_bytes());
        }
    }
}

/// `/run/…` is a path, `@…` a name that is in no file system.
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes().split_first() {
        Some((b'@', abstract_name)) => SocketAddr::from_abstract_name(abstract_name)?,
        Some((b'/', _)) => SocketAddr::from_pathname(name)?,
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect_addr(&address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> Vec<String> {
        socket.set_nonblocking(true).unwrap();
        let mut heard = Vec::new();
        let mut bytes = [0; 4096];
        while let Ok(length) = socket.recv(&mut bytes) {
            heard.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
        }
        heard
    }

    fn tells_everything(socket: &UnixDatagram, name: OsString) {
        let manager = Manager::of(&Asked {
            socket: Some(name),
            watchdog: Some(Duration::from_secs(60)),
        });
        manager.ready();
        manager.status("serving 2 partners");
        manager.status("serving 2 partners");
        // The last one was just given.
        manager.alive();
        manager.stopping();
        assert_eq!(
            heard(socket),
            [
                "READY=1",
                "WATCHDOG=1",
                "STATUS=serving 2 partners",
                "STOPPING=1\nSTATUS=ending"
            ]
        );
        assert_eq!(manager.wait_at_most(Duration::MAX), Duration::from_secs(15));
    }

    #[test]
    fn a_socket_in_the_file_system_hears_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        tells_everything(&socket, path.into());
    }

    #[test]
    fn a_socket_in_no_file_system_hears_it() {
        let name = format!("intake-manager-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        tells_everything(&socket, format!("@{name}").into());
    }

    #[test]
    fn signs_of_life_come_while_something_takes_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let manager = Manager::of(&Asked {
            socket: Some(path.into()),
            watchdog: Some(Duration::from_millis(20)),
        });
        let mut bytes = [0; 64];
        let length = manager.alive_during(|| socket.recv(&mut bytes).unwrap());
        assert_eq!(&bytes[..length], b"WATCHDOG=1");
    }

    #[test]
    fn nobody_asked_or_nobody_listens() {
        let gone = Asked {
            socket: Some("/nowhere/notify".into()),
            watchdog: Some(Duration::from_secs(1)),
        };
        for asked in [Asked::default(), gone] {
            let manager = Manager::of(&asked);
            manager.ready();
            manager.stopping();
            assert_eq!(manager.alive_during(|| 7), 7);
            assert_eq!(manager.wait_at_most(Duration::MAX), Duration::MAX);
        }
    }
}
