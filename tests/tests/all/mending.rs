//! Does `intake check --fix` mend a file, whole or not at all, and never over another one unasked?

use std::fs;

use anyhow::ensure;
use intake_tests::installation::Installation;

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
    let (file, beside) = (path("orders.csv"), path("orders.mended.csv"));
    fs::write(&file, FILE)?;

    let safe = site.run_alone(&["check", &file, "--fix", "--format", "json"])?;
    ensure!(
        safe.code == 1,
        "a proposal is left: {} {}",
        safe.out,
        safe.err
    );
    ensure!(
        safe.out.contains("\"name\":\"orders.mended.csv\""),
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
        twice.code == 1 && !folder.path().join("orders.mended.mended.csv").exists(),
        "{}",
        twice.err
    );

    // Over the file itself only where that is said.
    let all = site.run_alone(&["check", &file, "--fix=all", "--output", &file])?;
    ensure!(all.code == 0, "{} {}", all.out, all.err);
    ensure!(fs::read_to_string(&file)? == MENDED.replace("Rechnnung", "BILLING"));
    let names: Vec<_> = fs::read_dir(folder.path())?.collect::<Result<_, _>>()?;
    ensure!(names.len() == 2, "nothing is left behind: {names:?}");
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
