//! What differs is told, what agrees is counted, and nothing but a saved plan is taken for one.

use super::*;
use proptest::prelude::*;

/// A saved plan's lines, and what it says of itself.
fn read(json: &[u8], piece: usize) -> Result<(Vec<String>, SavedPlan), SavedPlanError> {
    let mut reader = SavedPlanReader::default();
    let mut lines = Vec::new();
    for piece in json.chunks(piece) {
        reader.push(piece)?;
        while let Some(line) = reader.next_line() {
            lines.push(String::from_utf8(line).unwrap());
        }
    }
    Ok((lines, reader.finish()?))
}

fn row(row: u64, decision: &str, changes: &str) -> String {
    format!(
        r#"{{"row":{row},"line":{},"externalSystemId":"A-{row}","plenigoOfferId":null,"decision":"{decision}","changes":[{changes}],"findings":[]}}"#,
        row + 1
    )
}

fn customer(id: &str, language: &str) -> String {
    format!(
        r#"{{"row":null,"line":null,"externalSystemId":null,"plenigoOfferId":null,"decision":"createCustomer","customerId":"{id}","changes":[{{"field":"language","old":null,"new":"{language}"}}],"findings":[]}}"#
    )
}

fn missing(key: &str, end: &str) -> String {
    format!(
        r#"{{"row":null,"line":null,"externalSystemId":"{key}","plenigoOfferId":"O","decision":"end","proposed":true,"changes":[{{"field":"endDate","old":null,"new":"{end}"}}],"findings":[]}}"#
    )
}

fn quantity(old: u32, new: u32) -> String {
    format!(r#"{{"field":"quantity","old":{old},"new":{new}}}"#)
}

const END: &str = r#""file":{"name":"o \"x\".csv","sha256":"AB","bytes":1,"format":"csv"},"partner":"kiosk","state":null,"rules":1,"counts":{"rows":[1]}"#;

fn plan(lines: &[String]) -> String {
    format!(
        "{{\"version\":1,\"rows\":[\n{}\n],{END}}}\n",
        lines.join(",\n")
    )
}

struct Lines(std::vec::IntoIter<String>);

impl ThenLines for Lines {
    type Error = SavedPlanError;

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, SavedPlanError> {
        Ok(self.0.next().map(String::into_bytes))
    }
}

fn compare(then: &[String], now: &[String]) -> Result<(Vec<String>, Sums), SavedPlanError> {
    let mut comparison = Comparison::new(Lines(Vec::from(then).into_iter()));
    let mut told = Vec::new();
    let mut tell = |different: &Different| {
        let side = |side: &Option<Side>| {
            side.as_ref()
                .map_or_else(|| "nothing".to_owned(), |side| side.decision.clone())
        };
        let what = different
            .customer_id
            .clone()
            .or_else(|| different.external_system_id.clone());
        let (then, now) = (side(&different.then), side(&different.now));
        told.push(format!("{}: {then} -> {now}", what.unwrap_or_default()));
        Ok(())
    };
    for line in now {
        comparison.now(line.as_bytes(), &mut tell)?;
    }
    let sums = comparison.end(&mut tell)?;
    Ok((told, sums))
}

fn check(then: &[String], now: &[String], told: &[&str], same: u64) {
    let different = told.len() as u64;
    let told: Vec<String> = told.iter().map(|&it| it.to_owned()).collect();
    assert_eq!(compare(then, now), Ok((told, Sums { same, different })));
}

#[test]
fn rows_are_held_against_each_other_by_their_number() {
    let then = [
        row(1, "create", ""),
        row(2, "update", &quantity(1, 2)),
        row(3, "update", &quantity(1, 2)),
        row(5, "end", ""),
        row(6, "unchanged", ""),
    ];
    let now = [
        row(1, "update", &quantity(7, 1)),
        row(2, "update", &quantity(1, 2)),
        row(3, "update", &quantity(2, 3)),
        row(4, "reject", ""),
        // The same, though it is written otherwise.
        row(6, "unchanged", "").replace(':', ": "),
    ];
    let told = [
        "A-1: create -> update",
        "A-3: update -> update",
        "A-4: nothing -> reject",
        "A-5: end -> nothing",
    ];
    check(&then, &now, &told, 2);
}

#[test]
fn what_has_no_row_finds_its_partner_wherever_it_comes() {
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    let then = [
        row(1, "create", ""),
        row(2, "create", ""),
        customer("C1", "de"),
        customer("C2", "de"),
        missing("M-1", early),
        missing("M-2", early),
        missing("M-3", early),
        missing("M-4", early),
    ];
    let now = [
        customer("C2", "en"),
        row(1, "create", ""),
        customer("C1", "de"),
        row(2, "create", ""),
        customer("C3", "de"),
        missing("M-2", late),
        missing("M-3", late),
        missing("M-4", late),
        missing("M-5", late),
    ];
    let told = [
        "C2: createCustomer -> createCustomer",
        "M-1: end -> nothing",
        "C3: nothing -> createCustomer",
        "M-5: nothing -> end",
    ];
    check(&then, &now, &told, 6);
}

#[test]
fn a_difference_leaves_as_json() {
    let mut comparison = Comparison::new(Lines(vec![row(3, "create", "")].into_iter()));
    let mut out = Vec::new();
    let mut tell = |different: &Different| {
        different.put(&mut out);
        Ok(())
    };
    let now = row(3, "update", &quantity(1, 2))
        .replace("\"findings\":[]", "\"findings\":[{\"code\":\"x\"}]");
    comparison.now(now.as_bytes(), &mut tell).unwrap();
    comparison.end(&mut tell).unwrap();
    expect_test::expect![[r#"{"row":3,"line":4,"externalSystemId":"A-3","then":{"decision":"create","changes":[],"findings":[]},"now":{"decision":"update","changes":[{"field":"quantity","old":1,"new":2}],"findings":[{"code":"x"}]},"why":{"de":["jetzt steht dagegen: x","den Auftrag gibt es inzwischen"],"en":["found now: x","the order has come to exist since"]}}"#]]
        .assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn the_reasons_tell_what_the_order_was_and_is() {
    let why = |then: &str, now: &str| {
        let mut comparison = Comparison::new(Lines(vec![then.to_owned()].into_iter()));
        let mut why = Vec::new();
        let mut tell = |different: &Different| {
            why.extend(different.why(Language::En));
            Ok(())
        };
        comparison.now(now.as_bytes(), &mut tell).unwrap();
        comparison.end(&mut tell).unwrap();
        why.join("; ")
    };
    let update = |old, new| row(1, "update", &quantity(old, new));
    let unchanged = row(1, "unchanged", "");
    assert_eq!(
        why(&update(1, 3), &update(2, 3)),
        "quantity was 1, is 2 now"
    );
    assert_eq!(why(&update(1, 3), &unchanged), "quantity was 1, is 3 now");
    assert_eq!(why(&unchanged, &update(2, 3)), "quantity was 3, is 2 now");
    let end = row(1, "end", "");
    assert_eq!(
        why(&end, &row(1, "update", "")),
        "what lay in the future then is past now"
    );
    let rejected = row(1, "reject", "").replace("[]}", "[{\"code\":\"offer-unknown\"}]}");
    assert_eq!(why(&rejected, &unchanged), "no longer found: offer-unknown");
    assert_eq!(
        why(&row(1, "create", ""), &unchanged),
        "the order has come to exist since"
    );
}

#[test]
fn rows_out_of_order_are_no_plan() {
    let then = [row(2, "create", ""), row(1, "create", "")];
    let now = [row(1, "create", ""), row(2, "create", "")];
    assert_eq!(compare(&then, &now).err(), Some(SavedPlanError::Order));
    let then = [customer("C1", "de"), row(1, "create", "")];
    assert_eq!(compare(&then, &now).err(), Some(SavedPlanError::Order));
    let twice = [row(1, "create", ""), row(1, "create", "")];
    assert_eq!(compare(&twice, &now).err(), Some(SavedPlanError::Order));
}

#[test]
fn what_a_plan_says_of_itself() {
    let (lines, saved) = read(plan(&[row(1, "create", "")]).as_bytes(), 7).unwrap();
    assert_eq!(lines, [row(1, "create", "")]);
    assert_eq!((&*saved.sha256, &*saved.partner), ("AB", "kiosk"));
    assert_eq!(saved.must_be_for("ab", "kiosk"), Ok(()));
    assert_eq!(
        saved.must_be_for("ac", "kiosk"),
        Err(SavedPlanError::OtherFile)
    );
    assert_eq!(
        saved.must_be_for("ab", "alpha"),
        Err(SavedPlanError::OtherPartner("kiosk".to_owned()))
    );
    let refused = |json: &str| read(json.as_bytes(), 64).unwrap_err();
    let good = plan(&[row(1, "create", "")]);
    assert_eq!(refused(""), SavedPlanError::Truncated);
    assert_eq!(refused(&good[..40]), SavedPlanError::Truncated);
    assert_eq!(
        refused(&good.replace("\"version\":1", "\"version\":2")),
        SavedPlanError::Version(2)
    );
    for other in [
        "[]".to_owned(),
        "{}".to_owned(),
        "{\"version\":1}".to_owned(),
        good.replace("\"rules\":1,", ""),
        good.replace("\"rows\":[", "\"rows\":[1,"),
        good.replace("\"rows\":[", "\"rows\":[[],"),
        good.replace(
            "\"state\":null",
            "\"state\":{\"journal\":\"\",\"hash\":\"\"}",
        ),
        format!("{good}{good}"),
    ] {
        let read = read(other.as_bytes(), 64);
        let lines = read.as_ref().map(|(lines, _)| lines.clone());
        let compared =
            lines.and_then(|lines| compare(&lines, &[]).map_err(|_| &SavedPlanError::Order));
        assert!(compared.is_err(), "{other}");
    }
}

#[test]
fn limits_hold() {
    let mut reader = SavedPlanReader::default();
    reader.push(b"{\"rows\":[{\"a\":\"").unwrap();
    let text = vec![b'x'; 1 << 20];
    let trouble = (0..32).find_map(|_| reader.push(&text).err());
    assert!(matches!(trouble, Some(SavedPlanError::Limit { .. })));
    let mut reader = SavedPlanReader::default();
    reader.push(b"{\"row\\u0073\":[").unwrap();
    let trouble = (0..32).find_map(|_| {
        reader
            .push(b"1,1,1,1,")
            .and_then(|()| reader.push(&text))
            .err()
    });
    assert!(matches!(trouble, Some(SavedPlanError::Limit { .. })));
}

proptest! {
    #[test]
    fn where_pieces_are_cut_shows_nowhere(piece in 1usize..60, rows in 0u64..9, text in "[\"\\\\{}\\[\\],:a]{0,9}") {
        let text = serde_json::to_string(&text).unwrap();
        let lines: Vec<String> = (1..=rows)
            .map(|number| format!("{{\"row\":{number},\"text\":{text},\"more\":[{{}},[{text}]]}}"))
            .collect();
        let plan = plan(&lines);
        let (read, _) = read(plan.as_bytes(), piece).unwrap();
        prop_assert_eq!(read, lines);
    }

    #[test]
    fn a_plan_differs_from_itself_nowhere(kinds in proptest::collection::vec(0u8..4, 0..20)) {
        let lines: Vec<String> = (1..)
            .zip(&kinds)
            .map(|(number, kind)| match kind {
                0 => row(number, "create", ""),
                _ => row(number, "update", &quantity(u32::from(*kind), 9)),
            })
            .collect();
        let same = lines.len() as u64;
        prop_assert_eq!(compare(&lines, &lines), Ok((vec![], Sums { same, different: 0 })));
    }

    #[test]
    fn no_bytes_panic(bytes in "[\"\\\\{}\\[\\],:0-9rows ]{0,60}", piece in 1usize..9) {
        let _ = read(bytes.as_bytes(), piece);
        let _ = read(format!("{{\"rows\":[{bytes}").as_bytes(), piece);
        let _ = compare(&[bytes], &[row(1, "create", "")]);
    }
}
