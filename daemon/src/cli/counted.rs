//! How much of an input has been read?
//! Counted where it is read, since what is made of it may be longer or shorter.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// A reader that says how many bytes were read.
pub(super) struct Counted<'c, R> {
    inner: R,
    read: &'c AtomicU64,
}

impl<'c, R> Counted<'c, R> {
    /// Adds what is read from `inner` to `read`.
    pub(super) fn new(inner: R, read: &'c AtomicU64) -> Self {
        Self { inner, read }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
