//! What does a workbook cost that was built to bring its reader down?
//! Each is refused, or read, with little text at a time; what is stopped says why.

use super::make::{Told, Xlsx, ods, read};
use crate::zip::make::Zip;
use proptest::prelude::*;

/// No file makes more text than this at once, whatever it holds.
const MOST_HELD: usize = 17 << 20;

fn check(file: &[u8], expected: &[&str]) -> Told {
    let told = read(file, None);
    assert!(told.held < MOST_HELD, "{}", told.held);
    assert_eq!(told.findings, expected);
    told
}

#[test]
fn far_places_cost_no_memory() {
    let rows = |far: &str, row: &str| {
        format!(
            "<row r='1'><c r='A1'><v>1</v></c></row><row r='{row}'><c r='{far}'><v>2</v></c></row>"
        )
    };
    let told = check(&Xlsx::rows(&rows("ZZ200000", "200000")).file(), &[]);
    assert_eq!(
        told.text.len(),
        "‹1›1".len() + 199_999 + 701 + "‹1›2\n".len()
    );
    check(&Xlsx::rows(&rows("XFD1048576", "1048576")).file(), &[]);
    for (far, row) in [
        ("A1048577", "1048577"),
        ("A99999999999", "99999999999"),
        ("XFE2", "2"),
        ("A3", "2"),
        ("2", "2"),
        ("A2", "1"),
    ] {
        let told = read(&Xlsx::rows(&rows(far, row)).file(), None);
        assert!(
            told.findings[0].starts_with("workbook-damaged xl/worksheets/sheet1.xml: <"),
            "{:?}",
            told.findings
        );
    }
}

#[test]
fn a_cell_that_stands_twice_is_damage() {
    let rows = "<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>";
    check(
        &Xlsx::rows(rows).file(),
        &["workbook-damaged xl/worksheets/sheet1.xml: <c r>"],
    );
}

#[test]
fn one_long_text_in_many_cells_is_stopped() {
    let mut xlsx = Xlsx::rows(&format!(
        "<row>{}</row>",
        "<c t='s'><v>0</v></c>".repeat(16_000)
    ));
    xlsx.strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(32_000));
    check(
        &xlsx.file(),
        &["workbook-suspicious xl/worksheets/sheet1.xml: text > 4 : 1"],
    );
    xlsx.sheet = format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        "<row><c t='s'><v>0</v></c></row>".repeat(20_000)
    );
    check(
        &xlsx.file(),
        &["workbook-suspicious xl/worksheets/sheet1.xml: text > 4 : 1"],
    );
}

#[test]
fn an_endless_text_is_cut_behind_the_longest_field() {
    let sheet = |text: &str| {
        format!(
            "<worksheet><sheetData><row><c t='inlineStr'><is><t>{text}</t></is></c></row></sheetData></worksheet>"
        )
    };
    let mut random = 7u32;
    let noise: String = (0..4 << 20)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'a' + (random >> 28) as u8)
        })
        .collect();
    let told = check(&Xlsx::sheet(&sheet(&noise)).file(), &[]);
    assert_eq!(told.text.len(), (64 << 10) + 2);
    check(
        &Xlsx::sheet(&sheet(&"x".repeat(16 << 20))).file(),
        &["workbook-suspicious xl/worksheets/sheet1.xml: > 200 : 1"],
    );
}

#[test]
fn entities_and_attributes_do_not_multiply() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]><worksheet><sheetData><row><c t='str'><v>&c;</v></c></row></sheetData></worksheet>";
    check(
        &Xlsx::sheet(bomb).file(),
        &["workbook-suspicious xl/worksheets/sheet1.xml: XML: <!DOCTYPE"],
    );
    let attributes: String = (0..80_000)
        .map(|number| format!(" a{number}='1'"))
        .collect();
    let told = read(
        &Xlsx::rows(&format!("<row r='1'{attributes}/>")).file(),
        None,
    );
    assert_eq!(
        told.findings,
        ["workbook-suspicious xl/worksheets/sheet1.xml: XML: > 64 KiB"]
    );
    check(
        &Xlsx::rows(&"<a>".repeat(100_000)).file(),
        &["workbook-suspicious xl/worksheets/sheet1.xml: XML: depth"],
    );
}

#[test]
fn many_empty_cells_and_rows_are_no_text() {
    let row = |number: u32| {
        format!(
            "<row r='{number}' spans='1:3' s='1' customFormat='1'><c r='A{number}' s='1'/><c r='B{number}' s='1'/></row>"
        )
    };
    let rows: String = (2..100_000).map(row).collect();
    let told = check(
        &Xlsx::rows(&format!("<row r='1'><c r='A1'><v>1</v></c></row>{rows}")).file(),
        &[],
    );
    assert_eq!(told.text, "‹1›1\n");
}

#[test]
fn repetition_in_an_ods_file_is_bounded() {
    let table = |rows: &str| ods(&format!("<table:table table:name='a'>{rows}</table:table>"));
    let cell = |columns: u32, text: &str| {
        format!(
            "<table:table-cell table:number-columns-repeated='{columns}' office:value-type='string'><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |rows: u32, cells: &str| {
        format!("<table:table-row table:number-rows-repeated='{rows}'>{cells}</table:table-row>")
    };
    let told = check(&table(&row(1_000_000, &cell(1, "x"))), &[]);
    assert_eq!(told.text.len(), 2_000_000);
    check(
        &table(&row(1_000_000, &cell(16_384, "x"))),
        &["workbook-suspicious content.xml: text > 4 : 1"],
    );
    check(
        &table(&row(1_000_000, &cell(1, &"x".repeat(1000)))),
        &["workbook-suspicious content.xml: text > 4 : 1"],
    );
    check(
        &table(&row(1_048_577, &cell(1, "x"))),
        &["workbook-suspicious content.xml: table:number-rows-repeated"],
    );
    check(
        &table(&row(1, &cell(16_385, "x"))),
        &["workbook-suspicious content.xml: table:number-columns-repeated"],
    );
    check(&table(&row(u32::MAX, &cell(u32::MAX, ""))), &[]);
    let spaces = "<text:s text:c='4000000000'/>".repeat(1000);
    let told = read(&table(&row(1, &cell(1, &spaces))), None);
    assert_eq!(told.text.len(), (64 << 10) + 2);
}

#[test]
fn what_is_missing_or_lies_is_said() {
    let xlsx = Xlsx::rows("<row><c t='s'><v>9</v></c></row>");
    check(
        &xlsx.file(),
        &["workbook-damaged xl/worksheets/sheet1.xml: sharedStrings.xml"],
    );
    let cut = Xlsx::sheet("<worksheet><sheetData><row><c><v>1</v></c></row><row>");
    let told = check(
        &cut.file(),
        &["workbook-damaged xl/worksheets/sheet1.xml: XML: end of file"],
    );
    assert_eq!(told.text, "", "what is not whole stays away");
    let whole = xlsx.file();
    let told = read(&whole[..whole.len() / 2], None);
    assert_eq!(
        told.findings,
        ["workbook-damaged zip: end of central directory"]
    );
    let wide = Xlsx::sheet(
        "\u{FEFF}<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>",
    );
    assert_eq!(check(&wide.file(), &[]).text, "‹1›1\n");
}

#[test]
fn an_encrypted_ods_file_says_so() {
    let file = Zip::default()
        .stored(
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        )
        .stored("content.xml", b"\x01\x02\x03")
        .stored(
            "META-INF/manifest.xml",
            b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>",
        )
        .finish();
    check(&file, &["workbook-encrypted"]);
}

/// Pieces of sheets, put together without sense.
fn nonsense() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<row>"),
        Just("</row>"),
        Just("<row r='3' hidden='1'>"),
        Just("<c t='s'>"),
        Just("<c>"),
        Just("</c>"),
        Just("<v>"),
        Just("</v>"),
        Just("1"),
        Just("1e400"),
        Just("<f>"),
        Just("</f>"),
        Just("<is>"),
        Just("<t>"),
        Just("</t>"),
        Just("</is>"),
        Just("&amp;"),
        Just("&#0;"),
        Just("<c r='B7' t='d' s='1'>"),
        Just("<c t='inlineStr'/>"),
        Just("\u{1}"),
        Just("_x0041_"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<"),
        Just("</sheetData>"),
        Just("<mergeCell ref='A1'/>"),
        Just("<sheetData>"),
        Just("ä"),
        Just("\""),
        Just(","),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The same for `content.xml`.
fn other_nonsense() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<table:table>"),
        Just("</table:table>"),
        Just("<table:table-row>"),
        Just("</table:table-row>"),
        Just("<table:table-cell>"),
        Just("</table:table-cell>"),
        Just("<table:table-cell office:value-type='float' office:value='1'/>"),
        Just("<text:p>"),
        Just("</text:p>"),
        Just("<table:table-cell table:number-columns-repeated='3' office:value-type='date'>"),
        Just("<text:s/>"),
        Just("x  y"),
        Just("<draw:frame>"),
        Just("</draw:frame>"),
        Just("<table:covered-table-cell/>"),
        Just("<table:table-row table:number-rows-repeated='9' table:visibility='filter'>"),
        Just("<table:table-column table:visibility='collapse'/>"),
        Just("<office:annotation>"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_nonsense_panics(rows in nonsense()) {
        let _ = read(&Xlsx::rows(&rows).file(), None);
    }

    #[test]
    fn no_other_nonsense_panics(content in other_nonsense()) {
        let _ = read(&ods(&content), None);
    }

    #[test]
    fn no_damage_panics_or_goes_unseen(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let rows = "<row r='1'><c r='A1'><v>1</v></c><c r='B1' t='s'><v>0</v></c></row>";
        let mut file = Xlsx::rows(rows).file();
        let whole = read(&file, None);
        let place = place.index(file.len());
        file[place] ^= 1 << bit;
        let told = read(&file, None);
        prop_assert!(told.text == whole.text || !told.findings.is_empty() || told.text.is_empty(), "{:?}", told);
    }
}
