//! Does any file stop the core, or have it say two things?
//! Every file of the corpus is changed by chance; however its chunks are cut, and whether a browser's inspection or the
//! program's check looks at it, the same is said. A workbook is changed packed and unpacked.

use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use intake_core::finding::Language;
use intake_core::fixes::{Mender, Mending};
use intake_core::moment::Moment;
use intake_core::profile::Profile;
use intake_daemon::cli::args::ReportFormat;
use intake_daemon::commands::Speech;
use intake_daemon::commands::check::{Delivery, check};
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::packed::zip;

use super::corpus::{Corpus, Job, NOW};
use super::native;
use super::questions::{Question, questions};

/// So many changed files where `INTAKE_MUTATIONS` does not say otherwise.
const MUTATIONS: u64 = 200;
/// Files of the corpus that are larger show nothing else.
const LARGEST: usize = 40_000;
/// A file of this size that takes so long has found a way to keep everybody waiting.
const PATIENCE: Duration = Duration::from_secs(60);

/// What readers have an eye on.
const SPITEFUL: [&[u8]; 44] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"|",
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xFF",
    b"\xC3",
    b"\xE2\x80",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xC2\xA0",
    b"\xE2\x80\x8B",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\\ud800",
    b"null",
    b"-",
    b"1e999",
    b"-0",
    b"99999999999999999999",
    b"31.02.2026",
    b"2026-02-30T25:61:61Z",
    b"9999-12-31T23:59:60+99:99",
    b"sep=;",
    b"<",
    b"/>",
    b"&#0;",
    b"&amp;",
    b"]]>",
    b"<!--",
    b" r=\"XFE1048577\"",
    b" number-rows-repeated=\"4294967295\"",
    b"PK\x05\x06",
    b"\x1F\x8B",
];

#[test]
fn no_changed_file_stops_the_core_or_has_it_say_two_things() -> anyhow::Result<()> {
    let count = number_from("INTAKE_MUTATIONS")?.unwrap_or(MUTATIONS);
    let seed = seed()?;
    let mut corpus = Corpus::new()?;
    corpus.jobs.retain(|job| job.input.len() <= LARGEST);
    let questions = questions();
    let next = AtomicU64::new(0);
    let work = || -> anyhow::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let mut random = Random(seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
            let job = changed(&corpus, &mut random);
            let tried = catch_unwind(AssertUnwindSafe(|| {
                hold(&job, &questions, &corpus, &mut random)
            }));
            let outcome = tried.unwrap_or_else(|_| Err(anyhow!("the core panicked")));
            if let Err(error) = outcome {
                let kept = std::env::temp_dir().join(format!("intake-changed-{seed}-{number}"));
                std::fs::write(&kept, &job.input)?;
                let from = &job.name;
                let kept = kept.display();
                bail!("seed {seed}, file {number}, from `{from}`, kept as `{kept}`: {error:#}");
            }
        }
    };
    let outcomes: Vec<anyhow::Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended
            .map(|ended| ended.unwrap_or_else(|_| Err(anyhow!("a worker panicked"))))
            .collect()
    });
    let wrong: Vec<String> = outcomes
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("seed {seed}: {count} changed files, the same said of each");
    Ok(())
}

/// A file of the corpus, changed.
fn changed(corpus: &Corpus, random: &mut Random) -> Job {
    let mut pick = || &corpus.jobs[random.below(corpus.jobs.len() as u64) as usize];
    let (job, other) = (pick(), pick());
    let parts = (random.below(4) > 0)
        .then(|| unzipped(&job.input))
        .flatten();
    let input = match parts {
        Some(mut parts) => {
            let at = random.below(parts.len() as u64) as usize;
            parts[at].1 = mutated(&parts[at].1, &other.input, random);
            let parts: Vec<_> = parts
                .iter()
                .map(|(name, content)| (&**name, &**content))
                .collect();
            zip(&parts, 0)
        }
        None => mutated(&job.input, &other.input, random),
    };
    Job {
        name: job.name.clone(),
        input,
        profile: job.profile.clone(),
        snapshot: job.snapshot,
        chunk: 1 + random.below(5000) as usize,
        package_chunk: None,
        report: None,
    }
}

fn mutated(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(6) {
        let mut place = |bound: usize| random.below(bound as u64 + 1) as usize;
        let from = place(bytes.len());
        let to = (from + place(40)).min(bytes.len());
        let piece = bytes[from..to].to_vec();
        let spiteful = SPITEFUL[place(SPITEFUL.len() - 1)];
        match place(9) {
            0 => bytes.truncate(from),
            1 => drop(bytes.drain(from..to)),
            2 => bytes.splice(to..to, piece).for_each(drop),
            // A value or a line that never ends.
            3 => {
                let often = place(3000);
                bytes
                    .splice(to..to, piece.repeat(often / piece.len().max(1)))
                    .for_each(drop);
            }
            4 => {
                let start = place(other.len());
                let end = (start + place(400)).min(other.len());
                bytes
                    .splice(from..to, other[start..end].iter().copied())
                    .for_each(drop);
            }
            5 => bytes[from..to].fill(place(255) as u8),
            6 if from < bytes.len() => bytes[from] ^= 1 << place(7),
            _ => bytes
                .splice(from..from, spiteful.iter().copied())
                .for_each(drop),
        }
    }
    bytes
}

/// The files in a zip file, by its local headers. Not for files that wish us ill.
fn unzipped(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let number = |at: usize, width: usize| {
        let digits = bytes.get(at..at + width)?;
        Some(
            digits
                .iter()
                .rev()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit)),
        )
    };
    let end = bytes
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")?;
    let (count, mut at) = (number(end + 10, 2)?, number(end + 16, 4)?);
    let mut parts = Vec::new();
    for _ in 0..count {
        let method = number(at + 10, 2)?;
        let (packed, names, extra) = (
            number(at + 20, 4)?,
            number(at + 28, 2)?,
            number(at + 30, 2)?,
        );
        let (comment, local) = (number(at + 32, 2)?, number(at + 42, 4)?);
        let name = String::from_utf8(bytes.get(at + 46..at + 46 + names)?.to_vec()).ok()?;
        let start = local + 30 + number(local + 26, 2)? + number(local + 28, 2)?;
        let content = bytes.get(start..start + packed)?;
        let mut unpacked = Vec::new();
        match method {
            0 => unpacked.extend(content),
            8 => {
                flate2::read::DeflateDecoder::new(content)
                    .take(1 << 20)
                    .read_to_end(&mut unpacked)
                    .ok()?;
            }
            _ => return None,
        }
        parts.push((name, unpacked));
        at += 46 + names + extra + comment;
    }
    (!parts.is_empty()).then_some(parts)
}

/// Everything that is said of a file, said twice.
fn hold(
    job: &Job,
    questions: &[Question],
    corpus: &Corpus,
    random: &mut Random,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let said = native::answers(job, questions, &corpus.snapshots)?;
    let again = Job {
        chunk: 1 + random.below(60) as usize,
        ..job.clone()
    };
    let said_again = native::answers(&again, questions, &corpus.snapshots)?;
    for (at, (one, other)) in said.iter().zip(&said_again).enumerate() {
        let asked = at.checked_sub(1).map(|at| &questions[at]);
        ensure!(
            one == other,
            "chunks of {} and {} bytes differ in {asked:?}",
            job.chunk,
            again.chunk
        );
    }
    if job.snapshot.is_none() {
        // The first question is for the report.
        ensure!(
            checked(job)? == said[1],
            "the program's check differs from the inspection's report"
        );
    }
    // Of bytes that fit no encoding a mended file may be the first that shows what they were meant for.
    if !contains(&said[1], b"\"encoding-invalid\"") {
        mended_twice(job)?;
    }
    ensure!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    Ok(())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What the program's check says.
fn checked(job: &Job) -> anyhow::Result<Vec<u8>> {
    let profile = job.profile.clone().unwrap_or_else(|| Profile::of(""));
    let options = profile.read_options(moment()?);
    let delivery = Delivery {
        name: &job.name,
        source: Cursor::new(&job.input),
        bytes: Some(job.input.len() as u64),
    };
    let mut report = Vec::new();
    let speech = Speech {
        language: Language::En,
        now: NOW.parse()?,
        zone: jiff::tz::TimeZone::UTC,
    };
    check(
        delivery,
        options,
        ReportFormat::Json,
        &speech,
        &mut report,
        &|_, _| {},
    )?;
    Ok(report)
}

fn moment() -> anyhow::Result<Moment> {
    Moment::parse(NOW).map_err(|_| anyhow!("a time"))
}

/// Mending what is mended changes nothing.
fn mended_twice(job: &Job) -> anyhow::Result<()> {
    let profile = job.profile.clone().unwrap_or_else(|| Profile::of(""));
    let mend = |bytes: &[u8]| -> anyhow::Result<Option<Vec<u8>>> {
        let mut mender = Mender::new(profile.read_options(moment()?), Mending::safe());
        let mut out = Vec::new();
        for chunk in bytes.chunks(job.chunk) {
            mender.push(chunk, &mut out);
        }
        mender.finish(&mut out);
        Ok((!mender.is_workbook()).then_some(out))
    };
    if let Some(once) = mend(&job.input)? {
        let twice = mend(&once)?.context("a mended file became a workbook")?;
        ensure!(once == twice, "mending twice changes something");
    }
    Ok(())
}
