//! How does the body of a request get to the thread that works on it?
//! In pieces through a channel of few places, at the pace that is asked of clients; a body that breaks off never looks
//! like one that ended.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::pace::{Pace, Patience};
use crate::clock;

/// Pieces on their way; each is at most as large as what is read from a socket at once.
const PLACES: usize = 4;

/// The end of a body at which a thread reads; [`Read::read`] gives 0 only at the body's end.
#[derive(Debug)]
pub(super) struct BodyReader {
    pieces: Receiver<Result<Bytes, Trouble>>,
    piece: Bytes,
    ended: Arc<AtomicBool>,
}

/// The end of a body at which it arrives.
#[derive(Debug)]
pub(super) struct BodySource {
    pieces: Sender<Result<Bytes, Trouble>>,
    ended: Arc<AtomicBool>,
}

/// Why there is no more of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The client was too slow.
    #[error("the client was too slow")]
    TooSlow,
    /// The client went away.
    #[error("the client went away")]
    CutOff,
}

/// Both ends of a body.
pub(super) fn pipe() -> (BodySource, BodyReader) {
    let (sender, receiver) = channel(PLACES);
    let ended = Arc::new(AtomicBool::new(false));
    let source = BodySource {
        pieces: sender,
        ended: Arc::clone(&ended),
    };
    let reader = BodyReader {
        pieces: receiver,
        piece: Bytes::new(),
        ended,
    };
    (source, reader)
}

impl BodySource {
    /// Passes a body on until it ends, or nobody reads any more. Only time that the client takes counts
    /// against it.
    pub(super) async fn pass(self, mut body: Body, pace: Pace) {
        let mut patience = Patience::new(pace);
        loop {
            let asked = clock::since_start();
            let frame = timeout(patience.left(), body.frame()).await;
            patience.waited(clock::elapsed_since(asked));
            let piece = match frame {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Ok(data),
                    Err(_trailers) => continue,
                },
                Ok(None) => {
                    self.ended.store(true, Ordering::Release);
                    return;
                }
                Ok(Some(Err(_))) => Err(Trouble::CutOff),
                Err(_elapsed) => Err(Trouble::TooSlow),
            };
            let length = piece.as_ref().map_or(0, Bytes::len);
            let is_last = piece.is_err();
            if self.pieces.send(piece).await.is_err() || is_last {
                return;
            }
            patience.moved(length);
        }
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(trouble)) => return Err(io::Error::other(trouble)),
                None if self.ended.load(Ordering::Acquire) => return Ok(0),
                None => return Err(io::Error::other(Trouble::CutOff)),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// The trouble with the body that an error tells of.
pub(super) fn trouble_of(error: &io::Error) -> Option<Trouble> {
    error.get_ref()?.downcast_ref::<Trouble>().copied()
}

/// What came of a body that is to be held in memory.
#[derive(Debug)]
pub(super) enum Whole {
    /// All of it.
    Body(Bytes),
    /// It is over the limit; what came was thrown away.
    TooLarge,
    /// There is no more of it.
    Trouble(Trouble),
}

/// The whole of a body of so many bytes at most, at the pace that is asked of clients.
pub(super) async fn whole(mut body: Body, limit: usize, pace: Pace) -> Whole {
    let mut patience = Patience::new(pace);
    let mut taken = bytes::BytesMut::new();
    if body.size_hint().lower() > limit as u64 {
        return Whole::TooLarge;
    }
    loop {
        let asked = clock::since_start();
        let frame = timeout(patience.left(), body.frame()).await;
        patience.waited(clock::elapsed_since(asked));
        match frame {
            Ok(None) => return Whole::Body(taken.freeze()),
            Ok(Some(Ok(frame))) => {
                let Some(piece) = frame.data_ref() else {
                    continue;
                };
                if taken.len() + piece.len() > limit {
                    return Whole::TooLarge;
                }
                patience.moved(piece.len());
                taken.extend_from_slice(piece);
            }
            Ok(Some(Err(_))) => return Whole::Trouble(Trouble::CutOff),
            Err(_elapsed) => return Whole::Trouble(Trouble::TooSlow),
        }
    }
}

/// A file as the body of an answer, read by a thread of its own.
pub(super) fn of_file(mut file: std::fs::File, bytes: u64) -> Body {
    let (sender, receiver) = channel::<io::Result<Bytes>>(PLACES);
    tokio::task::spawn_blocking(move || {
        let mut left = bytes;
        while left > 0 {
            let mut piece = vec![0; FILE_PIECE.min(left) as usize];
            let read = file.read_exact(&mut piece).map(|()| Bytes::from(piece));
            left = left.saturating_sub(FILE_PIECE);
            let failed = read.is_err();
            // Nobody takes it any more, or there is nothing to give: either way the answer ends here.
            if sender.blocking_send(read).is_err() || failed {
                return;
            }
        }
    });
    Body::new(FileBody {
        pieces: receiver,
        left: bytes,
    })
}

const FILE_PIECE: u64 = 64 << 10;

struct FileBody {
    pieces: Receiver<io::Result<Bytes>>,
    left: u64,
}

impl hyper::body::Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<io::Result<hyper::body::Frame<Bytes>>>> {
        let piece = std::task::ready!(self.pieces.poll_recv(cx));
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        std::task::Poll::Ready(piece.map(|piece| piece.map(hyper::body::Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PACE: Pace = Pace {
        grace: Duration::from_millis(50),
        bytes_per_second: 1_000,
    };

    /// A body of a client that says nothing.
    struct Silent;
    impl hyper::body::Body for Silent {
        type Data = Bytes;
        type Error = io::Error;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<io::Result<hyper::body::Frame<Bytes>>>> {
            std::task::Poll::Pending
        }
    }

    fn read_all(mut reader: BodyReader) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        reader.read_to_end(&mut all)?;
        Ok(all)
    }

    #[test]
    fn a_body_that_ended_is_told_from_one_that_broke_off() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let (source, reader) = pipe();
        runtime.block_on(source.pass(Body::from("whole"), PACE));
        assert_eq!(read_all(reader).unwrap(), b"whole");

        let (source, reader) = pipe();
        drop(source);
        let error = read_all(reader).unwrap_err();
        assert_eq!(trouble_of(&error), Some(Trouble::CutOff));

        let (source, reader) = pipe();
        runtime.block_on(source.pass(Body::new(Silent), PACE));
        let error = read_all(reader).unwrap_err();
        assert_eq!(trouble_of(&error), Some(Trouble::TooSlow));
    }
}
