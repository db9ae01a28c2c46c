//! Does a workbook come out as what a spreadsheet shows of it?

use super::make::{Told, Xlsx, ods, read};
use super::*;
use crate::zip::make::Zip;

fn check(file: &[u8], text: &str, findings: &[&str]) {
    let Told {
        text: is,
        findings: are,
        ..
    } = read(file, None);
    assert_eq!(
        (is.as_str(), are),
        (text, findings.iter().map(ToString::to_string).collect())
    );
}

#[test]
fn each_kind_of_cell_has_its_mark() {
    let rows = "<row r='1' spans='1:9'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='s'><v>2</v></c>\
        <c r='D1' t='s'><v>3</v></c></row>\
        <row r='3'><c r='A3'><v>1.5</v></c><c r='B3' s='1'><v>43545</v></c><c r='C3' s='3'><v>43545.75</v></c>\
        <c r='D3' s='2'><v>42</v></c><c r='E3' t='b'><v>1</v></c><c r='F3' t='e'><v>#REF!</v></c>\
        <c r='G3'><f>A1+&quot;x,&quot;</f></c><c r='H3' t='str'><f>B1</f><v>yes</v></c><c r='I3'><f>1+1</f><v>2</v></c>\
        <c r='J3' t='str'><f>IF(1,&quot;&quot;)</f><v></v></c><c r='K3' t='d'><v>2019-03-21T17:32:00</v></c></row>\
        <row r='4'><c r='B4' t='inlineStr'><is><t>in</t><r><t>line_x000D_</t></r><rPh><t>no</t></rPh></is></c><c r='C4' s='1'/></row>\
        <row r='5' ht='3'/>";
    check(
        &Xlsx::rows(rows).file(),
        "zero,one ,,\"a,\"\"b\"\"\"\n\n‹1›1.5,‹2›2019-03-21,‹2›2019-03-21T18:00:00,‹1›00042,‹3›true,‹4›#REF!,\
         \"‹5›=A1+\"\"x,\"\"\",yes,‹1›2,,‹2›2019-03-21T17:32:00\n,\"inline\n\"\n",
        &["sheet-formulas 3 (H3, I3, J3)"],
    );
}

#[test]
fn places_that_are_not_named_follow_from_the_one_before() {
    let rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row r='3'><c r='B3'><v>3</v></c><c><v>4</v></c></row>";
    check(&Xlsx::rows(rows).file(), "‹1›1,‹1›2\n\n,‹1›3,‹1›4\n", &[]);
}

#[test]
fn prefixes_of_names_do_not_matter() {
    let sheet = "<x:worksheet xmlns:x='…'><x:sheetData><x:row r='1'><x:c r='A1' t='inlineStr'><x:is><x:t>a</x:t></x:is></x:c>\
        </x:row></x:sheetData></x:worksheet>";
    check(&Xlsx::sheet(sheet).file(), "a\n", &[]);
}

#[test]
fn dates_count_from_1904_where_the_workbook_says_so() {
    let mut xlsx = Xlsx::rows("<row r='1'><c r='A1' s='1'><v>42083</v></c></row>");
    xlsx.book = xlsx
        .book
        .replace("<sheets>", "<workbookPr date1904='1'/><sheets>");
    check(&xlsx.file(), "‹2›2019-03-21\n", &[]);
}

#[test]
fn what_is_hidden_or_merged_is_said_where_it_holds_something() {
    let sheet = "<worksheet><cols><col min='2' max='3' hidden='1'/><col min='9' max='16384' hidden='1'/></cols><sheetData>\
        <row r='1'><c r='A1'><v>1</v></c><c r='C1'><v>1</v></c></row>\
        <row r='2' hidden='1'><c r='A2'><v>2</v></c><c r='B2'><v>2</v></c></row>\
        <row r='3' hidden='1'/></sheetData><mergeCells count='1'><mergeCell ref='A1:B1'/></mergeCells></worksheet>";
    check(
        &Xlsx::sheet(sheet).file(),
        "‹1›1,,‹1›1\n‹1›2,‹1›2\n",
        &[
            "sheet-rows-hidden 1 (2)",
            "sheet-columns-hidden 2 (B–C)",
            "sheet-cells-merged 1 (A1:B1)",
        ],
    );
}

#[test]
fn the_sheet_is_chosen_by_name_or_by_sight() {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='http://x/{kind}' Target='worksheets/{target}.xml'/>")
    };
    let mut xlsx = Xlsx::rows("");
    xlsx.book = "<workbook><sheets><sheet name='Bild' r:id='c'/><sheet name='Intern' state='veryHidden' r:id='a'/>\
        <sheet name='Auftr&#228;ge' state='visible' r:id='b'/></sheets></workbook>"
        .into();
    xlsx.relations = format!(
        "<Relationships>{}{}{}</Relationships>",
        relation("a", "worksheet", "a"),
        relation("b", "worksheet", "b"),
        relation("c", "chartsheet", "c")
    );
    let sheet = |text: &str| {
        format!(
            "<worksheet><sheetData><row><c t='str'><v>{text}</v></c></row></sheetData></worksheet>"
        )
    };
    let file = xlsx
        .zip()
        .packed("xl/worksheets/a.xml", sheet("hidden").as_bytes())
        .packed("xl/worksheets/b.xml", sheet("shown").as_bytes())
        .finish();
    check(&file, "shown\n", &["sheets-not-read Aufträge: (Intern)"]);
    let named = read(&file, Some("INTERN"));
    assert_eq!(named.text, "hidden\n");
    let missing = read(&file, Some("Orders"));
    assert_eq!(
        missing.findings,
        ["sheet-missing Orders: (Intern), Aufträge"]
    );
}

#[test]
fn files_that_are_no_workbook_say_what_they_are() {
    let root = |target: &str| {
        let relations = format!(
            "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='{target}'/></Relationships>"
        );
        Zip::default()
            .stored("_rels/.rels", relations.as_bytes())
            .finish()
    };
    check(&root("xl/workbook.bin"), "", &["workbook-format XLSB"]);
    check(&root("word/document.xml"), "", &["workbook-format DOCX"]);
    check(
        &root("xl/workbook.xml"),
        "",
        &["workbook-damaged xl/workbook.xml: –"],
    );
    check(
        &Zip::default().stored("Index/Document.iwa", b"").finish(),
        "",
        &["workbook-format Apple Numbers"],
    );
    let mut old = compound::MAGIC.to_vec();
    old.resize(512, 0);
    old[30] = 9;
    let with = |name: &str| {
        let mut file = old.clone();
        file.extend(name.bytes().flat_map(|byte| [byte, 0]));
        file
    };
    check(&with("Workbook"), "", &["workbook-format XLS"]);
    check(&with("EncryptedPackage"), "", &["workbook-encrypted"]);
    check(&with("1Table"), "", &["workbook-format OLE: DOC, PPT, MSG"]);
    check(&old[..100], "", &["workbook-format OLE"]);
    let mut reader = Reader::new(0, Options::new(None));
    reader.give(b"");
    assert_eq!(reader.kind(), None);
    let plain = Zip::default().stored("orders.csv", b"a;b").finish();
    check(&plain, "", &[]);
}

#[test]
fn cells_of_an_ods_file_are_told_apart() {
    let file = ods(
        "<table:table table:name='Alt' table:style-name='hidden'><table:table-row><table:table-cell office:value-type='string'>\
        <text:p>old</text:p></table:table-cell></table:table-row></table:table>\
        <table:table table:name='Orders' table:style-name='shown'><table:table-column table:number-columns-repeated='2'/>\
        <table:table-column table:visibility='collapse'/>\
        <table:table-header-rows><table:table-row><table:table-cell office:value-type='string'><text:p>a <text:s text:c='2'/>\
        <text:span>b</text:span>\n c</text:p><text:p>d</text:p><office:annotation><text:p>no</text:p></office:annotation></table:table-cell>\
        <table:table-cell table:number-columns-repeated='2' office:value-type='float' office:value='7'><text:p>007</text:p></table:table-cell>\
        <table:table-cell table:number-columns-repeated='16381'/></table:table-row></table:table-header-rows>\
        <table:table-row table:number-rows-repeated='2'><table:table-cell/></table:table-row>\
        <table:table-row table:number-rows-repeated='2' table:visibility='filter'><table:table-cell office:value-type='date' office:date-value='2019-03-21T17:32:00.000000000'>\
        <text:p>21.03.19</text:p></table:table-cell><table:table-cell office:value-type='boolean' office:boolean-value='true'><text:p>WAHR</text:p></table:table-cell>\
        <table:table-cell table:formula='of:=[.A1]/0' office:value-type='string' office:string-value='' calcext:value-type='error'><text:p>#DIV/0!</text:p></table:table-cell>\
        <table:table-cell table:formula='of:=[.A1]'/><table:table-cell table:number-columns-spanned='2' office:value-type='currency' office:value='1.50'><text:p>1,50 €</text:p></table:table-cell>\
        <table:covered-table-cell office:value-type='string'><text:p>under</text:p></table:covered-table-cell>\
        <table:table-cell office:value-type='time' office:time-value='PT12H30M00S'><text:p>12:30</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table>",
    );
    let row = "‹2›2019-03-21T17:32:00,‹3›true,‹4›#DIV/0!,‹5›=[.A1],‹1›1.5,under,12:30\n";
    check(
        &file,
        &format!("\"a   b c\nd\",‹1›007,‹1›007\n\n\n{row}{row}"),
        &[
            "sheets-not-read Orders: (Alt)",
            "sheet-rows-hidden 2 (4–5)",
            "sheet-columns-hidden 1 (C)",
            "sheet-cells-merged 1 (E4)",
            "sheet-formulas 1 (C4)",
        ],
    );
}
