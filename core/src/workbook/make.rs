//! Workbooks for tests, written by hand: only the parts that a reader needs.

use super::{Options, Reader};
use crate::finding::{Detail, Finding};
use crate::zip::make::Zip;

/// The parts of an `.xlsx` file with one sheet; each can be replaced.
pub(crate) struct Xlsx {
    pub(super) book: String,
    pub(super) relations: String,
    pub(super) styles: String,
    pub(super) strings: String,
    pub(super) sheet: String,
}

const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

impl Xlsx {
    /// A workbook with these rows.
    pub(crate) fn rows(rows: &str) -> Self {
        Self::sheet(&format!(
            "<worksheet><sheetData>{rows}</sheetData></worksheet>"
        ))
    }

    /// A workbook with this sheet.
    pub(super) fn sheet(sheet: &str) -> Self {
        Self {
            book: "<workbook><sheets><sheet name='Orders' sheetId='1' r:id='rId1'/></sheets></workbook>".into(),
            relations: format!(
                "<Relationships><Relationship Id='rId1' Type='{RELATION}/worksheet' Target='worksheets/sheet1.xml'/>\
                 <Relationship Id='rId2' Type='{RELATION}/styles' Target='styles.xml'/>\
                 <Relationship Id='rId3' Type='{RELATION}/sharedStrings' Target='/xl/sharedStrings.xml'/></Relationships>"
            ),
            styles: "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='00000'/>\
                     <numFmt numFmtId='165' formatCode='dd/mm/yyyy'/></numFmts>\
                     <cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>\
                     <cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs>\
                     </styleSheet>"
                .into(),
            strings: "<sst><si><t>zero</t></si><si><r><t>on</t></r><r><rPr/><t xml:space='preserve'>e </t></r>\
                      <rPh sb='0' eb='1'><t>ichi</t></rPh></si><si><t/></si><si><t>a,\"b\"</t></si></sst>"
                .into(),
            sheet: sheet.into(),
        }
    }

    pub(super) fn zip(&self) -> Zip {
        let root = format!(
            "<Relationships><Relationship Id='a' Type='{RELATION}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
        );
        Zip::default()
            .stored("[Content_Types].xml", b"<Types/>")
            .stored("_rels/.rels", root.as_bytes())
            .stored("xl/workbook.xml", self.book.as_bytes())
            .stored("xl/_rels/workbook.xml.rels", self.relations.as_bytes())
            .packed("xl/styles.xml", self.styles.as_bytes())
            .packed("xl/sharedStrings.xml", self.strings.as_bytes())
            .packed("xl/worksheets/sheet1.xml", self.sheet.as_bytes())
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        self.zip().finish()
    }
}

/// An `.ods` file with this inside of its spreadsheet.
pub(super) fn ods(spreadsheet: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>\
         <style:style style:name='shown' style:family='table'><style:table-properties table:display='true'/></style:style>\
         <style:style style:name='hidden' style:family='table'><style:table-properties table:display='false'/></style:style>\
         </office:automatic-styles><office:body><office:spreadsheet>{spreadsheet}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    Zip::default()
        .stored(
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        )
        .packed("content.xml", content.as_bytes())
        .stored("META-INF/manifest.xml", b"<manifest:manifest/>")
        .finish()
}

/// What a file comes to.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    /// Its text, marks shown as `‹1›`.
    pub(super) text: String,
    pub(super) findings: Vec<String>,
    /// The most bytes of text that were there at once.
    pub(super) held: usize,
}

/// Reads a file that is given as it is wanted.
pub(super) fn read(file: &[u8], sheet: Option<&str>) -> Told {
    let mut reader = Reader::new(file.len() as u64, Options::new(sheet));
    let mut text = Vec::new();
    let mut held = 0;
    while let Some(wanted) = reader.wanted() {
        let begin = (wanted.offset as usize).min(file.len());
        let end = (begin + wanted.length).min(file.len());
        reader.give(&file[begin..end]);
        let piece = reader.take_text();
        held = held.max(piece.len());
        text.extend(piece);
    }
    let mut shown = String::new();
    for character in String::from_utf8_lossy(&text).chars() {
        match character {
            '\u{1}'..='\u{8}' => shown.push_str(&format!("‹{}›", character as u32)),
            character => shown.push(character),
        }
    }
    Told {
        text: shown,
        findings: reader.take_findings().iter().map(told).collect(),
        held,
    }
}

fn told(finding: &Finding) -> String {
    let value = finding.value.as_deref().map(|value| format!(" {value}:"));
    let detail = match &finding.detail {
        Detail::Text(text) => format!(" {text}"),
        Detail::Limit(limit) => format!(" {limit}"),
        _ => String::new(),
    };
    format!("{}{}{detail}", finding.code, value.unwrap_or_default())
}
