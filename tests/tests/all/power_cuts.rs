//! Does what was acknowledged survive the power going off?
//! The program works on a file system of its own. At some moment it is stopped and what had reached the disk is copied;
//! from that copy everything has to go on: what had a receipt is there, and every import is whole or absent.

use anyhow::{Context as _, ensure};
use intake_tests::installation::Installation;
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use rustix::process::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;

/// So many cuts on each file system where `INTAKE_CUTS` does not say otherwise.
const CUTS: u64 = 2;
/// After so many cuts a new disk is taken, so that young and aged ones have their turn.
const CUTS_OF_A_DISK: u64 = 20;
const PARTNERS: [&str; 2] = ["alpha", "beta"];
const ROWS: usize = 40;
/// The longest that the program works before a cut.
const LONGEST_WORK_MS: u64 = 900;

/// A file system that can be made and mounted.
struct Kind {
    name: &'static str,
    make: &'static [&'static str],
    bytes: u64,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "ext4",
        make: &["mkfs.ext4", "-q", "-F"],
        bytes: 192 << 20,
    },
    Kind {
        name: "xfs",
        make: &["mkfs.xfs", "-q", "-f"],
        bytes: 320 << 20,
    },
];

/// A disk: a file that holds a file system.
struct Disk {
    image: PathBuf,
    place: PathBuf,
    mounted: bool,
}

/// What a life of the program left behind.
struct Ledger {
    /// Files whose receipt was seen, and their partners.
    acknowledged: BTreeMap<String, &'static str>,
    dropped: u64,
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() -> anyhow::Result<()> {
    let cuts = number_from("INTAKE_CUTS")?.unwrap_or(CUTS);
    let seed = seed()?;
    let mut random = Random(seed);
    for kind in &KINDS {
        let mut acknowledged = 0;
        let mut done = 0;
        while done < cuts {
            let folder = tempfile::tempdir()?;
            let Some(disk) = Disk::make(folder.path(), kind)? else {
                break;
            };
            let here = CUTS_OF_A_DISK.min(cuts - done);
            acknowledged += cut_often(disk, here, &mut random)
                .with_context(|| format!("seed {seed}, on {}, behind cut {done}", kind.name))?;
            done += here;
        }
        println!(
            "seed {seed}: {done} cuts on {}, {acknowledged} files were acknowledged before them, none was lost or halved",
            kind.name
        );
    }
    Ok(())
}

/// Cuts the power so often, each time going on from what was left; gives how many files were acknowledged.
fn cut_often(mut disk: Disk, cuts: u64, random: &mut Random) -> anyhow::Result<usize> {
    let mut ledger = Ledger {
        acknowledged: BTreeMap::new(),
        dropped: 0,
    };
    disk.life()?.stock(1)?;
    for _ in 0..cuts {
        disk = cut(disk, &mut ledger, random)?;
        recovers(&disk, &ledger)?;
    }
    Ok(ledger.acknowledged.len())
}

/// Lets the program work for a moment and cuts the power; gives what the disk holds then.
fn cut(mut disk: Disk, ledger: &mut Ledger, random: &mut Random) -> anyhow::Result<Disk> {
    let site = disk.life()?;
    let mut daemon = site.serve_ready()?;
    let mut waiting = BTreeMap::new();
    let mut left = random.below(LONGEST_WORK_MS);
    while left > 0 {
        let partner = PARTNERS[random.below(2) as usize];
        let name = format!("F{}.csv", ledger.dropped);
        let content = csv(&format!("F{}", ledger.dropped), ROWS, 1);
        ledger.dropped += 1;
        site.drop_file(partner, &name, &content)?;
        waiting.insert(name, partner);
        let pause = random.below(60).min(left);
        sleep(std::time::Duration::from_millis(pause));
        left -= pause.max(1).min(left);
        seen(&site, &mut waiting, ledger)?;
    }
    daemon.must_run()?;
    daemon.signal(Signal::STOP)?;
    // Who reads a receipt at this moment has been told; nothing is written any more.
    seen(&site, &mut waiting, ledger)?;
    let mut after = disk.copy()?;
    daemon.kill()?;
    drop(site);
    disk.unmount()?;
    after.mount()?;
    Ok(after)
}

/// Notes which of the files that wait have their receipt.
fn seen(
    site: &Installation,
    waiting: &mut BTreeMap<String, &'static str>,
    ledger: &mut Ledger,
) -> anyhow::Result<()> {
    for (name, partner) in std::mem::take(waiting) {
        match site.receipt(partner, &format!("{name}.receipt.json"))? {
            Some(_) => ledger.acknowledged.insert(name, partner),
            None => waiting.insert(name, partner),
        };
    }
    Ok(())
}

/// Starts the program again and looks at everything.
fn recovers(disk: &Disk, ledger: &Ledger) -> anyhow::Result<()> {
    let site = disk.life()?;
    let mut daemon = site.serve_ready()?;
    await_that("what was begun to be ended", || {
        daemon.must_run()?;
        let files = site.files()?;
        let open = files.iter().any(|file| file["open"] == true);
        Ok(!open
            && PARTNERS
                .iter()
                .all(|partner| nothing_waits(&site.inbox(partner))))
    })?;
    site.verify()?;
    let mut rows = BTreeMap::<String, BTreeSet<u64>>::new();
    for line in site.log()? {
        let file = line["file"].as_str().context("a file's name")?.to_owned();
        let row = line["row"].as_u64().context("a row's number")?;
        ensure!(
            line["decision"] == "create",
            "applied twice, or wrongly: {line}"
        );
        ensure!(
            rows.entry(file).or_default().insert(row),
            "twice in the log: {line}"
        );
    }
    for (file, rows) in &rows {
        ensure!(
            rows.len() == ROWS,
            "`{file}` is there with {} rows",
            rows.len()
        );
    }
    for (file, partner) in &ledger.acknowledged {
        ensure!(
            rows.contains_key(file),
            "`{file}` had a receipt and is lost"
        );
        let receipt = site.receipt(partner, &format!("{file}.receipt.json"))?;
        ensure!(receipt.is_some(), "the receipt of `{file}` is lost");
    }
    daemon.stop()
}

fn nothing_waits(inbox: &Path) -> bool {
    let Ok(entries) = fs::read_dir(inbox) else {
        return true;
    };
    // What was being written when the power went still has its hidden name; its sender begins anew.
    entries
        .flatten()
        .all(|entry| entry.file_name().to_string_lossy().starts_with('.'))
}

impl Disk {
    /// A new one; none where this machine cannot, which is said.
    fn make(folder: &Path, kind: &Kind) -> anyhow::Result<Option<Self>> {
        let mut disk = Self {
            image: folder.join("disk"),
            place: folder.join("mounted"),
            mounted: false,
        };
        fs::create_dir(&disk.place)?;
        fs::File::create(&disk.image)?.set_len(kind.bytes)?;
        let made = Command::new(kind.make[0])
            .args(&kind.make[1..])
            .arg(&disk.image)
            .output();
        let made = match made {
            Ok(output) if output.status.success() => disk.mount(),
            Ok(output) => Err(anyhow::anyhow!(
                "{}",
                String::from_utf8_lossy(&output.stderr)
            )),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = made {
            println!(
                "left out: no disk with {} can be made: {error:#}",
                kind.name
            );
            return Ok(None);
        }
        Ok(Some(disk))
    }

    fn mount(&mut self) -> anyhow::Result<()> {
        run(Command::new("mount")
            .args(["-o", "loop"])
            .args([&self.image, &self.place]))?;
        self.mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> anyhow::Result<()> {
        run(Command::new("umount").arg(&self.place))?;
        self.mounted = false;
        fs::remove_file(&self.image)?;
        Ok(())
    }

    /// What has reached the disk by now, as a disk of its own, to be mounted when this one is gone.
    fn copy(&mut self) -> anyhow::Result<Self> {
        let image = self.image.with_extension(match self.image.extension() {
            Some(_) => "",
            None => "copy",
        });
        run(Command::new("cp")
            .arg("--sparse=always")
            .args([&self.image, &image]))?;
        let place = self.place.with_extension(match self.place.extension() {
            Some(_) => "",
            None => "copy",
        });
        fs::create_dir_all(&place)?;
        Ok(Self {
            image,
            place,
            mounted: false,
        })
    }

    /// A life of the program on this disk.
    fn life(&self) -> anyhow::Result<Installation> {
        let sections: String = PARTNERS
            .map(|partner| format!("[partners.{partner}]\n"))
            .concat();
        let config = format!(
            "[daemon]\nscan_interval = \"50ms\"\nquiet_time = \"80ms\"\nempty_grace = \"150ms\"\ndisk_reserve = \"1MiB\"\nstore_cache = \"1MiB\"\n{sections}"
        );
        Installation::at(tempfile::tempdir()?, self.place.join("data"), &config)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            // A mount that stays behind goes with the machine; there is nobody to tell.
            let _ = Command::new("umount")
                .arg("--lazy")
                .arg(&self.place)
                .status();
        }
    }
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{command:?}: {said}");
    Ok(())
}
