//! Does who plans with a snapshot plan what the daemon plans?
//! A snapshot is taken from a real store, read as a browser reads it, and its plan held against the program's own.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use intake_core::inspect::{Export, ExportKind, Inspection, Known};
use intake_core::moment::Moment;
use intake_core::plan::knowledge::{Knowledge as _, KnownOrder as _};
use intake_core::profile::Profile;
use intake_core::snapshot::{Snapshot, SnapshotReader};
use intake_tests::installation::Installation;
use intake_tests::orders::{csv, generated, today};
use xtask::generate::{Book, FileKind, Format, Mix, Revision, Settings, Share};

const SECTIONS: &str = "[partners.alpha]\nclear_token = \"LEER\"\n[partners.alpha.brake]\nends_share = \"off\"\n\
     ends_count = \"off\"\n[partners.beta]\n";

fn read(partner: &str, file: &Path) -> anyhow::Result<Snapshot> {
    let mut gunzip = flate2::read::GzDecoder::new(std::fs::File::open(file)?);
    let mut reader = SnapshotReader::new(Some(partner));
    let mut piece = [0; 4099];
    loop {
        match gunzip.read(&mut piece)? {
            0 => return Ok(reader.finish()?),
            length => reader.push(&piece[..length])?,
        }
    }
}

#[test]
fn a_plan_made_with_a_snapshot_is_the_programs_own() -> anyhow::Result<()> {
    let site = Installation::with("", SECTIONS)?;
    let revision = Revision {
        changed: Share::per_million(300_000),
        mix: Mix::Usual,
        added: Share::per_million(100_000),
    };
    let book = Book::new(Settings {
        revisions: vec![revision],
        customers: 400,
        prefix: "LEER".to_owned(),
        ..Settings::new(3, 6000, today()?)
    })?;
    site.stock(400)?;
    let file = |name: &str, content: &[u8]| -> anyhow::Result<String> {
        let path = site.scratch(name);
        std::fs::write(&path, content)?;
        Ok(path.display().to_string())
    };
    let (creates, _) = generated(&book, FileKind::Creates, Format::Csv)?;
    let creates = file("creates.csv", &creates)?;
    site.run(&["import", &creates, "--partner", "alpha"])?;
    let others = file("others.csv", &csv("B", 9, 1))?;
    site.must(&["import", &others, "--partner", "beta"])?;

    let daemon = site.serve_ready()?;
    let taken = site.scratch("alpha.intake-snapshot");
    let taken_text = taken.display().to_string();
    site.must(&["snapshot", "--partner", "alpha", "--out", &taken_text])?;
    let snapshot = read("alpha", &taken)?;
    ensure!(read("beta", &taken).is_err(), "only alpha may use it");
    let mut count = 0;
    snapshot.each_order(&mut |order| {
        assert!(!order.terms().external_system_id.starts_with("B-"));
        count += 1;
    })?;
    ensure!(
        count == snapshot.head().orders && count > 5000,
        "{count} orders"
    );
    let shown = site.must(&["profile", "show", "--partner", "alpha"])?;
    let profile = Profile::from_json(shown.as_bytes())?;
    ensure!(profile == snapshot.head().profile && &*profile.clear_token == "LEER");

    let (changes, _) = generated(&book, FileKind::Changes { from: 0, to: 1 }, Format::Csv)?;
    let path = file("changes.csv", &changes)?;
    let at = "2026-11-24T12:00:00Z";
    let plan = [
        "plan",
        &path,
        "--partner",
        "alpha",
        "--format",
        "json",
        "--at",
        at,
    ];
    let expected = site.run(&plan)?.out;

    let now = Moment::parse(at).ok().context("a time")?;
    let known = Some(Known::from(&Arc::new(snapshot)));
    let mut inspection = Inspection::new("changes.csv", profile, now, known);
    inspection.push(&changes);
    inspection.end_of_file();
    while let Some(span) = inspection.wanted() {
        let bytes = &changes[span.offset as usize..][..span.length as usize];
        inspection.give(span.block, bytes);
    }
    let mut plan = Vec::new();
    let mut export = Export::begin(ExportKind::Plan, &inspection, &mut plan);
    export.push(&inspection, &changes, &mut plan);
    export.finish(&inspection, &mut plan);
    let plan = String::from_utf8(plan)?;
    let differing = plan.lines().zip(expected.lines()).find(|(a, b)| a != b);
    ensure!(differing.is_none(), "{differing:?}");
    ensure!(plan == expected && plan.contains("\"reactivate\""));
    drop(daemon);

    std::fs::write(&taken, "something else")?;
    site.must(&["snapshot", "--partner", "nobody", "--out", &taken_text])?;
    ensure!(read("nobody", &taken)?.head().orders == 0);
    let nowhere = site.scratch("nowhere/at-all").display().to_string();
    let answer = site.run(&["snapshot", "--partner", "alpha", "--out", &nowhere])?;
    ensure!(answer.code == 2, "{}", answer.err);
    Ok(())
}
