//! Zip files for tests, right ones and wrong ones.
//! Every number of the directory can be made to lie.

/// A zip file under construction.
#[derive(Default)]
pub(crate) struct Zip {
    bytes: Vec<u8>,
    entries: Vec<Made>,
}

/// What the directory is to say of an entry.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u32,
    pub(crate) unpacked: u32,
    pub(crate) offset: u32,
}

impl Zip {
    pub(crate) fn stored(self, name: &str, content: &[u8]) -> Self {
        self.entry(name, 0, content, content)
    }

    pub(crate) fn packed(self, name: &str, content: &[u8]) -> Self {
        let packed = miniz_oxide::deflate::compress_to_vec(content, 6);
        self.entry(name, 8, content, &packed)
    }

    fn entry(mut self, name: &str, method: u16, content: &[u8], packed: &[u8]) -> Self {
        let made = Made {
            name: name.to_owned(),
            flags: 0,
            method,
            crc: crc32fast::hash(content),
            packed: packed.len() as u32,
            unpacked: content.len() as u32,
            offset: self.bytes.len() as u32,
        };
        self.bytes.extend(b"PK\x03\x04\x14\0\0\0");
        self.bytes.extend(method.to_le_bytes());
        self.bytes.extend([0; 16]);
        self.bytes.extend((name.len() as u16).to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(packed);
        self.entries.push(made);
        self
    }

    /// Changes what the directory says of the entry that was added last.
    pub(crate) fn lie(mut self, change: impl FnOnce(&mut Made)) -> Self {
        change(self.entries.last_mut().expect("an entry was added"));
        self
    }

    /// Says the same of an entry once more, under another name.
    pub(crate) fn again(mut self, name: &str) -> Self {
        let mut again = self.entries.last().expect("an entry was added").clone();
        again.name = name.to_owned();
        self.entries.push(again);
        self
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let begin = self.bytes.len() as u32;
        for made in &self.entries {
            self.bytes.extend(b"PK\x01\x02\x14\0\x14\0");
            self.bytes.extend(made.flags.to_le_bytes());
            self.bytes.extend(made.method.to_le_bytes());
            self.bytes.extend([0; 4]);
            for number in [made.crc, made.packed, made.unpacked] {
                self.bytes.extend(number.to_le_bytes());
            }
            self.bytes.extend((made.name.len() as u16).to_le_bytes());
            self.bytes.extend([0; 12]);
            self.bytes.extend(made.offset.to_le_bytes());
            self.bytes.extend(made.name.as_bytes());
        }
        let length = self.bytes.len() as u32 - begin;
        let count = (self.entries.len() as u16).to_le_bytes();
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(count);
        self.bytes.extend(count);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(begin.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}
