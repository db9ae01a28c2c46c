//! Which files are made to cost a reader dear?
//! Small on the wire or endless in one place; each in full as it was seen to bring other readers down, or at a fraction of its size.

use crate::orders::HEADER;
use crate::packed::{gzipped, packed_zip};

/// A file that is made to do harm.
pub struct Hostile {
    /// Its name; the ending is that of its format.
    pub name: &'static str,
    /// What is said of it, as the codes of findings; nothing where it is taken as it is.
    pub said: Option<&'static str>,
    /// Makes it, at one part in so many of its whole size.
    pub make: fn(usize) -> Vec<u8>,
}

const REST: &str = "O_MZA1E7173120881551,100003,1,2026-01-01T00:00:00+01:00,BILLING";

/// All of them.
pub const HOSTILE: &[Hostile] = &[
    hostile("quote-never-closed.csv", Some("quote-unclosed"), |part| {
        let mut file = format!("{HEADER}\"A,{REST}\n");
        for row in 0..100_000 / part {
            file.push_str(&format!("K{row},{REST}\n"));
        }
        file.into_bytes()
    }),
    hostile(
        "quote-never-closed-without-a-line.csv",
        Some("field-too-long"),
        |part| endless(&format!("{HEADER}\""), part, ""),
    ),
    hostile("one-field-of-200-mb.csv", Some("record-too-long"), |part| {
        endless(HEADER, part, &format!(",{REST}\nA,{REST}\n"))
    }),
    hostile("two-million-columns.csv", Some("header-too-long"), |part| {
        let columns = 2_000_000 / part.min(1);
        [vec![b','; columns], b"\n".to_vec(), vec![b','; columns]].concat()
    }),
    hostile("16384-columns.csv", Some("too-many-columns"), |_| {
        let names: Vec<String> = (0..16_384).map(|n| format!("c{n}")).collect();
        format!("externalSystemId,{}\nA\n", names.join(",")).into_bytes()
    }),
    hostile(
        "quotes-within-quotes.csv",
        Some("quote-text-after"),
        |part| {
            let line = format!("\"a\"b\"c\"\"d,{REST}\n");
            format!("{HEADER}{}", line.repeat(100_000 / part)).into_bytes()
        },
    ),
    hostile("nothing-but-zeros.csv", Some("header-too-long"), |part| {
        vec![0; (50 << 20) / part]
    }),
    hostile(
        "nothing-but-line-ends.csv",
        Some("file-no-records"),
        |part| [HEADER.as_bytes(), &vec![b'\n'; (50 << 20) / part]].concat(),
    ),
    hostile("returns-alone.csv", Some("record-too-long"), |part| {
        [HEADER.as_bytes(), &b"A\r".repeat((20 << 20) / part.min(4))].concat()
    }),
    hostile("deep.json", Some("json-truncated"), |part| {
        vec![b'['; 10_000_000 / part]
    }),
    hostile("many-empty-items.json", Some("required-missing"), |part| {
        let items = "{},".repeat(20_000 / part);
        format!("{{\"items\":[{items}{{}}]}}").into_bytes()
    }),
    hostile("one-text-of-200-mb.json", Some("record-too-long"), |part| {
        endless("{\"items\":[{\"externalSystemId\":\"", part, "\"}]}")
    }),
    hostile(
        "one-line-of-200-mb.ndjson",
        Some("record-too-long"),
        |part| {
            let end = "\"}\n{\"externalSystemId\":\"B\"}\n";
            endless("{\"externalSystemId\":\"", part, end)
        },
    ),
    hostile(
        "numbers-beyond-all.ndjson",
        Some("integer-invalid"),
        |part| {
            let digits = "9".repeat(10_000);
            let line = format!("{{\"externalSystemId\":\"A\",\"quantity\":1e{digits}}}\n");
            line.repeat(2_000 / part).into_bytes()
        },
    ),
    hostile("bomb.csv.gz", Some("unpacked-ratio"), |part| {
        gzipped(&blank((1 << 30) / part))
    }),
    hostile("bomb.csv.zst", Some("unpacked-ratio"), |part| {
        zstd::encode_all(&*blank((1 << 30) / part), 1).unwrap_or_default()
    }),
    hostile("bomb.zip", Some("archive-damaged"), |part| {
        packed_zip(&[("orders.csv", &blank((1 << 30) / part))])
    }),
    hostile("cells-far-apart.xlsx", Some("header-unknown"), |_| {
        sheet(&cells(&[("A1", "a"), ("ZZ200000", "b")]))
    }),
    hostile(
        "cell-in-the-last-corner.xlsx",
        Some("header-unknown"),
        |_| sheet(&cells(&[("A1", "a"), ("XFD1048576", "b")])),
    ),
    hostile("a-row-beyond-all.xlsx", Some("workbook-damaged"), |_| {
        sheet(&cells(&[("A1", "a"), ("A99999999999", "b")]))
    }),
    hostile("a-cell-twice.xlsx", Some("workbook-damaged"), |_| {
        sheet(&cells(&[("A1", "a"), ("A1", "b")]))
    }),
    hostile(
        "a-text-of-700-mb.xlsx",
        Some("workbook-suspicious"),
        |part| {
            let text = vec![b'x'; (700 << 20) / part];
            sheet(
                &[
                    &b"<row r='1'><c r='A1' t='inlineStr'><is><t>"[..],
                    &text,
                    b"</t></is></c></row>",
                ]
                .concat(),
            )
        },
    ),
    hostile(
        "one-long-text-in-many-cells.xlsx",
        Some("workbook-suspicious"),
        |part| {
            let mut rows = cells(&[("A1", "externalSystemId"), ("B1", "plenigoOfferId")]);
            for row in 2..=50_000 / part.min(2) {
                rows.extend_from_slice(
                    format!("<row r='{row}'><c r='A{row}' t='s'><v>0</v></c></row>").as_bytes(),
                );
            }
            let text = "x".repeat(32_000);
            workbook(
                &rows,
                format!("<sst><si><t>{text}</t></si></sst>").as_bytes(),
            )
        },
    ),
    hostile("80000-attributes.xlsx", Some("workbook-suspicious"), |_| {
        let attributes: String = (0..80_000).map(|n| format!(" a{n}='1'")).collect();
        sheet(format!("<row r='1'{attributes}><c r='A1'><v>1</v></c></row>").as_bytes())
    }),
    hostile(
        "four-million-empty-cells.xlsx",
        Some("header-unknown"),
        |part| {
            let mut rows = cells(&[("A1", "a"), ("B1", "b")]);
            let row: String = (1..=40).map(|_| "<c/>".to_owned()).collect();
            for number in 2..=100_000 / part {
                rows.extend_from_slice(format!("<row r='{number}'>{row}</row>").as_bytes());
            }
            sheet(&rows)
        },
    ),
    hostile("entities.xlsx", Some("workbook-suspicious"), |_| {
        let entities: String = (1..30)
            .map(|n| format!("<!ENTITY e{n} '&e{};&e{};'>", n - 1, n - 1))
            .collect();
        let head = format!("<!DOCTYPE x [<!ENTITY e0 'x'>{entities}]>");
        let sheet = format!(
            "{head}<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>&e29;</t></is></c></row></sheetData></worksheet>"
        );
        packed_zip(
            &parts(sheet.as_bytes(), b"<sst/>")
                .each_ref()
                .map(|(name, part)| (*name, &**part)),
        )
    }),
];

/// A file of 200 MB, nearly all of it one text behind `begin`.
fn endless(begin: &str, part: usize, end: &str) -> Vec<u8> {
    let mut file = begin.as_bytes().to_vec();
    file.resize((200 << 20) / part, b'x');
    file.extend_from_slice(end.as_bytes());
    file
}

const fn hostile(
    name: &'static str,
    said: Option<&'static str>,
    make: fn(usize) -> Vec<u8>,
) -> Hostile {
    Hostile { name, said, make }
}

/// A file of so many bytes without a record.
fn blank(bytes: usize) -> Vec<u8> {
    let mut file = HEADER.as_bytes().to_vec();
    file.resize(bytes, b'\n');
    file
}

fn cells(cells: &[(&str, &str)]) -> Vec<u8> {
    let row_of = |place: &str| -> String { place.chars().filter(char::is_ascii_digit).collect() };
    let mut rows = String::new();
    let mut last = String::new();
    for (place, text) in cells {
        let row = row_of(place);
        if row != last {
            if !last.is_empty() {
                rows.push_str("</row>");
            }
            rows.push_str(&format!("<row r='{row}'>"));
            last = row;
        }
        rows.push_str(&format!(
            "<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>"
        ));
    }
    rows.push_str("</row>");
    rows.into_bytes()
}

fn sheet(rows: &[u8]) -> Vec<u8> {
    workbook(rows, b"<sst/>")
}

fn workbook(rows: &[u8], strings: &[u8]) -> Vec<u8> {
    let sheet = [
        &b"<worksheet><dimension ref='A1:XFD1048576'/><sheetData>"[..],
        rows,
        b"</sheetData></worksheet>",
    ]
    .concat();
    packed_zip(
        &parts(&sheet, strings)
            .each_ref()
            .map(|(name, part)| (*name, &**part)),
    )
}

fn parts(sheet: &[u8], strings: &[u8]) -> [(&'static str, Vec<u8>); 6] {
    let relations = "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>";
    let of_book = "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='r2' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings' Target='sharedStrings.xml'/></Relationships>";
    let book = "<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='Orders' sheetId='1' r:id='r1'/></sheets></workbook>";
    [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relations.into()),
        ("xl/workbook.xml", book.into()),
        ("xl/_rels/workbook.xml.rels", of_book.into()),
        ("xl/worksheets/sheet1.xml", sheet.to_vec()),
        ("xl/sharedStrings.xml", strings.to_vec()),
    ]
}
