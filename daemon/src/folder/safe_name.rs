//! How is a partner's file name shown, and which names may be derived from it?
//! Whatever bytes come in, what goes out is printable, at most 255 bytes, and safe on every file system.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use intake_core::read::Format;

use super::names::{ImportId, PLAN_SUFFIX, ignored};

/// Longest file name, in bytes, that file systems of Linux accept.
pub const NAME_LIMIT: usize = 255;
/// Longest extension, in bytes without its dot, that is taken for one.
const EXTENSION_LIMIT: usize = 16;
const RECEIPT_SUFFIX: &str = ".receipt.json";
const REPORT_SUFFIX: &str = ".report.html";
const RESERVED_BY_WINDOWS: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The name with every byte that could mislead a reader or break a line written as `%XX`.
///
/// Invalid UTF-8, control characters, line breaks, and characters that turn the direction of writing or
/// have no width are escaped. Different names give different texts; [`from_printable`] goes back.
pub fn printable(name: impl AsRef<OsStr>) -> String {
    let mut shown = String::new();
    for chunk in name.as_ref().as_bytes().utf8_chunks() {
        let valid = chunk.valid();
        for (at, letter) in valid.char_indices() {
            let reads_as_escape = letter == '%' && starts_with_two_hex_digits(&valid[at + 1..]);
            if reads_as_escape || misleads(letter) {
                escape(letter.encode_utf8(&mut [0; 4]).as_bytes(), &mut shown);
            } else {
                shown.push(letter);
            }
        }
        escape(chunk.invalid(), &mut shown);
    }
    shown
}

/// The name that [`printable`] has shown.
pub fn from_printable(shown: &str) -> OsString {
    let mut name = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| hex_byte(after)).flatten();
        name.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    OsString::from_vec(name)
}

/// What distinguishes a derived name from that of another file of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told<'a> {
    /// By nothing: the name a partner expects when it is still free.
    Plain,
    /// By the id of the import.
    ById(&'a ImportId),
}

/// `<name>.receipt.json`, or `<name>.<id>.receipt.json`.
pub fn receipt_name(original: &OsStr, told: Told<'_>) -> String {
    derived(&safe(original), told, RECEIPT_SUFFIX)
}

/// `<name>.report.html`, or `<name>.<id>.report.html`.
pub fn report_name(original: &OsStr, told: Told<'_>) -> String {
    derived(&safe(original), told, REPORT_SUFFIX)
}

/// `<stem>.corrections.<extension>`, or `<stem>.<id>.corrections.<extension>`; the extension is that of the
/// form in which a file of this format is corrected: `csv`, or `ndjson` for both kinds of JSON.
pub fn corrections_name(original: &OsStr, told: Told<'_>, format: Format) -> String {
    let safe = safe(original);
    let (stem, _) = split_extension(&safe);
    let suffix = match format {
        Format::Csv | Format::Xlsx | Format::Ods => ".corrections.csv",
        Format::Ndjson | Format::Json => ".corrections.ndjson",
    };
    derived(stem, told, suffix)
}

/// `<stem>.<id>.<extension>`: where a file rests after the import. Never taken twice, since ids are not.
pub fn resting_name(original: &OsStr, id: &ImportId) -> String {
    let safe = safe(original);
    let (stem, extension) = split_extension(&safe);
    derived(stem, Told::ById(id), extension)
}

/// `<stem>.<id>.<extension>.plan.json`: where the plan that came with a file rests.
pub fn resting_plan_name(original: &OsStr, id: &ImportId) -> String {
    let safe = safe(original);
    let (stem, extension) = split_extension(&safe);
    derived(stem, Told::ById(id), &format!("{extension}{PLAN_SUFFIX}"))
}

/// `<stem>.<id>.later.<extension>`: what a writer added to the original after it had been claimed.
pub fn later_name(original: &OsStr, id: &ImportId) -> String {
    let safe = safe(original);
    let (stem, extension) = split_extension(&safe);
    derived(stem, Told::ById(id), &format!(".later{extension}"))
}

/// The name of a file that came without a folder: `<stem>.<extension>`, with a number from 2 on in front of the dot.
/// Whatever the client called it, the drop folder takes it, and there is room for what is derived from it.
pub fn upload_name(original: &str, number: u32) -> String {
    const ROOM: usize = 55;
    let last = original.rsplit(['/', '\\']).next().unwrap_or(original);
    let safe = safe(OsStr::new(last));
    let (stem, extension) = split_extension(&safe);
    let told = if number > 1 {
        format!("-{number}")
    } else {
        String::new()
    };
    let named = |ending: &str| {
        let room = NAME_LIMIT - ROOM - told.len() - ending.len();
        format!("{}{told}{ending}", cut(stem, room))
    };
    let name = named(extension);
    if ignored(OsStr::new(&name)).is_some() {
        return named(&format!("{extension}_"));
    }
    name
}

fn derived(stem: &str, told: Told<'_>, suffix: &str) -> String {
    let ending = match told {
        Told::Plain => suffix.to_owned(),
        Told::ById(id) => format!(".{id}{suffix}"),
    };
    let stem = cut(stem, NAME_LIMIT.saturating_sub(ending.len()));
    format!("{stem}{ending}")
}

/// The longest head of `text` within `limit` bytes that cuts no letter and no escape in two.
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = (0..=limit)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let escape_starts_at = (end.saturating_sub(2)..end).find(|at| text.as_bytes()[*at] == b'%');
    if let Some(start) = escape_starts_at
        && starts_with_two_hex_digits(&text[start + 1..])
    {
        end = start;
    }
    text[..end].trim_end_matches(['.', ' '])
}

/// The printable name, made fit to stand at the start of a file name anywhere.
fn safe(original: &OsStr) -> String {
    let mut safe = String::new();
    for letter in printable(original).chars() {
        if matches!(letter, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*') {
            escape(letter.encode_utf8(&mut [0; 4]).as_bytes(), &mut safe);
        } else {
            safe.push(letter);
        }
    }
    let kept = safe.trim_end_matches(['.', ' ']).len();
    let trailing = safe.split_off(kept);
    escape(trailing.as_bytes(), &mut safe);
    let starts_badly = safe.is_empty() || safe.starts_with(['.', '-', '~', '#', ' ']);
    if starts_badly || is_reserved_by_windows(&safe) {
        safe.insert(0, '_');
    }
    safe
}

/// Windows takes `nul.csv` and `nul .tar.gz` for the device too: only what stands before the first dot counts.
fn is_reserved_by_windows(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_lowercase();
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    let is_port = numbered.is_some_and(|number| {
        let mut letters = number.chars();
        matches!(letters.next(), Some('0'..='9' | '¹' | '²' | '³')) && letters.next().is_none()
    });
    is_port || RESERVED_BY_WINDOWS.contains(&stem.as_str())
}

/// Splits off a short ASCII extension, dot included; anything else belongs to the stem.
fn split_extension(name: &str) -> (&str, &str) {
    let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) else {
        return (name, "");
    };
    let extension = &name[dot + 1..];
    let is_extension = (1..=EXTENSION_LIMIT).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_extension {
        name.split_at(dot)
    } else {
        (name, "")
    }
}

fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn escape(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        write!(out, "%{byte:02X}").expect("writing to a string cannot fail");
    }
}

fn starts_with_two_hex_digits(text: &str) -> bool {
    hex_byte(text.as_bytes()).is_some()
}

/// The byte written by the two hexadecimal digits at the start.
fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*text.first()?)?, digit(*text.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> ImportId {
        ImportId::parse("01JDK").unwrap()
    }

    #[test]
    fn shows_what_could_mislead() {
        let check =
            |name: &[u8], shown: &str| assert_eq!(printable(OsStr::from_bytes(name)), shown);
        check(b"orders.csv", "orders.csv");
        check("Äpfel ß.csv".as_bytes(), "Äpfel ß.csv");
        check(b"a\nb\x00\x7f", "a%0Ab%00%7F");
        check(b"\xff\xfeorders", "%FF%FEorders");
        check("\u{202e}vsc.exe".as_bytes(), "%E2%80%AEvsc.exe");
        check(b"50%.csv", "50%.csv");
        check(b"50%0A.csv", "50%250A.csv");
    }

    #[test]
    fn derives_names() {
        let check = |name: &[u8], receipt: &str, corrections: &str, resting: &str| {
            let name = OsStr::from_bytes(name);
            assert_eq!(receipt_name(name, Told::Plain), receipt);
            assert_eq!(
                corrections_name(name, Told::Plain, Format::Csv),
                corrections
            );
            assert_eq!(resting_name(name, &id()), resting);
        };
        check(
            b"o.csv",
            "o.csv.receipt.json",
            "o.corrections.csv",
            "o.01JDK.csv",
        );
        check(b"o", "o.receipt.json", "o.corrections.csv", "o.01JDK");
        check(
            b"-rf",
            "_-rf.receipt.json",
            "_-rf.corrections.csv",
            "_-rf.01JDK",
        );
        check(
            b"nul.csv",
            "_nul.csv.receipt.json",
            "_nul.corrections.csv",
            "_nul.01JDK.csv",
        );
        check(
            b"../x",
            "_..%2Fx.receipt.json",
            "_..%2Fx.corrections.csv",
            "_..%2Fx.01JDK",
        );
        check(
            b"a. .",
            "a%2E%20%2E.receipt.json",
            "a%2E%20%2E.corrections.csv",
            "a%2E%20%2E.01JDK",
        );
        check(
            b"a\n.csv",
            "a%0A.csv.receipt.json",
            "a%0A.corrections.csv",
            "a%0A.01JDK.csv",
        );
    }

    #[test]
    fn tells_apart_by_id() {
        let name = OsStr::new("o.csv");
        assert_eq!(
            receipt_name(name, Told::ById(&id())),
            "o.csv.01JDK.receipt.json"
        );
        assert_eq!(
            report_name(name, Told::ById(&id())),
            "o.csv.01JDK.report.html"
        );
        assert_eq!(
            corrections_name(name, Told::ById(&id()), Format::Csv),
            "o.01JDK.corrections.csv"
        );
        for format in [Format::Json, Format::Ndjson] {
            assert_eq!(
                corrections_name(OsStr::new("o.json"), Told::Plain, format),
                "o.corrections.ndjson"
            );
        }
        assert_eq!(later_name(name, &id()), "o.01JDK.later.csv");
    }

    #[test]
    fn an_upload_has_a_name_that_the_folder_takes() {
        let check = |original: &str, first: &str, second: &str| {
            assert_eq!(upload_name(original, 1), first);
            assert_eq!(upload_name(original, 2), second);
        };
        check("orders.csv", "orders.csv", "orders-2.csv");
        check("C:\\data\\orders.csv", "orders.csv", "orders-2.csv");
        check("../../etc/passwd", "passwd", "passwd-2");
        check("", "_", "_-2");
        check("..", "%2E%2E", "%2E%2E-2");
        check(".hidden.csv", "_.hidden.csv", "_.hidden-2.csv");
        check("orders.part", "orders.part_", "orders-2.part_");
        check("orders.csv.done", "orders.csv.done_", "orders.csv-2.done_");
        check(
            "orders.csv.plan.json",
            "orders.csv.plan.json_",
            "orders.csv.plan-2.json",
        );
        check("backup~", "backup~_", "backup~-2");
        check("a\nb.csv", "a%0Ab.csv", "a%0Ab-2.csv");
    }

    #[test]
    fn never_cuts_an_escape_in_two() {
        for limit in 0..9 {
            let head = cut("ab%0A%FFc%", limit);
            assert!(
                ["", "a", "ab", "ab%0A", "ab%0A%FF", "ab%0A%FFc"].contains(&head),
                "{head}"
            );
        }
    }

    proptest! {
        #[test]
        fn printable_goes_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let name = OsString::from_vec(bytes);
            prop_assert_eq!(from_printable(&printable(&name)), name);
        }

        #[test]
        fn escapes_go_back(text in "[%0-9a-fA-F\\n]{0,12}") {
            prop_assert_eq!(from_printable(&printable(&text)), OsString::from(text));
        }

        #[test]
        fn derived_names_are_safe(bytes in proptest::collection::vec(any::<u8>(), 1..256)) {
            let name = OsString::from_vec(bytes);
            let id = id();
            for derived in [
                receipt_name(&name, Told::Plain), receipt_name(&name, Told::ById(&id)),
                report_name(&name, Told::Plain), report_name(&name, Told::ById(&id)),
                corrections_name(&name, Told::Plain, Format::Csv),
                corrections_name(&name, Told::ById(&id), Format::Json),
                resting_name(&name, &id), later_name(&name, &id),
            ] {
                prop_assert!(derived.len() <= NAME_LIMIT);
                prop_assert!(!derived.starts_with(['.', '-']));
                prop_assert!(!derived.contains('/') && !derived.contains(|c: char| c.is_control()));
            }
        }

        #[test]
        fn uploads_are_taken(original in ".{0,300}", number in 1..1000_u32) {
            let name = upload_name(&original, number);
            prop_assert!((1..=NAME_LIMIT - 50).contains(&name.len()), "{}", name.len());
            prop_assert!(ignored(OsStr::new(&name)).is_none(), "{name}");
            prop_assert!(super::super::names::is_one_component(OsStr::new(&name)));
            prop_assert!(!name.contains(|c: char| c.is_control()));
        }

        #[test]
        fn long_names_keep_extension_and_id(stem in "[a-zäöü%]{230,255}") {
            let name = OsString::from(format!("{stem}.csv"));
            let resting = resting_name(&name, &id());
            prop_assert!(resting.len() <= NAME_LIMIT);
            prop_assert!(resting.ends_with(".01JDK.csv"));
        }
    }
}
