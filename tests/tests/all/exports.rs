//! Do exported orders read as what is known already?
//! Checked they are clean, and planned they change nothing, in both forms.

use std::fs;

use anyhow::ensure;
use intake_tests::installation::Installation;
use intake_tests::orders::{csv, generated, today};
use serde_json::Value;
use xtask::generate::{Book, FileKind, Format, Settings};

#[test]
fn exported_orders_check_clean_and_change_nothing() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha", "beta"])?;
    site.stock(200)?;
    let book = Book::new(Settings {
        customers: 200,
        ..Settings::new(11, 1500, today()?)
    })?;
    let (content, _) = generated(&book, FileKind::Creates, Format::Csv)?;
    let file = |name: &str, content: &[u8]| -> anyhow::Result<String> {
        let path = site.scratch(name);
        fs::write(&path, content)?;
        Ok(path.display().to_string())
    };
    // A key that a spreadsheet would take for a formula, and one with a comma.
    let odd = csv("X", 2, 1);
    let odd = String::from_utf8(odd)?
        .replace("X-0", "=X-0")
        .replace("X-1", "\"X,1\"");
    site.run(&["import", &file("book.csv", &content)?, "--partner", "alpha"])?;
    site.must(&[
        "import",
        &file("odd.csv", odd.as_bytes())?,
        "--partner",
        "alpha",
    ])?;
    site.must(&[
        "import",
        &file("beta.csv", &csv("B", 7, 1))?,
        "--partner",
        "beta",
    ])?;
    let daemon = site.serve_ready()?;
    let mut exported = Vec::new();
    for format in ["csv", "ndjson"] {
        let rows = site.must(&["export", "orders", "--partner", "alpha", "--format", format])?;
        let path = file(&format!("exported.{format}"), rows.as_bytes())?;
        let checked = site.run(&["check", &path, "--partner", "alpha", "--format", "ndjson"])?;
        ensure!(checked.code == 0, "{checked:?}");
        let planned = site.run(&["plan", &path, "--partner", "alpha", "--format", "json"])?;
        let counts: Value = planned.json()?["counts"].clone();
        let unchanged = counts["unchanged"].as_u64().unwrap_or(0);
        ensure!(planned.code == 0 && unchanged > 1000, "{counts}");
        for decision in ["create", "update", "payment", "end", "reactivate", "reject"] {
            ensure!(counts[decision] == 0, "{decision}: {counts}");
        }
        exported.push(unchanged);
    }
    ensure!(exported[0] == exported[1], "{exported:?}");
    let all = site.must(&["export", "orders"])?;
    ensure!(all.lines().count() as u64 == exported[0] + 7 + 1);
    let none = site.must(&["export", "orders", "--offer", "O_NOBODYKNOWSTHISONE"])?;
    ensure!(none.lines().count() == 1, "{none}");
    daemon.stop()
}
