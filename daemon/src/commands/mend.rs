//! What is a file with its mistakes mended, and how is that told?
//! The file passes through in pieces; which cells are mended is the core's matter alone.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use intake_core::fixes::{Mended, Mender, Mending};
use intake_core::read::ReadOptions;

use super::Speech;

/// So many bytes are read at once.
const PIECE: usize = 256 << 10;

/// Writes `source` with its cells mended to `to`. Fails where one cannot be read or the other not be written.
pub fn mend(
    mut source: impl Read,
    options: ReadOptions,
    mending: Mending,
    to: &mut dyn Write,
) -> io::Result<Mended> {
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
    let done = mender.finish(&mut out);
    if mender.is_workbook() {
        return Err(io::Error::other(
            "it is a workbook, whose cells are mended in the program that it comes from\nhint: save the sheet as CSV, which can be mended here",
        ));
    }
    to.write_all(&out)?;
    Ok(done)
}

/// Where the mended file goes if nobody says where: beside the file, so that this stays as it is.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(".mended");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// What was mended, one kind a line, and what is open.
pub fn told(mended: &Mended, speech: &Speech) -> String {
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
        let mended = mend(file.as_bytes(), options, Mending::safe(), &mut out).unwrap();
        let expected = file
            .replace("1,0", "1")
            .replace("21.03.2019", "2019-03-21T00:00:00+01:00");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        expect_test::expect![[r#"
            2 cells mended; 1 more cell has a proposal (`--fix=all` takes it)
              1 × startDate date-read
              1 × quantity number-read"#]]
        .assert_eq(&told(&mended, &speech()));
    }

    #[test]
    fn the_name_of_a_mended_file_tells_so() {
        let check =
            |path: &str, expected: &str| assert_eq!(beside(Path::new(path)), Path::new(expected));
        check("in/orders.csv", "in/orders.mended.csv");
        check("orders", "orders.mended");
        check("a.b.csv", "a.b.mended.csv");
    }
}
