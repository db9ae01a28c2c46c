//! How do results reach stdout?
//!
//! A reader that has gone away is no error: the work goes on, what is written after that goes
//! nowhere.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;

/// Buffered stdout. [`Output::finish`] tells whether everything arrived.
pub struct Output {
    /// `None` once the reader has gone.
    to: Option<BufWriter<Box<dyn Write + Send>>>,
}

impl Output {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Output {
            to: Some(BufWriter::with_capacity(64 << 10, Box::new(to))),
        }
    }

    /// Whether nobody reads any more; who only writes may stop then.
    pub fn reader_is_gone(&self) -> bool {
        self.to.is_none()
    }

    /// Writes what is still held back. An error other than a reader that has gone, such as a full
    /// disk, comes back.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    /// Does something with the writer; `nothing` stands for the result where nobody reads.
    fn with<T>(
        &mut self,
        nothing: T,
        act: impl FnOnce(&mut BufWriter<Box<dyn Write + Send>>) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some(to) = &mut self.to else {
            return Ok(nothing);
        };
        match act(to) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // The held back bytes must not be tried again when the buffer goes.
                if let Some(to) = self.to.take() {
                    let _ = to.into_parts();
                }
                Ok(nothing)
            }
            result => result,
        }
    }
}

/// Has whoever read from the other end of this pipe, socket or terminal left? Who has nothing to write would not notice
/// otherwise.
pub fn reader_has_left(end: impl AsFd) -> bool {
    // Nothing is asked for: that the other end is gone is always said.
    let mut ends = [PollFd::new(&end, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let gone = PollFlags::ERR | PollFlags::HUP;
    poll(&mut ends, Some(&at_once)).is_ok() && ends[0].revents().intersects(gone)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(bytes.len(), |to| to.write(bytes))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.with((), |to| to.write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let mut output = Output::new(writer);
        output.write_all(b"seen\n").expect("is held back");
        assert!(!output.reader_is_gone());
        drop(reader);
        for _ in 0..3 {
            output
                .write_all(&vec![b'x'; 100_000])
                .expect("goes nowhere");
        }
        assert!(output.reader_is_gone());
        output.finish().expect("still no error");
    }

    #[test]
    fn a_reader_that_leaves_while_nothing_is_written_is_noticed() {
        let (reader, writer) = io::pipe().expect("a pipe");
        assert!(!reader_has_left(&writer));
        drop(reader);
        assert!(reader_has_left(&writer));
        let file = tempfile::tempfile().expect("a file");
        assert!(!reader_has_left(&file));
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("exists");
        let mut output = Output::new(full);
        output.write_all(b"lost").expect("is held back");
        let error = output.finish().expect_err("the disk is full");
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }

    #[test]
    fn everything_arrives() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut output = Output::new(writer);
        write!(output, "{}-{}", 1, 2).expect("is written");
        output.finish().expect("is flushed");
        assert_eq!(io::read_to_string(&mut reader).expect("is read"), "1-2");
    }
}
