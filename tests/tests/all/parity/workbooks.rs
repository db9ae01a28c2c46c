//! Which workbooks are put to both sides?
//! One for each code that a workbook alone can have and no sample shows.

use intake_core::profile::Profile;
use intake_core::read::Limits;
use intake_tests::packed::zip;

use super::by_hand::ByHand;

/// A workbook with one sheet, in the state and with the content given.
fn workbook(state: &str, sheet: &str) -> Vec<u8> {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id='a' Type='{relation}/{kind}' Target='{target}'/></Relationships>"
        )
    };
    let book = format!(
        "<workbook><sheets><sheet name='Orders' state='{state}' r:id='a'/></sheets></workbook>"
    );
    zip(
        &[
            ("[Content_Types].xml", b"<Types/>"),
            (
                "_rels/.rels",
                relations("officeDocument", "xl/workbook.xml").as_bytes(),
            ),
            ("xl/workbook.xml", book.as_bytes()),
            (
                "xl/_rels/workbook.xml.rels",
                relations("worksheet", "sheet.xml").as_bytes(),
            ),
            ("xl/sheet.xml", sheet.as_bytes()),
        ],
        0,
    )
}

/// A date where a number of an order is to stand.
fn date_for_a_key() -> Vec<u8> {
    let name = "urn:oasis:names:tc:opendocument:xmlns";
    let content = format!(
        "<office:document-content xmlns:office='{name}:office:1.0' xmlns:table='{name}:table:1.0' xmlns:text='{name}:text:1.0'>\
         <office:body><office:spreadsheet><table:table table:name='Orders'>\
         <table:table-row><table:table-cell office:value-type='string'><text:p>externalSystemId</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:table-cell office:value-type='date' office:date-value='2026-01-31'><text:p>31.01.2026</text:p></table:table-cell></table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let kind = b"application/vnd.oasis.opendocument.spreadsheet";
    zip(
        &[("mimetype", kind), ("content.xml", content.as_bytes())],
        0,
    )
}

pub(super) fn cases() -> Vec<ByHand> {
    let usual = include_bytes!("../../../samples/xlsxwriter-orders.xlsx");
    let mut cases = Vec::new();
    let made = [
        ("half of a workbook", usual[..usual.len() / 2].to_vec()),
        (
            "nothing but a hidden sheet",
            workbook("hidden", "<worksheet/>"),
        ),
        (
            "a sheet that stops",
            workbook(
                "visible",
                "<worksheet><sheetData><row><c><v>1</v></c></row>",
            ),
        ),
        (
            "a sheet with a document type",
            workbook("visible", "<!DOCTYPE a><worksheet/>"),
        ),
        ("an empty sheet", workbook("visible", "<worksheet/>")),
        ("a date for a key", date_for_a_key()),
    ];
    cases.extend(made.map(|(name, input)| ByHand {
        name,
        input,
        profile: None,
    }));
    let kiosk = Profile::of("kiosk");
    let limited = |limits: Limits| Profile {
        limits,
        ..kiosk.clone()
    };
    let agreed = [
        (
            "a workbook that unpacks to too much",
            limited(Limits {
                unpacked_bytes: 100,
                ..Limits::default()
            }),
        ),
        (
            "a workbook that is too large",
            limited(Limits {
                archive_bytes: 1000,
                ..Limits::default()
            }),
        ),
        (
            "a workbook without the sheet that was agreed",
            Profile {
                sheet: Some("Bestand".into()),
                ..kiosk.clone()
            },
        ),
    ];
    cases.extend(agreed.map(|(name, profile)| ByHand {
        name,
        input: usual.to_vec(),
        profile: Some(profile),
    }));
    cases
}
