//! Which rows does a file of the book hold?
//! A file is written row by row in memory that does not grow with it, its exceptions apart.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::book::Book;
use super::defect::{Defect, Evidence};
use super::manifest::{Counts, Decision, Exception, Manifest};
use super::order::{FIELDS, Order, column};
use super::random::{Random, Share};
use super::row::Row;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma, header, line feeds, quotes where RFC 4180 asks for them.
    Csv,
    /// The same with semicolons.
    CsvSemicolon,
    /// One JSON object a line.
    Ndjson,
    /// The platform's request body: `{"purchase": …, "suppressMail": …, "items": […]}`.
    Json,
}

/// Which rows a file holds. A revision is a state of the book; 0 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// The first file: every order of revision 0, for a store that knows none of them.
    Creates,
    /// Only what differs between two revisions, with some bad rows of new orders.
    Changes {
        /// What the store knows.
        from: usize,
        /// What the file says.
        to: usize,
    },
    /// Every order of a revision.
    Full {
        /// What the store knows.
        from: usize,
        /// What the file says.
        to: usize,
        /// The share of known, clean orders that the file leaves out.
        missing: Share,
    },
    /// Nothing but rows to reject, so many of each defect.
    Rejects {
        /// What the store knows.
        known: usize,
        /// Rows (pairs of rows for duplicates) of each defect.
        each: u64,
    },
}

/// Writes a file of the book and says what an import has to make of it.
pub fn write_file(
    out: &mut impl Write,
    book: &Book,
    kind: FileKind,
    format: Format,
) -> io::Result<Manifest> {
    let usual = match kind {
        FileKind::Creates => Decision::Create,
        FileKind::Changes { .. } => Decision::Update,
        FileKind::Full { .. } => Decision::Unchanged,
        FileKind::Rejects { .. } => Decision::Reject,
    };
    let mut writer = Writer::new(out, book, format, usual);
    writer.begin();
    match kind {
        FileKind::Creates => writer.write_creates()?,
        FileKind::Changes { from, to } => writer.write_changes(from, to)?,
        FileKind::Full { from, to, missing } => writer.write_full(from, to, missing)?,
        FileKind::Rejects { known, each } => writer.write_rejects(known, each)?,
    }
    writer.finish()
}

struct Writer<'a, W> {
    out: &'a mut W,
    book: &'a Book,
    format: Format,
    row: Row,
    buffer: Vec<u8>,
    manifest: Manifest,
    spare_orders: u64,
    /// Where an order stands that shares its key with another: its row and its entry among the
    /// exceptions, by the order's index.
    duplicates: BTreeMap<u64, (u64, usize)>,
}

/// Rows are handed to the output in pieces of about this many bytes.
const PIECE: usize = 256 * 1024;

impl<'a, W: Write> Writer<'a, W> {
    fn new(out: &'a mut W, book: &'a Book, format: Format, usual: Decision) -> Self {
        Self {
            out,
            book,
            format,
            row: Row::new(),
            buffer: Vec::with_capacity(PIECE + 4096),
            manifest: Manifest {
                rows: 0,
                bytes: 0,
                usual,
                counts: Counts::default(),
                missing: 0,
                exceptions: Vec::new(),
            },
            spare_orders: 0,
            duplicates: BTreeMap::new(),
        }
    }

    fn begin(&mut self) {
        let delimiter = match self.format {
            Format::Csv => ",",
            Format::CsvSemicolon => ";",
            Format::Ndjson => return,
            Format::Json => {
                let opening = b"{\"purchase\":false,\"suppressMail\":true,\"items\":[\n";
                self.buffer.extend_from_slice(opening);
                return;
            }
        };
        self.buffer
            .extend_from_slice(FIELDS.join(delimiter).as_bytes());
        self.buffer.push(b'\n');
    }

    fn write_creates(&mut self) -> io::Result<()> {
        for index in 0..self.book.settings().orders {
            match self.book.defect(index) {
                Some(defect) => self.write_bad(index, defect)?,
                None => self.write_clean(index, &self.book.order(index, 0), None)?,
            }
        }
        Ok(())
    }

    fn write_changes(&mut self, from: usize, to: usize) -> io::Result<()> {
        for index in 0..self.book.orders_at(to) {
            let is_new = index >= self.book.orders_at(from);
            let order = self.book.order(index, to);
            let known = (!is_new).then(|| self.book.order(index, from));
            if known == Some(order) || self.book.defect(index).is_some() {
                continue;
            }
            self.write_clean(index, &order, known.as_ref())?;
            let mut random = Random::of(&[self.book.settings().seed, 0x4445_4C54, index]);
            if random.hits(self.book.settings().bad) {
                let defect = self.book.pick_defect(&mut random);
                self.write_spare(defect)?;
            }
        }
        Ok(())
    }

    fn write_full(&mut self, from: usize, to: usize, missing: Share) -> io::Result<()> {
        for index in 0..self.book.orders_at(to) {
            if let Some(defect) = self.book.defect(index) {
                self.write_bad(index, defect)?;
                continue;
            }
            let known = (index < self.book.orders_at(from)).then(|| self.book.order(index, from));
            let mut random = Random::of(&[self.book.settings().seed, 0x4D49_5353, index]);
            if known.is_some() && random.hits(missing) {
                self.manifest.missing += 1;
                continue;
            }
            self.write_clean(index, &self.book.order(index, to), known.as_ref())?;
        }
        Ok(())
    }

    fn write_rejects(&mut self, known: usize, each: u64) -> io::Result<()> {
        let mut clean = (0..self.book.orders_at(known)).filter(|i| self.book.defect(*i).is_none());
        for _ in 0..each {
            for defect in Defect::ALL {
                if defect.evidence() != Evidence::State {
                    self.write_spare(*defect)?;
                } else if let Some(index) = clean.next() {
                    let order = self.book.order(index, known);
                    order.write_row(&self.book.settings().prefix, None, &mut self.row);
                    self.write_damaged(&order, *defect)?;
                }
            }
        }
        Ok(())
    }

    /// A row without a flaw, perhaps twice.
    fn write_clean(&mut self, index: u64, order: &Order, known: Option<&Order>) -> io::Result<()> {
        let settings = self.book.settings();
        order.write_row(&settings.prefix, known, &mut self.row);
        let decision = known.map_or(Decision::Create, |before| {
            Decision::between(before, order, settings.today)
        });
        self.finish_row(decision, None, None)?;
        if settings.repeats != Share::NONE
            && Random::of(&[settings.seed, 0x5457_4943, index]).hits(settings.repeats)
        {
            let first = self.manifest.rows;
            self.finish_row(Decision::Repeat, None, Some(first))?;
        }
        Ok(())
    }

    /// The row of an order of the book that is wrong in all its files.
    fn write_bad(&mut self, index: u64, defect: Defect) -> io::Result<()> {
        let order = self.book.order(index, 0);
        order.write_row(&self.book.settings().prefix, None, &mut self.row);
        let Some(other) = self.book.same_key(index) else {
            return self.write_damaged(&order, defect);
        };
        if other < index {
            let key = self.book.key(other);
            self.row.text(column::EXTERNAL_SYSTEM_ID).push_str(&key);
        }
        self.finish_row(Decision::Reject, Some(defect), None)?;
        let here = (self.manifest.rows, self.manifest.exceptions.len() - 1);
        if let Some((other_row, entry)) = self.duplicates.remove(&other) {
            self.manifest.exceptions[entry].other_row = Some(here.0);
            self.manifest.exceptions[here.1].other_row = Some(other_row);
        } else {
            self.duplicates.insert(index, here);
        }
        Ok(())
    }

    /// A defective row of an order that is in no revision of the book; two rows for a duplicate key.
    fn write_spare(&mut self, defect: Defect) -> io::Result<()> {
        let prefix = &self.book.settings().prefix;
        let order = self.book.spare_order(self.spare_orders);
        self.spare_orders += 1;
        order.write_row(prefix, None, &mut self.row);
        if defect != Defect::DuplicateKey {
            return self.write_damaged(&order, defect);
        }
        self.finish_row(Decision::Reject, Some(defect), Some(self.manifest.rows + 2))?;
        let other = Order {
            quantity: order.quantity % 10_000 + 1,
            ..order
        };
        other.write_row(prefix, None, &mut self.row);
        self.finish_row(Decision::Reject, Some(defect), Some(self.manifest.rows))
    }

    fn write_damaged(&mut self, order: &Order, defect: Defect) -> io::Result<()> {
        let is_csv = matches!(self.format, Format::Csv | Format::CsvSemicolon);
        let shown = if defect.needs_csv() && !is_csv {
            Defect::QuantityMissing
        } else {
            defect
        };
        let seed = self.book.settings().seed;
        let mut random = Random::of(&[seed, 0x4441_4D41, u64::from(order.number)]);
        shown.damage(&mut self.row, order, self.book, &mut random);
        self.finish_row(Decision::Reject, Some(shown), None)
    }

    /// Counts the row and writes it.
    fn finish_row(
        &mut self,
        decision: Decision,
        defect: Option<Defect>,
        other_row: Option<u64>,
    ) -> io::Result<()> {
        if self.format == Format::Json && self.manifest.rows > 0 {
            self.buffer.extend_from_slice(b",\n");
        }
        self.row.write(self.format, &mut self.buffer);
        if self.format == Format::Ndjson {
            self.buffer.push(b'\n');
        }
        self.manifest.rows += 1;
        self.manifest.counts.add(decision);
        if decision != self.manifest.usual || defect.is_some() {
            self.manifest.exceptions.push(Exception {
                row: self.manifest.rows,
                external_system_id: self.row.get(column::EXTERNAL_SYSTEM_ID).to_owned(),
                decision,
                defect,
                other_row,
            });
        }
        if self.buffer.len() >= PIECE {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.manifest.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Manifest> {
        if self.format == Format::Json {
            self.buffer.extend_from_slice(b"\n]}\n");
        }
        self.flush()?;
        self.out.flush()?;
        Ok(self.manifest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use sha2::{Digest as _, Sha256};

    use super::super::{Day, Mix, Revision, Settings};
    use super::*;

    const TODAY: Day = Day::from_civil(2026, 11, 23);

    fn book(orders: u64) -> Book {
        let revision = Revision {
            changed: Share::per_million(150_000),
            mix: Mix::Usual,
            added: Share::per_million(20_000),
        };
        let ends = Revision {
            mix: Mix::EndsOnly,
            added: Share::NONE,
            ..revision
        };
        let settings = Settings {
            repeats: Share::per_million(5_000),
            revisions: vec![revision, ends],
            ..Settings::new(11, orders, TODAY)
        };
        Book::new(settings).expect("the settings are sound")
    }

    fn generate(book: &Book, kind: FileKind, format: Format) -> (Vec<u8>, Manifest) {
        let mut bytes = Vec::new();
        let manifest =
            write_file(&mut bytes, book, kind, format).expect("writing to memory does not fail");
        assert_eq!(manifest.bytes, bytes.len() as u64);
        (bytes, manifest)
    }

    fn hash(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        Sha256::digest(bytes)
            .iter()
            .fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").expect("writing to a string does not fail");
                text
            })
    }

    /// The promise of the whole module: a change here changes every recorded measurement.
    #[test]
    fn the_bytes_are_pinned() {
        let book = book(2_000);
        let pinned = [
            (
                FileKind::Creates,
                Format::Csv,
                "b39a5246faf5eb0c9cadf12c4f9251055741ad8acfde67b91116220fdde06923",
            ),
            (
                FileKind::Creates,
                Format::Ndjson,
                "7f447524d6a99420ca07701e2ac8067631a378a724c7ee64f2f09f2ae6a57cf5",
            ),
            (
                FileKind::Changes { from: 0, to: 1 },
                Format::Json,
                "690bf7e41b22ccb5c36c14558d74596dcf3c4749aca4ebcf4ee915e800b79847",
            ),
            (
                FileKind::Full {
                    from: 1,
                    to: 2,
                    missing: Share::per_million(10_000),
                },
                Format::CsvSemicolon,
                "414077858c5125f1cfaa4f72ba938288906feb88f74772bd898fb94b24efe5bf",
            ),
            (
                FileKind::Rejects { known: 1, each: 2 },
                Format::Csv,
                "cd500626d8d38f9e6b27dc28bc28295d620bf4829dbaa9da7e3ea1fdbfa8162b",
            ),
        ];
        for (kind, format, expected) in pinned {
            let (bytes, _) = generate(&book, kind, format);
            assert_eq!(hash(&bytes), expected, "{kind:?} {format:?}");
        }
    }

    #[test]
    fn the_manifest_counts_every_row() {
        let book = book(5_000);
        let kinds = [
            FileKind::Creates,
            FileKind::Changes { from: 0, to: 1 },
            FileKind::Full {
                from: 0,
                to: 2,
                missing: Share::NONE,
            },
            FileKind::Rejects { known: 0, each: 3 },
        ];
        for kind in kinds {
            let (bytes, manifest) = generate(&book, kind, Format::Csv);
            let text = String::from_utf8(bytes).expect("generated files are text");
            assert_eq!(text.lines().count() as u64, manifest.rows + 1, "{kind:?}");
            let Counts {
                create,
                update,
                payment,
                end,
                reactivate,
                unchanged,
                reject,
                repeat,
            } = manifest.counts;
            let all = create + update + payment + end + reactivate + unchanged + reject + repeat;
            assert_eq!(all, manifest.rows, "{kind:?}");
        }
    }

    #[test]
    fn a_usual_change_file_holds_every_decision() {
        let (_, manifest) = generate(
            &book(5_000),
            FileKind::Changes { from: 0, to: 1 },
            Format::Csv,
        );
        let Counts {
            create,
            update,
            payment,
            end,
            reactivate,
            unchanged,
            reject,
            ..
        } = manifest.counts;
        assert!(
            [create, update, payment, end, reactivate, reject]
                .iter()
                .all(|count| *count > 0)
        );
        assert_eq!((create, unchanged), (100, 0));
    }

    #[test]
    fn duplicates_name_each_other_and_share_a_key() {
        let (_, manifest) = generate(&book(50_000), FileKind::Creates, Format::Csv);
        let by_row: HashMap<u64, &Exception> = manifest
            .exceptions
            .iter()
            .map(|exception| (exception.row, exception))
            .collect();
        let mut pairs = 0;
        for exception in by_row
            .values()
            .filter(|e| e.defect == Some(Defect::DuplicateKey))
        {
            let other = exception
                .other_row
                .expect("a duplicate names the other row");
            assert_eq!(by_row[&other].other_row, Some(exception.row));
            assert_eq!(
                by_row[&other].external_system_id,
                exception.external_system_id
            );
            pairs += 1;
        }
        assert!(pairs >= 10, "{pairs} rows with a duplicate key");
    }

    #[test]
    fn a_row_has_about_133_bytes() {
        let (bytes, manifest) = generate(&book(20_000), FileKind::Creates, Format::Csv);
        let per_row = bytes.len() as u64 / manifest.rows;
        assert!((130..=136).contains(&per_row), "{per_row} bytes a row");
    }

    #[test]
    fn json_files_are_json() {
        let book = book(2_000);
        let (bytes, manifest) = generate(&book, FileKind::Changes { from: 0, to: 1 }, Format::Json);
        let body: serde_json::Value = serde_json::from_slice(&bytes).expect("the body is JSON");
        let items = body["items"].as_array().expect("the body has items");
        assert_eq!(items.len() as u64, manifest.rows);
        let (bytes, _) = generate(
            &book,
            FileKind::Rejects { known: 0, each: 1 },
            Format::Ndjson,
        );
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let row: serde_json::Value = serde_json::from_slice(line).expect("each line is JSON");
            assert!(row.is_object());
        }
    }
}
