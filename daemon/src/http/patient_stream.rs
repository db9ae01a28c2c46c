//! How long does a connection wait for its peer?
//! Every wait has an end: for a head, for the next request, for a peer that takes an answer, and for one that
//! still sends when it is to be closed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::pace::{Pace, Patience};
use super::slots::Connection;
use crate::clock;

/// The ends of waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    /// For the head of a request, from its first byte, and from the start of the connection.
    pub(super) head: Duration,
    /// For the first byte of the next request.
    pub(super) idle: Duration,
    /// For a peer that takes an answer.
    pub(super) write: Pace,
}

/// A peer that sends on after its answer gets so long to read it before the connection is cut: a closed
/// connection with unread bytes is reset, and a reset discards the answer.
const LINGER: Duration = Duration::from_secs(2);

/// A TCP stream with limited patience.
pub(super) struct PatientStream {
    stream: TcpStream,
    connection: Arc<Connection>,
    waits: Waits,
    reading: Reading,
    /// How many requests had come when `reading` was last set.
    requests: u64,
    read_end: Pin<Box<Sleep>>,
    patience: Patience,
    /// Since when a write waits.
    write_since: Option<Duration>,
    write_end: Pin<Box<Sleep>>,
    linger: Option<Pin<Box<Sleep>>>,
}

/// What is waited for, while no request is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Head,
    Nothing,
}

impl PatientStream {
    pub(super) fn new(stream: TcpStream, connection: Arc<Connection>, waits: Waits) -> Self {
        Self {
            stream,
            connection,
            waits,
            reading: Reading::Head,
            requests: 0,
            read_end: Box::pin(sleep(waits.head)),
            patience: Patience::new(waits.write),
            write_since: None,
            write_end: Box::pin(sleep(waits.write.grace)),
            linger: None,
        }
    }

    /// Between two requests the clock begins anew.
    fn notice_requests(&mut self) {
        let requests = self.connection.requests();
        if requests != self.requests {
            self.requests = requests;
            self.reading = Reading::Nothing;
            self.read_end = Box::pin(sleep(self.waits.idle));
            self.patience = Patience::new(self.waits.write);
        }
    }

    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(since) = self.write_since.take() {
                    self.patience.waited(clock::elapsed_since(since));
                }
                self.patience.moved(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(error) => Poll::Ready(error),
            Poll::Pending => {
                if self.write_since.is_none() {
                    self.write_since = Some(clock::since_start());
                    self.write_end = Box::pin(sleep(self.patience.left()));
                }
                ready!(self.write_end.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        // Noted before the look, so that an answer that ends in between wakes the task all the same.
        self.connection.wake_after_answer(cx);
        // The body of a request has an end of its own.
        if self.connection.is_answering() {
            return read;
        }
        self.notice_requests();
        match read {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                if self.reading == Reading::Nothing {
                    self.reading = Reading::Head;
                    self.read_end = Box::pin(sleep(self.waits.head));
                }
                read
            }
            Poll::Pending => {
                ready!(self.read_end.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Ready(_) => read,
        }
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        let end = this.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scratch = [0; 8 << 10];
        loop {
            if end.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                // The peer is done, or gone: both end the wait.
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}
