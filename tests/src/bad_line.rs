//! What does a bad line do to a conversation? It lies between two programs and cuts connections by chance, also in the
//! middle of a request and when an answer is on its way.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

/// A line to somebody; it ends when this is dropped.
pub struct BadLine {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    /// Of a hundred answers so many are lost.
    lost_answers: AtomicU64,
    /// Of a hundred requests so many are cut off.
    lost_requests: AtomicU64,
    chance: AtomicU64,
    lost: AtomicU64,
    ended: AtomicBool,
}

impl BadLine {
    /// A line that loses so many of a hundred answers, and a fourth as many requests.
    pub fn to(target: SocketAddr, lost_answers: u64, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("the line cannot listen")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            lost_answers: AtomicU64::new(lost_answers),
            lost_requests: AtomicU64::new(lost_answers / 4),
            chance: AtomicU64::new(seed),
            lost: AtomicU64::new(0),
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
        *self
            .shared
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// How much it has lost.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes who accepts; where nobody does any more, there is nothing to wake.
        let _ = TcpStream::connect(self.address);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((client, _)) = listener.accept() {
        if shared.ended.load(Ordering::Relaxed) {
            return;
        }
        let target = *shared.target.lock().unwrap_or_else(PoisonError::into_inner);
        // A target that is down just now looks like a line that is: the client is cut off.
        let Ok(server) = TcpStream::connect(target) else {
            continue;
        };
        let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
            continue;
        };
        let (there, back) = (Arc::clone(shared), Arc::clone(shared));
        std::thread::spawn(move || carry(from_client, server, &there, &there.lost_requests));
        std::thread::spawn(move || carry(from_server, client, &back, &back.lost_answers));
    }
}

/// Carries bytes until one side ends, or chance ends both.
fn carry(mut from: TcpStream, mut to: TcpStream, shared: &Shared, of_a_hundred: &AtomicU64) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if shared.chance() % 100 < of_a_hundred.load(Ordering::Relaxed) {
            shared.lost.fetch_add(1, Ordering::Relaxed);
            let some = shared.chance() as usize % length;
            // What arrives of it is not whole.
            let _ = to.write_all(&buffer[..some]);
            break;
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // The other direction ends with this one; either may have ended already.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

impl Shared {
    /// A step of splitmix64, whoever asks.
    fn chance(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self
            .chance
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
