//! Which files are put to both sides?
//! Those of the bad input, one for each code that a file can have, damaged ones, and thousands that are made up; small
//! ones mostly, and some of several blocks.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use intake_core::catalog::{Catalog, Offer, OfferManager};
use intake_core::check::draft;
use intake_core::field::Table;
use intake_core::moment::Moment;
use intake_core::order::{PaymentMethod, Terms};
use intake_core::plan::state::StateMark;
use intake_core::profile::{Delivery, FilePolicy, Profile};
use intake_core::read::{Framer, ReadOptions, records};
use intake_core::snapshot::{ChunkWriter, Head, Snapshot, SnapshotReader, SnapshotWriter};
use intake_tests::orders::generated;
use xtask::generate::{Book, Day, FileKind, Format, Mix, OFFERS, Revision, Settings, Share};

use super::super::bad_input;
use super::super::samples::samples;
use super::{by_hand, workbooks};

/// What "past" and "future" are held against.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";

/// The day of [`NOW`] for the generator.
const TODAY: Day = Day::from_civil(2026, 11, 24);

/// So many generated files.
const BOOKS: u64 = 300;

/// A file, and how it is put.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) name: String,
    pub(super) input: Vec<u8>,
    pub(super) profile: Option<Profile>,
    /// The number of a snapshot.
    pub(super) snapshot: Option<usize>,
    /// Bytes that this machine's core gets at once.
    pub(super) chunk: usize,
    /// Bytes that the package's session gets at once; none: through its checker.
    pub(super) package_chunk: Option<usize>,
    /// The report that stands beside a sample.
    pub(super) report: Option<Vec<u8>>,
}

/// Everything that is put to both sides.
#[derive(Default)]
pub(super) struct Corpus {
    pub(super) jobs: Vec<Job>,
    pub(super) snapshots: Vec<Arc<Snapshot>>,
    /// The snapshots as bytes.
    pub(super) stored: Vec<Vec<u8>>,
    random: Random,
}

/// A small source of choices that are the same in every run.
#[derive(Default)]
struct Random(u64);

const FORMATS: [Format; 4] = [
    Format::Csv,
    Format::CsvSemicolon,
    Format::Ndjson,
    Format::Json,
];

impl Corpus {
    pub(super) fn new() -> anyhow::Result<Self> {
        let mut corpus = Self::default();
        for case in bad_input::cases() {
            corpus.add(case.name, case.input);
        }
        corpus.add_snapshot(Profile::of("kiosk"), &[])?;
        for case in by_hand::cases().into_iter().chain(workbooks::cases()) {
            for snapshot in [None, Some(0)] {
                corpus.add(case.name, case.input.clone());
                let job = corpus.jobs.last_mut().context("a job was added")?;
                job.profile.clone_from(&case.profile);
                job.snapshot = snapshot;
            }
        }
        for sample in samples()? {
            let profile = sample.profile()?;
            corpus.add(&sample.name, sample.input);
            let job = corpus.jobs.last_mut().context("a job was added")?;
            (job.name, job.report, job.profile) = (sample.name, sample.report, profile);
        }
        for seed in 0..BOOKS {
            corpus.add_book(seed)?;
        }
        for seed in 0..4 {
            corpus.add_large(seed)?;
        }
        for seed in 0..12 {
            corpus.add_planned(seed)?;
        }
        Ok(corpus)
    }

    /// Chunks are cut differently on both sides, and through the checker once in a while.
    fn add(&mut self, name: &str, input: Vec<u8>) {
        let sizes = [1, 2, 3, 7, 64, 1000, 4096, 65_536, 1 << 20];
        // Single bytes of a large file would take long and show nothing else.
        let smallest = if input.len() > 100_000 { 5 } else { 0 };
        let mut size = || sizes[smallest + self.random.below(sizes.len() - smallest)];
        let (chunk, package_chunk) = (size(), size());
        self.jobs.push(Job {
            name: format!("{name}.txt"),
            input,
            profile: None,
            snapshot: None,
            chunk,
            package_chunk: (self.random.below(8) > 0).then_some(package_chunk),
            report: None,
        });
    }

    /// A small book in one format, and what is left of it after some damage.
    fn add_book(&mut self, seed: u64) -> anyhow::Result<()> {
        let orders = 1 + self.random.below(60) as u64;
        let book = Book::new(Settings {
            bad: Share::per_million(300_000),
            repeats: Share::per_million(50_000),
            ..Settings::new(seed, orders, TODAY)
        })?;
        for format in FORMATS {
            let (input, _) = generated(&book, FileKind::Creates, format)?;
            let name = format!("book {seed} as {format:?}");
            let damaged = self.random.damaged(&input);
            self.add(&format!("{name}, damaged"), damaged);
            self.add(&name, input);
        }
        Ok(())
    }

    /// A file of several blocks.
    fn add_large(&mut self, seed: u64) -> anyhow::Result<()> {
        let book = Book::new(Settings {
            bad: Share::per_million(20_000),
            repeats: Share::per_million(1_000),
            ..Settings::new(1000 + seed, 9000, TODAY)
        })?;
        let format = FORMATS[seed as usize % FORMATS.len()];
        let (input, _) = generated(&book, FileKind::Creates, format)?;
        ensure!(input.len() > 1 << 20, "one block is too few");
        self.add(&format!("large book {seed} as {format:?}"), input);
        Ok(())
    }

    fn add_snapshot(&mut self, profile: Profile, orders: &[Terms]) -> anyhow::Result<()> {
        let stored = stored(profile, orders)?;
        let mut reader = SnapshotReader::new(Some("kiosk"));
        reader.push(&stored)?;
        self.snapshots.push(Arc::new(reader.finish()?));
        self.stored.push(stored);
        Ok(())
    }

    /// A book of which the first file is known, and what comes after it.
    fn add_planned(&mut self, seed: u64) -> anyhow::Result<()> {
        let revision = Revision {
            changed: Share::per_million(300_000),
            mix: Mix::Usual,
            added: Share::per_million(100_000),
        };
        let book = Book::new(Settings {
            bad: Share::per_million(50_000),
            revisions: vec![revision],
            ..Settings::new(2000 + seed, 40 + seed * 90, TODAY)
        })?;
        let profile = Profile {
            delivery: Delivery::ALL[seed as usize % 2],
            file_policy: FilePolicy::ALL[(seed as usize / 4) % 2],
            end_missing: seed.is_multiple_of(3),
            ..Profile::of("kiosk")
        };
        let format = FORMATS[seed as usize % FORMATS.len()];
        let (creates, _) = generated(&book, FileKind::Creates, Format::Csv)?;
        self.add_snapshot(profile, &terms_of(&creates)?)?;
        let full = FileKind::Full {
            from: 0,
            to: 1,
            missing: Share::per_million(30_000),
        };
        let kinds = [
            FileKind::Changes { from: 0, to: 1 },
            full,
            FileKind::Rejects { known: 0, each: 1 },
            FileKind::Creates,
        ];
        for kind in kinds {
            let (input, _) = generated(&book, kind, format)?;
            self.add(&format!("planned book {seed}, {kind:?}"), input);
            let job = self.jobs.last_mut().context("a job was added")?;
            job.snapshot = Some(self.snapshots.len() - 1);
        }
        Ok(())
    }
}

/// The good rows of a file as orders.
fn terms_of(file: &[u8]) -> anyhow::Result<Vec<Terms>> {
    let now = Moment::parse(NOW).ok().context("a time")?;
    let mut framer = Framer::new(ReadOptions::new(Table::Orders, now));
    framer.push(file);
    framer.finish();
    let mut orders: Vec<Terms> = Vec::new();
    while let Some(block) = framer.next_block() {
        let shape = framer.shape().context("a file with a form")?;
        records(shape, &block, &mut |record| {
            let draft = draft::order(shape, record, &mut Vec::new());
            orders.extend(draft.map(|draft| draft.terms()));
        });
    }
    orders.sort_by(|a, b| a.external_system_id.cmp(&b.external_system_id));
    orders.dedup_by(|a, b| a.external_system_id == b.external_system_id);
    Ok(orders)
}

/// A snapshot with these orders and the generator's offers.
fn stored(profile: Profile, orders: &[Terms]) -> anyhow::Result<Vec<u8>> {
    let mut chunks = Vec::new();
    let mut writer = ChunkWriter::default();
    for terms in orders {
        writer.order(terms, &mut chunks)?;
    }
    let made_up = OFFERS.iter().map(known).chain(by_hand::offers());
    let catalog: Catalog = made_up.map(|offer| (offer.id.clone(), offer)).collect();
    let head = Head {
        taken: Moment::parse("2026-11-24T06:00:00Z")
            .ok()
            .context("a time")?,
        state: StateMark {
            journal: "000001:4711".into(),
            hash: "0f".repeat(32).into(),
        },
        orders: writer.end(&mut chunks)?,
        profile,
        catalog,
    };
    let mut bytes = Vec::new();
    let mut writer = SnapshotWriter::begin(&head, &mut bytes)?;
    writer.chunks(&chunks);
    bytes.extend_from_slice(&chunks);
    writer.end(&mut bytes);
    Ok(bytes)
}

fn known(offer: &xtask::generate::Offer) -> Offer {
    let methods = offer.payment_methods.iter();
    Offer {
        managed_by: OfferManager::from_name(offer.managed_by).unwrap_or(OfferManager::External),
        allowed_payment_methods: methods
            .filter_map(|name| PaymentMethod::from_name(name))
            .collect(),
        ..Offer::new(offer.id, offer.title)
    }
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// The bytes with some of them changed, taken out, put in, or cut off: mostly such that mean something to a reader.
    fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        const SPITEFUL: &[u8] = b"\"\",;\t\r\n{}[]:\\'=\0\x01\x7F\xFF\xC3\xE2\x80 0e-.u+";
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.below(12) {
            let at = self.below(damaged.len() + 1);
            let byte = SPITEFUL[self.below(SPITEFUL.len())];
            match self.below(8) {
                0 => damaged.truncate(damaged.len() - self.below(damaged.len() / 4 + 1)),
                1..=3 => damaged.insert(at, byte),
                4 if at < damaged.len() => drop(damaged.remove(at)),
                _ => {
                    if let Some(there) = damaged.get_mut(at) {
                        *there = byte;
                    }
                }
            }
        }
        damaged
    }
}
