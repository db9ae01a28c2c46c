//! How do the guides say the same as the program?
//! Whatever is in a table of the program is not written in a guide but put there: between two marks, by name.

mod tables;
mod values;

use intake_core::finding::Language;

/// The guide with every generated part made anew; all else stays as it is written.
///
/// A part is what stands between `<!-- generated: NAME -->` and `<!-- end -->`. The error names a part that nobody knows
/// or that has no end.
pub fn filled(guide: &str, language: Language) -> Result<String, String> {
    let mut out = String::with_capacity(2 * guide.len());
    let mut rest = guide;
    while let Some((before, behind)) = rest.split_once(BEGIN) {
        let (name, behind) = behind.split_once(" -->\n").ok_or("a mark has no end")?;
        let (_, behind) = behind
            .split_once(END)
            .ok_or_else(|| format!("the part `{name}` has no end"))?;
        let part = part(name, language).ok_or_else(|| format!("nobody knows a part `{name}`"))?;
        out.push_str(&format!("{before}{BEGIN}{name} -->\n\n{part}\n{END}"));
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

fn part(name: &str, language: Language) -> Option<String> {
    Some(match name {
        "order fields" => tables::fields(intake_core::field::Table::Orders, language),
        "customer fields" => tables::fields(intake_core::field::Table::Customers, language),
        "words" => tables::words(language),
        "values" => values::read_values(language),
        "encodings" => tables::encodings(),
        "limits" => tables::limits(language),
        "names" => tables::names_left_alone(),
        "waiting" => tables::waiting(language),
        "brake" => tables::brake(language),
        "codes" => tables::codes(language),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::assert_file_is_fresh;

    #[test]
    fn the_guides_are_fresh() {
        for (name, language) in [
            ("partners.md", Language::En),
            ("partners.de.md", Language::De),
        ] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
            let guide = std::fs::read_to_string(path.join(name)).expect("the guide is there");
            let filled = filled(&guide, language).expect("every part is known");
            assert_file_is_fresh(name, &filled);
            // Each guide has every part.
            for part in [
                "order fields",
                "customer fields",
                "words",
                "values",
                "encodings",
                "limits",
                "names",
                "waiting",
                "brake",
                "codes",
            ] {
                assert!(filled.contains(&format!("{BEGIN}{part} -->")), "{part}");
            }
        }
    }

    #[test]
    fn a_part_that_nobody_knows_is_named() {
        let open = filled("<!-- generated: names -->\n", Language::En);
        assert_eq!(open.unwrap_err(), "the part `names` has no end");
        let unknown = filled("<!-- generated: x -->\n<!-- end -->", Language::En);
        assert_eq!(unknown.unwrap_err(), "nobody knows a part `x`");
        assert_eq!(filled("text", Language::De).unwrap(), "text");
    }
}
