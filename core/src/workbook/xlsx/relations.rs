//! Where do the parts of a package lie that another part names?
//! Targets are given as paths from the package's root.

use crate::workbook::markup::{Attributes, Reader, Text, local};
use crate::zip::Trouble;

/// Reads a `.rels` part.
#[derive(Debug)]
pub(in crate::workbook) struct Relations {
    /// The folder of the part whose relations these are, with a slash at its end.
    folder: String,
    pub(in crate::workbook) all: Vec<Relation>,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::workbook) struct Relation {
    pub(in crate::workbook) id: Box<str>,
    /// The last word of its type, such as `worksheet`.
    pub(in crate::workbook) kind: Box<str>,
    pub(in crate::workbook) target: Box<str>,
}

const MOST: usize = 8192;

impl Relations {
    pub(in crate::workbook) fn of(part: &str) -> Self {
        Self {
            folder: folder(part).to_owned(),
            all: Vec::new(),
        }
    }

    pub(in crate::workbook) fn of_kind(&self, kind: &str) -> Option<&Relation> {
        self.all.iter().find(|relation| &*relation.kind == kind)
    }
}

impl Reader for Relations {
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
        let is_outside = attributes.get("TargetMode").as_deref() == Some("External");
        if local(name) != b"Relationship" || is_outside {
            return Ok(());
        }
        if self.all.len() == MOST {
            return Err(Trouble::suspicious("rels"));
        }
        let text = |name| attributes.get(name).unwrap_or_default();
        self.all.push(Relation {
            id: text("Id").into(),
            kind: text("Type").rsplit('/').next().unwrap_or_default().into(),
            target: resolved(&self.folder, &text("Target")).into(),
        });
        Ok(())
    }

    fn close(&mut self, _: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    fn text(&mut self, _: Text<'_>) -> Result<(), Trouble> {
        Ok(())
    }
}

/// The part that holds the relations of another one.
pub(in crate::workbook) fn part_of(part: &str) -> String {
    let folder = folder(part);
    format!("{folder}_rels/{}.rels", &part[folder.len()..])
}

fn folder(part: &str) -> &str {
    &part[..part.rfind('/').map_or(0, |slash| slash + 1)]
}

fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let whole = match target.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_paths_from_the_root() {
        for (target, expected) in [
            ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("../a.xml", "a.xml"),
            ("../../../a.xml", "a.xml"),
            (".\\worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ] {
            assert_eq!(resolved("xl/", target), expected);
        }
        assert_eq!(part_of("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
        assert_eq!(part_of("a"), "_rels/a.rels");
    }
}
