//! What does a running daemon do when the day goes wrong?
//! Every file comes to one end that is told, nothing is imported by halves, and the daemon lives on.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::installation::{Installation, names_in};
use intake_tests::orders::{HEADER, OFFER, csv, generated, rows, today};
use intake_tests::patience::{await_some, await_that};
use rustix::process::Signal;
use serde_json::Value;
use xtask::generate::{Book, FileKind, Format, Mix, Revision, Settings, Share};

fn site(sections: &str) -> anyhow::Result<Installation> {
    let site = Installation::with("", sections)?;
    site.stock(1)?;
    Ok(site)
}

fn count(told: &Value, decision: &str) -> u64 {
    told["counts"][decision].as_u64().unwrap_or(u64::MAX)
}

fn outbox(site: &Installation, partner: &str) -> Vec<OsString> {
    names_in(&site.data().join("outbox").join(partner))
}

#[test]
fn names_that_cannot_be_shown_are_told_all_the_same() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let daemon = site.serve_ready()?;
    let names: [(&[u8], &str); 3] = [
        (b"two\nlines.csv", "two%0Alines.csv"),
        (b"no\xFFtext.csv", "no%FFtext.csv"),
        (b"\x1b[31mred.csv", "%1B[31mred.csv"),
    ];
    for (number, (name, shown)) in names.into_iter().enumerate() {
        let content = csv(&format!("N{number}"), 3, 1);
        site.drop_file("alpha", OsStr::from_bytes(name), &content)?;
        let listed = site.await_step(shown, "archived")?;
        ensure!(listed["state"] == "applied", "{listed}");
        let receipt = listed["receipt"].as_str().context("there is a receipt")?;
        let told = site
            .receipt("alpha", receipt)?
            .context("the receipt lies in the outbox")?;
        ensure!(
            told["file"]["name"] == shown && count(&told, "create") == 3,
            "{told}"
        );
        ensure!(!receipt.chars().any(char::is_control), "{receipt:?}");
    }
    ensure!(
        !daemon.said().contains('\u{1b}'),
        "the log holds a control sequence"
    );
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_name_comes_again_and_a_file_comes_again() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "daily.csv", &csv("A", 5, 1))?;
    let first = site.await_receipt("alpha", "daily.csv")?;
    site.drop_file("alpha", "daily.csv", &csv("A", 5, 2))?;
    let name = await_some("the second receipt", || {
        let is_second = |name: &OsString| {
            name.to_string_lossy().ends_with(".receipt.json") && name != "daily.csv.receipt.json"
        };
        Ok(outbox(&site, "alpha").into_iter().find(is_second))
    })?;
    let second = site
        .receipt("alpha", &name.to_string_lossy())?
        .context("it is there")?;
    ensure!(
        count(&first, "create") == 5 && count(&second, "update") == 5,
        "{first} {second}"
    );
    ensure!(
        site.await_receipt("alpha", "daily.csv")? == first,
        "the first receipt has changed"
    );

    site.drop_file("alpha", "again.csv", &csv("A", 5, 2))?;
    let again = site.await_receipt("alpha", "again.csv")?;
    ensure!(count(&again, "unchanged") == 5, "{again}");
    ensure!(
        again["file"]["sha256"] == second["file"]["sha256"],
        "{again}"
    );
    site.await_step("again.csv", "archived")?;
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_file_that_grows_is_left_alone_until_it_is_whole() -> anyhow::Result<()> {
    let site = Installation::with("", "[partners.alpha]\n")?;
    let config = fs::read_to_string(site.data().join("intake.toml"))?;
    let patient = config.replace("quiet_time = \"80ms\"", "quiet_time = \"700ms\"");
    fs::write(site.data().join("intake.toml"), patient)?;
    site.stock(1)?;
    let daemon = site.serve_ready()?;
    let mut file = File::create(site.inbox("alpha").join("slow.csv"))?;
    file.write_all(HEADER.as_bytes())?;
    let content = rows("G", 60, 1);
    let mut written = 0;
    for piece in content.as_bytes().chunks(97) {
        file.write_all(piece)?;
        written += piece.len();
        // A producer's own pace: this pause is the thing under test, not a wait for a result.
        std::thread::sleep(Duration::from_millis(15));
        ensure!(
            site.inbox("alpha").join("slow.csv").exists(),
            "taken after {written} bytes"
        );
    }
    drop(file);
    let receipt = site.await_receipt("alpha", "slow.csv")?;
    ensure!(
        receipt["rows"] == 60 && count(&receipt, "create") == 60,
        "{receipt}"
    );
    ensure!(site.files()?.len() == 1, "imported in pieces");
    daemon.stop()
}

#[test]
fn a_file_that_goes_away_again_was_never_there() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let daemon = site.serve_ready()?;
    for number in 0..20 {
        let path = site.inbox("alpha").join(format!("fleeting-{number}.csv"));
        fs::write(&path, csv("F", 2, 1))?;
        fs::remove_file(&path)?;
    }
    site.drop_file("alpha", "staying.csv", &csv("S", 2, 1))?;
    site.await_receipt("alpha", "staying.csv")?;
    let files = site.files()?;
    ensure!(files.len() == 1, "{files:?}");
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_partners_folder_may_be_gone_or_no_folder_for_a_while() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n[partners.beta]\n")?;
    let mut daemon = site.serve_ready()?;
    let inbox = site.inbox("alpha");
    fs::remove_dir(&inbox)?;
    fs::write(&inbox, "not a folder")?;
    await_that("the daemon to tell of it", || {
        daemon.must_run()?;
        Ok(daemon.said().contains("partner_folder_bad"))
    })?;
    site.drop_file("beta", "meanwhile.csv", &csv("B", 2, 1))?;
    site.await_receipt("beta", "meanwhile.csv")?;
    fs::remove_file(&inbox)?;
    site.drop_file("alpha", "back.csv", &csv("A", 2, 1))?;
    site.await_receipt("alpha", "back.csv")?;
    // Nobody may read it, though root can: either way the daemon lives on and imports what it can take.
    let locked = fs::metadata(&inbox)?.permissions();
    fs::set_permissions(&inbox, std::os::unix::fs::PermissionsExt::from_mode(0o000))?;
    site.drop_file("beta", "more.csv", &csv("B", 2, 2))?;
    site.await_receipt("beta", "more.csv")?;
    fs::set_permissions(&inbox, locked)?;
    site.drop_file("alpha", "open.csv", &csv("A", 2, 2))?;
    site.await_receipt("alpha", "open.csv")?;
    daemon.must_run()?;
    daemon.stop()
}

#[test]
fn what_is_no_file_is_reported_and_left_alone() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let secret = site.scratch("secret.csv");
    fs::write(&secret, csv("SECRET", 2, 1))?;
    let daemon = site.serve_ready()?;
    let inbox = site.inbox("alpha");
    std::os::unix::fs::symlink(&secret, inbox.join("link.csv"))?;
    std::os::unix::fs::symlink("/dev/zero", inbox.join("device.csv"))?;
    let made = Command::new("mkfifo")
        .arg(inbox.join("pipe.csv"))
        .status()?;
    ensure!(made.success(), "cannot make a named pipe");
    fs::create_dir(inbox.join("folder.csv"))?;
    fs::hard_link(&secret, inbox.join("hard.csv"))?;
    let names = [
        "device.csv",
        "folder.csv",
        "hard.csv",
        "link.csv",
        "pipe.csv",
    ];
    for name in names {
        let told = site.await_receipt("alpha", name)?;
        ensure!(
            told["state"] != "applied" && told["importId"].is_null(),
            "{told}"
        );
    }
    site.drop_file("alpha", "good.csv", &csv("G", 2, 1))?;
    site.await_receipt("alpha", "good.csv")?;
    ensure!(names_in(&inbox) == names, "{:?}", names_in(&inbox));
    ensure!(
        site.files()?.len() == 1,
        "something was imported that is no file"
    );
    ensure!(
        !site.must(&["log", "--format", "json"])?.contains("SECRET"),
        "a link was followed"
    );
    // Told once, however often it is seen.
    let receipts = outbox(&site, "alpha");
    let receipts = receipts
        .iter()
        .filter(|name| name.to_string_lossy().ends_with(".json"));
    ensure!(
        receipts.count() == names.len() + 1,
        "{:?}",
        outbox(&site, "alpha")
    );
    daemon.stop()
}

#[test]
fn everything_works_without_events_of_the_file_system() -> anyhow::Result<()> {
    let site = Installation::with("watcher = false\n", "[partners.alpha]\n[partners.beta]\n")?;
    site.stock(1)?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "new.csv", &csv("A", 4, 1))?;
    ensure!(count(&site.await_receipt("alpha", "new.csv")?, "create") == 4);
    fs::write(site.inbox("alpha").join("written.csv"), csv("A", 4, 2))?;
    ensure!(count(&site.await_receipt("alpha", "written.csv")?, "update") == 4);
    site.drop_file("beta", "theirs.csv", &csv("A", 4, 3))?;
    ensure!(count(&site.await_receipt("beta", "theirs.csv")?, "reject") == 4);
    site.drop_file("alpha", "empty.csv", b"")?;
    ensure!(site.await_receipt("alpha", "empty.csv")?["state"] == "rejected");
    // A partner that nobody configured has the default profile.
    site.drop_file("delta", "new.csv", &csv("D", 4, 1))?;
    ensure!(count(&site.await_receipt("delta", "new.csv")?, "create") == 4);
    site.await_step("new.csv", "archived")?;
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_second_daemon_is_refused_with_the_first_ones_process_id() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let first = site.serve_ready()?;
    let second = site.run(&["serve"])?;
    ensure!(second.code == 2, "{second:?}");
    ensure!(
        second.err.contains(&first.process_id().to_string()),
        "{second:?}"
    );
    site.drop_file("alpha", "new.csv", &csv("A", 2, 1))?;
    site.await_receipt("alpha", "new.csv")?;
    first.stop()
}

#[test]
fn a_stop_in_a_long_file_is_quick_and_the_next_start_goes_on_at_the_row() -> anyhow::Result<()> {
    const ROWS: u64 = 200_000;
    let site = site("[partners.alpha]\n")?;
    let mut daemon = site.serve_ready()?;
    site.drop_file("alpha", "long.csv", &csv("L", usize::try_from(ROWS)?, 1))?;
    await_that("the first rows to be written", || {
        daemon.must_run()?;
        Ok(site.files()?.iter().any(|file| file["step"] == "applying"))
    })?;
    let asked = Instant::now();
    daemon.signal(Signal::TERM)?;
    let status = await_some("the daemon to end", || daemon.ended())?;
    let took = asked.elapsed();
    ensure!(
        status.success() && took < Duration::from_secs(2),
        "{status} after {took:?}"
    );
    println!("stopped within {} ms", took.as_millis());
    let before = site.files()?;
    ensure!(before[0]["step"] == "applying", "{before:?}");
    let written = site.log()?.len();
    ensure!(written > 0 && (written as u64) < ROWS, "{written} rows");

    let daemon = site.serve_ready()?;
    let receipt = site.await_receipt("alpha", "long.csv")?;
    ensure!(count(&receipt, "create") == ROWS, "{}", receipt["counts"]);
    let resumed = daemon.said();
    let resumed = resumed.lines().find(|line| line.contains("import_resumed"));
    let resumed = resumed.context("the log tells of no resumption")?;
    ensure!(
        resumed.contains(&written.to_string()),
        "{written} rows were written; {resumed}"
    );
    let mut seen = vec![0_u8; usize::try_from(ROWS)? + 1];
    for line in site.log()? {
        let row = line["row"].as_u64().context("a line without a row")?;
        seen[usize::try_from(row)?] += 1;
    }
    ensure!(
        seen[1..].iter().all(|times| *times == 1),
        "a row was left out or written twice"
    );
    site.verify()?;
    daemon.stop()
}

/// A first file, and one that ends most of its orders.
fn mass_end() -> anyhow::Result<(Vec<u8>, Vec<u8>, u64)> {
    let revision = Revision {
        changed: Share::per_million(900_000),
        mix: Mix::EndsOnly,
        added: Share::NONE,
    };
    let book = Book::new(Settings {
        bad: Share::NONE,
        customers: 1,
        revisions: vec![revision],
        ..Settings::new(9, 150, today()?)
    })?;
    let (creates, _) = generated(&book, FileKind::Creates, Format::Csv)?;
    let (ends, manifest) = generated(&book, FileKind::Changes { from: 0, to: 1 }, Format::Ndjson)?;
    Ok((creates, ends, manifest.counts.end))
}

#[test]
fn the_brake_holds_until_somebody_decides() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let (creates, ends, ended) = mass_end()?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "creates.csv", &creates)?;
    site.await_receipt("alpha", "creates.csv")?;
    for (name, command, state) in [
        ("first.ndjson", "discard", "discarded"),
        ("second.ndjson", "release", "applied"),
    ] {
        site.drop_file("alpha", name, &ends)?;
        let held = site.await_step(name, "held")?;
        ensure!(
            held["held"]
                .as_str()
                .is_some_and(|reason| reason.contains("end")),
            "{held}"
        );
        let log = site.log()?;
        ensure!(
            log.iter().all(|line| line["file"] != name),
            "rows of a held file were written"
        );
        let id = held["importId"].as_str().context("it has an id")?;
        let answer = site.run(&[command, id])?;
        ensure!(answer.code == 0, "{answer:?}");
        let receipt = site.await_receipt("alpha", name)?;
        ensure!(receipt["state"] == state, "{receipt}");
        let again = site.run(&[command, id])?;
        ensure!(
            again.code == 2 && again.err.contains("not held"),
            "{again:?}"
        );
        site.verify()?;
    }
    let log = site.log()?;
    let written = log.iter().filter(|line| line["decision"] == "end").count();
    ensure!(written as u64 == ended, "{written} of {ended} orders ended");
    let unknown = site.run(&["release", "999999"])?;
    ensure!(
        unknown.code == 2 && unknown.err.contains("hint:"),
        "{unknown:?}"
    );
    daemon.stop()
}

#[test]
fn one_bad_row_rejects_the_file_where_the_policy_says_so() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\nfile_policy = \"file\"\n")?;
    let daemon = site.serve_ready()?;
    let mut content = csv("A", 4, 1);
    content.extend_from_slice(
        format!("A-9,{OFFER},nobody,1e3,2026-01-01T00:00:00Z,BILLING\n").as_bytes(),
    );
    site.drop_file("alpha", "one-bad.csv", &content)?;
    let receipt = site.await_receipt("alpha", "one-bad.csv")?;
    ensure!(
        receipt["state"] == "rejected" && count(&receipt, "create") == 0,
        "{receipt}"
    );
    ensure!(
        site.run(&["order", "A-0"])?.code != 0,
        "an order came from a rejected file"
    );
    site.drop_file("alpha", "good.csv", &csv("A", 4, 1))?;
    let receipt = site.await_receipt("alpha", "good.csv")?;
    ensure!(count(&receipt, "create") == 4, "{receipt}");
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_full_book_ends_what_it_leaves_out_where_that_is_agreed() -> anyhow::Result<()> {
    let site = site(
        "[partners.alpha]\ndelivery = \"full\"\nend_missing = true\n\
         [partners.beta]\ndelivery = \"full\"\n",
    )?;
    let daemon = site.serve_ready()?;
    for (partner, prefix, ended) in [("alpha", "A", 6), ("beta", "B", 0)] {
        site.drop_file(partner, "book.csv", &csv(prefix, 10, 1))?;
        site.await_receipt(partner, "book.csv")?;
        site.drop_file(partner, "shorter.csv", &csv(prefix, 4, 1))?;
        let receipt = site.await_receipt(partner, "shorter.csv")?;
        ensure!(
            count(&receipt, "unchanged") == 4 && count(&receipt, "missing") == 6,
            "{receipt}"
        );
        let log = site.log()?;
        let ends = log.iter().filter(|line| {
            line["partner"] == partner && line["decision"] == "end" && line["row"].is_null()
        });
        ensure!(ends.count() == ended, "{partner}");
        let gone: Value = serde_json::from_str(&site.must(&[
            "order",
            &format!("{prefix}-9"),
            "--format",
            "json",
        ])?)?;
        ensure!(
            gone["subscription"]["endDate"].is_null() == (ended == 0),
            "{gone}"
        );
        // A book without a single order is a broken export, not the end of everything.
        site.drop_file(partner, "nothing.csv", HEADER.as_bytes())?;
        let receipt = site.await_receipt(partner, "nothing.csv")?;
        ensure!(receipt["state"] == "rejected", "{receipt}");
    }
    site.await_step("nothing.csv", "archived")?;
    site.verify()?;
    daemon.stop()
}

/// A small file system of its own, gone when this is dropped.
struct SmallDisk {
    place: PathBuf,
}

impl SmallDisk {
    /// None where this user may not mount, which is said.
    fn mount(place: &Path) -> anyhow::Result<Option<Self>> {
        fs::create_dir_all(place)?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=40m", "tmpfs"])
            .arg(place)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Some(Self {
                place: place.to_owned(),
            })),
            Ok(output) => {
                let why = String::from_utf8_lossy(&output.stderr).into_owned();
                println!("left out: a small disk cannot be mounted: {}", why.trim());
                Ok(None)
            }
            Err(error) => {
                println!("left out: there is no `mount`: {error}");
                Ok(None)
            }
        }
    }

    /// Fills the disk until only so many bytes are left.
    fn fill(&self, left: u64) -> anyhow::Result<PathBuf> {
        let filler = self.place.join("filler");
        let mut file = OpenOptions::new().create(true).append(true).open(&filler)?;
        let mut piece = vec![0_u8; 64 << 10];
        while !piece.is_empty() {
            if file.write_all(&piece).is_err() {
                piece.truncate(piece.len() / 2);
            }
        }
        let length = file.metadata()?.len();
        file.set_len(length.saturating_sub(left))?;
        Ok(filler)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A mount that stays behind goes with the machine; there is nobody to tell.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.place)
            .status();
    }
}

fn on_small_disk(reserve: &str) -> anyhow::Result<Option<(Installation, SmallDisk)>> {
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("disk");
    let Some(disk) = SmallDisk::mount(&place)? else {
        return Ok(None);
    };
    let config = format!(
        "[daemon]\nscan_interval = \"50ms\"\nquiet_time = \"80ms\"\ndisk_reserve = \"{reserve}\"\n\
         store_cache = \"1MiB\"\n[partners.alpha]\n"
    );
    let site = Installation::at(folder, place.join("data"), &config)?;
    site.stock(1)?;
    Ok(Some((site, disk)))
}

#[test]
fn below_the_reserve_nothing_is_claimed_until_there_is_room() -> anyhow::Result<()> {
    let Some((site, disk)) = on_small_disk("8MiB")? else {
        return Ok(());
    };
    let mut daemon = site.serve_ready()?;
    let filler = disk.fill(4 << 20)?;
    site.drop_file("alpha", "waits.csv", &csv("W", 50, 1))?;
    await_that("the daemon to tell of it", || {
        daemon.must_run()?;
        Ok(daemon.said().contains("disk_low"))
    })?;
    ensure!(
        site.inbox("alpha").join("waits.csv").exists(),
        "claimed without room"
    );
    fs::remove_file(filler)?;
    site.await_receipt("alpha", "waits.csv")?;
    site.await_step("waits.csv", "archived")?;
    site.verify()?;
    daemon.stop()
}

/// The disk is full at different moments of a file's life: while it is copied, journalled, or receipted.
#[test]
fn a_full_disk_stops_a_file_and_loses_nothing() -> anyhow::Result<()> {
    let Some((site, disk)) = on_small_disk("0B")? else {
        return Ok(());
    };
    let mut daemon = site.serve_ready()?;
    for (number, left) in [0, 100 << 10, 260 << 10, 330 << 10, 450 << 10, 600 << 10]
        .into_iter()
        .enumerate()
    {
        let situation = || format!("with {left} bytes left");
        let name = format!("full-{number}.csv");
        let content = csv(&format!("D{number}"), 2_500, 1);
        let waiting = site.inbox("alpha").join(format!(".{name}.part"));
        fs::write(&waiting, &content)?;
        let filler = disk.fill(left)?;
        let said = daemon.said().len();
        fs::rename(&waiting, site.inbox("alpha").join(&name))?;
        let receipt = format!("{name}.receipt.json");
        await_that("the full disk to be met", || {
            daemon.must_run()?;
            let news = daemon.said().split_off(said);
            Ok(news.contains("o space left") || site.receipt("alpha", &receipt)?.is_some())
        })
        .with_context(situation)?;
        let met = site.receipt("alpha", &receipt)?.is_none();
        // A command may fail now, with a reason, and the daemon outlives it.
        let other = site.scratch("other.csv");
        fs::write(&other, csv(&format!("E{number}"), 2_500, 1))?;
        let import = [
            "import".as_ref(),
            other.as_os_str(),
            "--partner".as_ref(),
            "beta".as_ref(),
        ];
        let answer = site.run(&import)?;
        ensure!(
            answer.code == 0 || (answer.code == 2 && !answer.err.is_empty()),
            "{answer:?}"
        );
        println!(
            "{left} bytes left: met {met}, import by hand {}",
            answer.code
        );
        daemon.must_run().with_context(situation)?;
        fs::remove_file(filler)?;
        let told = site.await_receipt("alpha", &name).with_context(|| {
            format!("with {left} bytes left; the daemon said\n{}", daemon.said())
        })?;
        ensure!(
            count(&told, "create") == 2_500,
            "{}: {}",
            situation(),
            told["counts"]
        );
        await_that("every import to come to its end", || {
            daemon.must_run()?;
            Ok(site.files()?.iter().all(|file| file["open"] == false))
        })
        .with_context(|| format!("{}\n{}", situation(), daemon.said()))?;
        site.verify().with_context(situation)?;
    }
    daemon.stop()
}

#[test]
fn names_of_partners_are_not_taken_from_anywhere() -> anyhow::Result<()> {
    let site = site("[partners.alpha]\n")?;
    let mut daemon = site.serve_ready()?;
    let odd = OsString::from_vec(b"Upper\xFFcase".to_vec());
    fs::create_dir(site.data().join("inbox").join(&odd))?;
    fs::write(site.data().join("inbox").join("stray.csv"), csv("S", 1, 1))?;
    await_that("the daemon to tell of both", || {
        daemon.must_run()?;
        Ok(daemon.said().matches("partner_folder_bad").count() == 2)
    })?;
    ensure!(
        site.files()?.is_empty(),
        "something was imported for nobody"
    );
    daemon.stop()
}
