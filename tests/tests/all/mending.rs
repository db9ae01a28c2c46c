//! Does `intake check --fix` mend a file, whole or not at all, and never over another one unasked?

use std::collections::BTreeSet;
use std::fs;

use anyhow::{anyhow, ensure};
use intake_core::check::Check;
use intake_core::finding::Finding;
use intake_core::fixes::{Mender, Mending};
use intake_core::moment::Moment;
use intake_core::profile::Profile;
use intake_core::read::ReadOptions;
use intake_tests::installation::Installation;

use super::parity::NOW;
use super::samples::samples;

const FILE: &str = "Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Ende\r\n\
    A-1;O_MZA1E7173120881551;100003;1,0;21.03.2019;Lastschrift;31.12.2030\r\n\
    A-2;O_MZA1E7173120881551;100003;1;21.03.2019 17:32;Rechnnung;k.A.\r\n";

const MENDED: &str = "Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Ende\r\n\
    A-1;O_MZA1E7173120881551;100003;1;2019-03-21T00:00:00+01:00;BANK_ACCOUNT;2030-12-31T23:59:59+01:00\r\n\
    A-2;O_MZA1E7173120881551;100003;1;2019-03-21T17:32:00+01:00;Rechnnung;\r\n";

#[test]
fn a_file_is_mended_beside_itself_and_where_it_is_asked_for() -> anyhow::Result<()> {
    let site = Installation::with("", "")?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, beside) = (path("orders.csv"), path("orders.fixed.csv"));
    fs::write(&file, FILE)?;

    let safe = site.run_alone(&["check", &file, "--fix", "--format", "json"])?;
    ensure!(
        safe.code == 1,
        "a proposal is left: {} {}",
        safe.out,
        safe.err
    );
    ensure!(
        safe.out.contains("\"name\":\"orders.fixed.csv\""),
        "{}",
        safe.out
    );
    ensure!(fs::read_to_string(&file)? == FILE);
    ensure!(fs::read_to_string(&beside)? == MENDED);

    let again = site.run_alone(&["check", &file, "--fix"])?;
    ensure!(
        again.code == 2 && again.err.contains("is there already"),
        "{}",
        again.err
    );
    let twice = site.run_alone(&["check", &beside, "--fix"])?;
    ensure!(
        twice.code == 1 && !folder.path().join("orders.fixed.fixed.csv").exists(),
        "{}",
        twice.err
    );

    // A workbook leaves as text.
    let (book, beside) = (path("orders.xlsx"), path("orders.fixed.csv"));
    fs::write(&book, include_bytes!("../../samples/openpyxl-orders.xlsx"))?;
    fs::remove_file(&beside)?;
    let made = site.run_alone(&["check", &book, "--fix"])?;
    ensure!(made.code == 0 && made.err.contains("CSV"), "{}", made.err);
    ensure!(made.out.contains("orders.fixed.csv"), "{}", made.out);
    ensure!(fs::read(&beside)?.starts_with(b"\xEF\xBB\xBFexternalSystemId;"));
    let again = site.run_alone(&["check", &beside, "--fix"])?;
    ensure!(
        again.code == 0 && again.err.contains("nothing mended"),
        "{}",
        again.err
    );
    fs::remove_file(&book)?;

    // Over the file itself only where that is said.
    let all = site.run_alone(&["check", &file, "--fix=all", "--output", &file])?;
    ensure!(all.code == 0, "{} {}", all.out, all.err);
    ensure!(fs::read_to_string(&file)? == MENDED.replace("Rechnnung", "BILLING"));
    let names: Vec<_> = fs::read_dir(folder.path())?.collect::<Result<_, _>>()?;
    ensure!(names.len() == 2, "nothing is left behind: {names:?}");
    Ok(())
}

/// What is found in a file, rejected records first, and what it is with every certain fix taken.
fn mended(input: &[u8], options: &ReadOptions) -> (Vec<Finding>, Vec<u8>) {
    let mut findings = Vec::new();
    let mut check = Check::new(options.clone());
    check.push(input, &mut |finding| findings.push(finding.clone()));
    check.finish(&mut |finding| findings.push(finding.clone()));
    let (mut mender, mut out) = (Mender::new(options.clone(), Mending::safe()), Vec::new());
    mender.push(input, &mut out);
    mender.finish(&mut out);
    (findings, out)
}

/// The records that are rejected.
fn rejected(findings: &[Finding]) -> BTreeSet<u64> {
    let errors = findings.iter().filter(|finding| finding.code.is_error());
    errors.map(|finding| finding.row).collect()
}

#[test]
fn mended_samples_have_nothing_left_to_mend_and_stay_as_they_are() -> anyhow::Result<()> {
    let now = Moment::parse(NOW).map_err(|_| anyhow!("no moment"))?;
    let mut workbooks = 0;
    for sample in samples()? {
        let name = &sample.name;
        let profile = sample.profile()?.unwrap_or_else(|| Profile::of("nobody"));
        let options = profile.read_options(now);
        let (before, once) = mended(&sample.input, &options);
        // What cannot be read to its end is not whole, mended or not.
        if rejected(&before).contains(&0) {
            continue;
        }
        let (after, twice) = mended(&once, &options);
        ensure!(once == twice, "`{name}` is mended twice");
        let left = after
            .iter()
            .filter(|f| f.fix.as_ref().is_some_and(|fix| fix.safe));
        let left: Vec<_> = left.collect();
        ensure!(
            left.is_empty(),
            "`{name}` has something to mend left: {left:?}"
        );
        ensure!(
            rejected(&before) == rejected(&after),
            "`{name}`: {:?} became {:?}",
            rejected(&before),
            rejected(&after)
        );
        if [".xlsx", ".ods"].iter().any(|end| name.ends_with(end)) {
            workbooks += 1;
            let marked = once.iter().any(|byte| (1..=5).contains(byte));
            ensure!(!marked, "`{name}` leaves with marks");
        }
    }
    ensure!(workbooks > 20, "workbooks took part");
    Ok(())
}

#[test]
fn what_cannot_be_meant_is_refused() -> anyhow::Result<()> {
    let site = Installation::with("", "")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("orders.csv").display().to_string();
    fs::write(&file, FILE)?;
    let refused = |arguments: &[&str], why: &str| -> anyhow::Result<()> {
        let answer = site.run_alone(arguments)?;
        ensure!(
            answer.code == 2 && answer.err.contains(why),
            "{}",
            answer.err
        );
        Ok(())
    };
    refused(&["check", &file, "--output", "x.csv"], "--fix")?;
    refused(
        &["check", &file, &file, "--fix", "--output", "x.csv"],
        "names one file",
    )?;
    refused(&["check", "-", "--fix"], "--output FILE")?;
    Ok(())
}
