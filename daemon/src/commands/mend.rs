//! What is a file with its mistakes mended, and how is that told?
//! The file passes through in pieces; which cells are mended is the core's matter alone.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use intake_core::fixes::{Mended, Mender, Mending};
use intake_core::read::ReadOptions;

use super::Speech;

/// So many bytes are read at once.
const PIECE: usize = 256 << 10;

/// What was mended, and in which form.
pub struct Done {
    /// What differs now.
    pub mended: Mended,
    /// Was it a workbook? What was written is CSV then.
    pub is_workbook: bool,
}

/// Writes `source` with its cells mended to `to`. Fails where one cannot be read or the other not be written.
pub fn mend(
    mut source: impl Read,
    options: ReadOptions,
    mending: Mending,
    to: &mut dyn Write,
) -> io::Result<Done> {
    let mut mender = Mender::new(options, mending);
    let (mut piece, mut out) = (vec![0; PIECE], Vec::new());
    loop {
        let length = match source.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        mender.push(&piece[..length], &mut out);
        to.write_all(&out)?;
        out.clear();
    }
    let done = Done {
        mended: mender.finish(&mut out),
        is_workbook: mender.is_workbook(),
    };
    to.write_all(&out)?;
    Ok(done)
}

/// Endings of what is no text as it stands; what leaves is one.
const NO_TEXT: [&str; 6] = ["gz", "zst", "zip", "xlsx", "xlsm", "ods"];

/// Where the mended file goes if nobody says where: beside the file, so that this stays as it is.
pub fn beside(path: &Path) -> PathBuf {
    let is_text = |extension: &OsStr| {
        let extension = extension.to_string_lossy().to_lowercase();
        !NO_TEXT.contains(&&*extension)
    };
    let (bare, is_known_text) = match path.extension() {
        Some(extension) if !is_text(extension) => (path.with_extension(""), false),
        _ => (path.to_owned(), true),
    };
    let mut name = bare.file_stem().unwrap_or_default().to_owned();
    name.push(".fixed");
    let extension = bare.extension();
    if let Some(extension) = extension.or_else(|| (!is_known_text).then_some("csv".as_ref())) {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// What was mended, one kind a line, what is open, and in which form it was written.
pub fn told(done: &Done, speech: &Speech) -> String {
    let mended = &done.mended;
    let cells = speech.count(mended.cells(), ["Zelle", "Zellen"], ["cell", "cells"]);
    let mut text = match mended.cells() {
        0 => speech.say("nichts berichtigt".to_owned(), "nothing mended".to_owned()),
        _ => speech.say(format!("{cells} berichtigt"), format!("{cells} mended")),
    };
    if mended.proposed > 0 {
        let open = speech.count(
            mended.proposed,
            ["weitere Zelle hat", "weitere Zellen haben"],
            ["more cell has", "more cells have"],
        );
        text.push_str(&speech.say(
            format!("; {open} einen Vorschlag (`--fix=all` nimmt ihn)"),
            format!("; {open} a proposal (`--fix=all` takes it)"),
        ));
    }
    for ((code, field), count) in &mended.fixed {
        let count = speech.number(*count);
        text.push_str(&format!("\n  {count} × {} {code}", field.name()));
    }
    if done.is_workbook && mended.cells() > 0 {
        text.push_str(&speech.say(
            "\n  geschrieben als CSV (UTF-8, Semikolon) mit den Zeilen des gelesenen Blatts; die Arbeitsmappe bleibt, wie sie ist".to_owned(),
            "\n  written as CSV (UTF-8, semicolons) with the rows of the sheet that was read; the workbook stays as it is".to_owned(),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::speech;
    use intake_core::field::Table;

    #[test]
    fn a_file_passes_through_mended() {
        let file = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod\r\n\
            A-1;O_MZA1E7173120881551;100003;1,0;21.03.2019;PayPall\r\n";
        let options = ReadOptions::new(Table::Orders, speech().moment_now());
        let mut out = Vec::new();
        let done = mend(file.as_bytes(), options, Mending::safe(), &mut out).unwrap();
        let expected = file
            .replace("1,0", "1")
            .replace("21.03.2019", "2019-03-21T00:00:00+01:00");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        expect_test::expect![[r#"
            2 cells mended; 1 more cell has a proposal (`--fix=all` takes it)
              1 × startDate date-read
              1 × quantity number-read"#]]
        .assert_eq(&told(&done, &speech()));
    }

    #[test]
    fn the_name_of_a_mended_file_tells_so() {
        let check =
            |path: &str, expected: &str| assert_eq!(beside(Path::new(path)), Path::new(expected));
        check("in/orders.csv", "in/orders.fixed.csv");
        check("orders", "orders.fixed");
        check("a.b.csv", "a.b.fixed.csv");
        check("in/orders.xlsx", "in/orders.fixed.csv");
        check("orders.tsv.gz", "orders.fixed.tsv");
        check("orders.ZIP", "orders.fixed.csv");
    }
}
