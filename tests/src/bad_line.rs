//! What does a bad line do to a conversation in HTTP? It lies between two programs over real sockets; by chance it loses
//! answers, cuts connections, or answers in the other's place. What it did is counted, so that a test can ask for it.

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;

/// A line to somebody; it ends when this is dropped.
pub struct BadLine {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    odds: Odds,
    chance: Chance,
    done: Mutex<BTreeMap<Mishap, u64>>,
    ended: AtomicBool,
}

/// Of a hundred requests so many fare like that.
#[derive(Clone, Copy, Debug)]
pub struct Odds {
    /// It is done, and the answer is lost, whole or from the middle on.
    pub lost_answer: u64,
    /// The connection is reset before anything of it arrives, or in its middle.
    pub reset: u64,
    /// The line answers with 5xx: before it arrives, or after it was done.
    pub failure: u64,
    /// The line answers 429 and asks for a pause.
    pub too_many: u64,
}

/// What can happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mishap {
    /// It is done, and nothing comes back.
    AnswerLost,
    /// It is done, and a part of the answer comes back.
    AnswerCut,
    /// The connection is reset before it arrives.
    Reset,
    /// The connection is reset in the middle of it.
    ResetWithin,
    /// It never arrives, and 503 comes back.
    Unavailable,
    /// It is done, and 502 comes back.
    BadGateway,
    /// It never arrives, and 429 comes back.
    TooMany,
    /// Nobody is at the other end.
    NobodyThere,
}

impl Odds {
    /// A fifth of all answers is lost, and everything else happens besides.
    pub const BAD: Self = Self {
        lost_answer: 20,
        reset: 6,
        failure: 6,
        too_many: 4,
    };
}

impl BadLine {
    /// A line to this address; the same seed draws the same chances.
    pub fn to(target: SocketAddr, odds: Odds, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("the line cannot listen")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            odds,
            chance: Chance::new(seed),
            done: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// It leads there from now on.
    pub fn lead_to(&self, target: SocketAddr) {
        *lock(&self.shared.target) = target;
    }

    /// How often it did what.
    pub fn done(&self) -> BTreeMap<Mishap, u64> {
        lock(&self.shared.done).clone()
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes who accepts; where nobody does any more, there is nothing to wake.
        let _ = TcpStream::connect(self.address);
    }
}

/// Chance that a seed repeats, for whoever draws from it: splitmix64.
pub struct Chance(AtomicU64);

impl Chance {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below this one.
    pub fn below(&self, bound: u64) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let before = self.0.fetch_add(STEP, Ordering::Relaxed);
        let mut mixed = before.wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((client, _)) = listener.accept() {
        if shared.ended.load(Ordering::Relaxed) {
            return;
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // A conversation ends with an error when one side goes away, which is what this is about.
            let _ = converse(client, &shared);
        });
    }
}

/// Passes one request after another, until something happens to one of them.
fn converse(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut server: Option<TcpStream> = None;
    while let Some(request) = Message::read(&mut client)? {
        let mishap = shared.mishap();
        if let Some(mishap) = mishap {
            shared.note(mishap);
        }
        match mishap {
            Some(Mishap::Reset) => return reset(&client),
            Some(Mishap::Unavailable) => {
                client.write_all(&answer("503 Service Unavailable", ""))?;
                continue;
            }
            Some(Mishap::TooMany) => {
                client.write_all(&answer("429 Too Many Requests", "Retry-After: 1\r\n"))?;
                continue;
            }
            _ => {}
        }
        let there = match server.take() {
            Some(there) => Ok(there),
            None => TcpStream::connect(*lock(&shared.target)),
        };
        let Ok(mut there) = there else {
            shared.note(Mishap::NobodyThere);
            return reset(&client);
        };
        there.set_nodelay(true)?;
        there.set_read_timeout(Some(LONGEST_ANSWER))?;
        if mishap == Some(Mishap::ResetWithin) {
            let some = shared.chance.below(request.bytes.len() as u64) as usize;
            there.write_all(&request.bytes[..some])?;
            reset(&there)?;
            return reset(&client);
        }
        let heard = there
            .write_all(&request.bytes)
            .and_then(|()| Message::read(&mut there));
        let Ok(Some(heard)) = heard else {
            return reset(&client);
        };
        match mishap {
            Some(Mishap::AnswerLost) => return reset(&client),
            Some(Mishap::AnswerCut) => {
                let some = shared.chance.below(heard.bytes.len() as u64) as usize;
                client.write_all(&heard.bytes[..some])?;
                return Ok(());
            }
            Some(Mishap::BadGateway) => client.write_all(&answer("502 Bad Gateway", ""))?,
            _ => client.write_all(&heard.bytes)?,
        }
        server = (!heard.is_last).then_some(there);
    }
    Ok(())
}

/// No answer takes longer, whatever is going on at the other end.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

impl Shared {
    fn mishap(&self) -> Option<Mishap> {
        let mut drawn = self.chance.below(100);
        let odds = self.odds;
        let kinds = [
            (odds.lost_answer, [Mishap::AnswerLost, Mishap::AnswerCut]),
            (odds.reset, [Mishap::Reset, Mishap::ResetWithin]),
            (odds.failure, [Mishap::Unavailable, Mishap::BadGateway]),
            (odds.too_many, [Mishap::TooMany; 2]),
        ];
        for (of_a_hundred, two) in kinds {
            if drawn < of_a_hundred {
                return Some(two[self.chance.below(2) as usize]);
            }
            drawn -= of_a_hundred;
        }
        None
    }

    fn note(&self, mishap: Mishap) {
        *lock(&self.done).entry(mishap).or_default() += 1;
    }
}

/// A request or an answer, as it came.
struct Message {
    bytes: Vec<u8>,
    /// Does its sender say that nothing follows?
    is_last: bool,
}

impl Message {
    /// Reads one; nothing where the other side has no more to say. Neither of the two programs sends in chunks.
    fn read(from: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let mut piece = vec![0; 64 << 10];
        let mut whole = None;
        let mut is_last = false;
        while whole.is_none_or(|whole| bytes.len() < whole) {
            let length = from.read(&mut piece)?;
            if length == 0 {
                return match bytes.is_empty() {
                    true => Ok(None),
                    false => Err(std::io::ErrorKind::UnexpectedEof.into()),
                };
            }
            bytes.extend_from_slice(&piece[..length]);
            if whole.is_none()
                && let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                let named = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
                let length = named("content-length: ").and_then(|it| it.trim().parse().ok());
                whole = Some(end + 4 + length.unwrap_or(0));
                is_last = named("connection: ").is_some_and(|it| it.trim() == "close");
            }
        }
        Ok(Some(Self { bytes, is_last }))
    }
}

/// Ends a connection as a machine does that knows nothing of it: what is under way is thrown away at both ends.
fn reset(stream: &TcpStream) -> std::io::Result<()> {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
    Ok(())
}

/// What somebody answers who lies between the two, and is not the platform.
fn answer(status: &str, headers: &str) -> Vec<u8> {
    let body = "<html>not now</html>";
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
