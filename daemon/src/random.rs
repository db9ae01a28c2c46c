//! Where does the program take what nobody can guess?
//! From the kernel and nowhere else; only tokens, addresses of receipts and names of unfinished uploads need it.

use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

/// So many bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        match getrandom(&mut bytes[filled..], GetRandomFlags::empty()) {
            Ok(more) => filled += more,
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        let one: [u8; 32] = random_bytes().unwrap();
        let other: [u8; 32] = random_bytes().unwrap();
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
