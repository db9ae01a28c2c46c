//! How do many ES modules become one script?
//! Each becomes a function that is called once, in the order of their imports, and gives what it exports. It serves
//! modules written as those of `www` are: imports and exports begin their lines and end on them, no cycles. Anything
//! else is an error, never a script that differs from its modules.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use crate::files;

/// A module in whose place another source is put.
pub(crate) struct Replaced {
    pub(crate) path: String,
    pub(crate) source: String,
}

/// One script that does what these modules do, loaded one after another.
pub(crate) fn as_one_script(
    folder: &Path,
    entries: &[&str],
    replaced: &[Replaced],
) -> anyhow::Result<String> {
    let mut script = Script {
        folder,
        replaced,
        text: String::new(),
        done: Vec::new(),
        open: Vec::new(),
    };
    for entry in entries {
        script.module(PathBuf::from(entry))?;
    }
    Ok(script.text)
}

/// A script has no address of its own; what loads beside it is found from where it runs.
const MODULE_ADDRESS: &str = "import.meta.url";
const SCRIPT_ADDRESS: &str = "location.href";

struct Script<'f> {
    folder: &'f Path,
    replaced: &'f [Replaced],
    text: String,
    /// The modules that stand in the text; a module's number is its place.
    done: Vec<PathBuf>,
    /// Those whose imports are being looked at.
    open: Vec<PathBuf>,
}

/// What a module says of others and gives to others.
#[derive(Debug, Default, PartialEq)]
struct Parts {
    imports: Vec<Import>,
    exports: Vec<Names>,
    /// What is left: the same lines without `import` and `export`.
    body: String,
}

/// `import { name as here } from 'path'`.
#[derive(Debug, PartialEq)]
struct Import {
    names: Vec<Names>,
    path: String,
    /// Do the names go straight on to others?
    exported: bool,
}

/// A name on both sides of `as`, which are mostly the same.
#[derive(Debug, PartialEq)]
struct Names {
    before: String,
    after: String,
}

impl Script<'_> {
    /// Puts a module into the script, its imports first, and gives its number.
    fn module(&mut self, path: PathBuf) -> anyhow::Result<usize> {
        if let Some(number) = self.done.iter().position(|done| *done == path) {
            return Ok(number);
        }
        ensure!(
            !self.open.contains(&path),
            "`{}` imports itself",
            path.display()
        );
        let mut replaced = self.replaced.iter();
        let source = match replaced.find(|replaced| Path::new(&replaced.path) == path) {
            Some(replaced) => replaced.source.clone(),
            None => files::read_text(&self.folder.join(&path))?,
        };
        let parts = take_apart(&source).with_context(|| format!("in `{}`", path.display()))?;
        self.open.push(path.clone());
        let mut head = String::new();
        let mut given = Vec::new();
        for import in &parts.imports {
            let from = path.parent().unwrap_or(Path::new(""));
            let number = self.module(beside(from, &import.path)?)?;
            for name in &import.names {
                let (before, after) = (&name.before, &name.after);
                if import.exported {
                    given.push(format!("{after}: module{number}.{before}"));
                } else {
                    head.push_str(&format!("const {after} = module{number}.{before};\n"));
                }
            }
        }
        self.open.pop();
        for name in &parts.exports {
            given.push(format!("{}: {}", name.after, name.before));
        }
        let number = self.done.len();
        self.text.push_str(&format!(
            "// {}\nconst module{number} = (() => {{\n{head}{}\nreturn {{ {} }};\n}})();\n",
            path.display(),
            parts.body.trim(),
            given.join(", ")
        ));
        self.done.push(path);
        Ok(number)
    }
}

/// The path that an import names, from the folder of the module that says so.
fn beside(from: &Path, named: &str) -> anyhow::Result<PathBuf> {
    ensure!(
        named.starts_with('.'),
        "`{named}` is no file beside the module"
    );
    let mut path = PathBuf::new();
    for component in from.join(named).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => ensure!(path.pop(), "`{named}` leads out of the folder"),
            other => path.push(other),
        }
    }
    Ok(path)
}

fn take_apart(source: &str) -> anyhow::Result<Parts> {
    let mut parts = Parts::default();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("import ") {
            parts
                .imports
                .push(import(rest).with_context(|| line.to_owned())?);
        } else if let Some(rest) = line.strip_prefix("export ") {
            export(rest, &mut parts).with_context(|| line.to_owned())?;
        } else {
            ensure!(
                !line.starts_with("await ") && !line.starts_with("import"),
                "cannot be put into a function: {line}"
            );
            parts
                .body
                .push_str(&line.replace(MODULE_ADDRESS, SCRIPT_ADDRESS));
            parts.body.push('\n');
        }
    }
    Ok(parts)
}

/// `{ a, b as c } from './file.js';` or `'./file.js';`
fn import(rest: &str) -> anyhow::Result<Import> {
    let rest = rest
        .trim_end()
        .strip_suffix(';')
        .context("the line must end with `;`")?;
    let (names, path) = match rest.split_once(" from ") {
        Some((names, path)) => (in_braces(names)?, path),
        None => (Vec::new(), rest),
    };
    let path = path.trim().trim_matches(['\'', '"']).to_owned();
    Ok(Import {
        names,
        path,
        exported: false,
    })
}

fn export(rest: &str, parts: &mut Parts) -> anyhow::Result<()> {
    if rest.starts_with('{') {
        if rest.contains(" from ") {
            let exported = true;
            parts.imports.push(Import {
                exported,
                ..import(rest)?
            });
        } else {
            let names = rest.trim_end().trim_end_matches(';');
            parts.exports.extend(in_braces(names)?);
        }
        return Ok(());
    }
    let words = rest.strip_prefix("async ").unwrap_or(rest);
    let Some((kind, after)) = words.split_once(' ') else {
        bail!("an export must name what it exports");
    };
    ensure!(
        ["function", "function*", "class", "const"].contains(&kind),
        "only functions, classes and constants can be exported"
    );
    let is_of_name = |character: char| character.is_alphanumeric() || "_$".contains(character);
    let end = after.find(|character| !is_of_name(character));
    let name = &after[..end.unwrap_or(after.len())];
    ensure!(!name.is_empty(), "an export must have a name");
    parts.exports.push(Names::same(name));
    parts.body.push_str(rest);
    parts.body.push('\n');
    Ok(())
}

fn in_braces(text: &str) -> anyhow::Result<Vec<Names>> {
    let inner = text
        .trim()
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.context("names must stand in braces on one line")?;
    let names = inner
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    Ok(names
        .map(|name| match name.split_once(" as ") {
            Some((before, after)) => Names {
                before: before.trim().to_owned(),
                after: after.trim().to_owned(),
            },
            None => Names::same(name),
        })
        .collect())
}

impl Names {
    fn same(name: &str) -> Self {
        Self {
            before: name.to_owned(),
            after: name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[(&str, &str)]) -> Vec<Names> {
        list.iter()
            .map(|(before, after)| Names {
                before: (*before).to_owned(),
                after: (*after).to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_module_is_taken_apart() {
        let parts = take_apart(
            "import { a, b as c } from './one.js';\n\
             import '../two.js';\n\
             export { d as default, e };\n\
             export { f } from './three.js';\n\
             export async function g() {}\n\
             export class H extends I {}\n\
             export const j = 1;\n",
        )
        .unwrap();
        let import = |list: &[(&str, &str)], path: &str, exported| Import {
            names: names(list),
            path: path.to_owned(),
            exported,
        };
        assert_eq!(
            parts.imports,
            [
                import(&[("a", "a"), ("b", "c")], "./one.js", false),
                import(&[], "../two.js", false),
                import(&[("f", "f")], "./three.js", true),
            ]
        );
        let exports = [
            ("d", "default"),
            ("e", "e"),
            ("g", "g"),
            ("H", "H"),
            ("j", "j"),
        ];
        assert_eq!(parts.exports, names(&exports));
        assert_eq!(
            parts.body,
            "async function g() {}\nclass H extends I {}\nconst j = 1;\n"
        );
    }

    #[test]
    fn what_cannot_be_put_together_is_an_error() {
        for source in [
            "import {\n  a,\n} from './one.js';\n",
            "import a from './one.js';\n",
            "export default 7;\n",
            "export let a = 1;\n",
            "export * from './one.js';\n",
            "await a();\n",
        ] {
            assert!(take_apart(source).is_err(), "{source}");
        }
        assert!(beside(Path::new(""), "../a.js").is_err());
        assert!(beside(Path::new(""), "react").is_err());
        assert_eq!(
            beside(Path::new("a/b"), "../c.js").unwrap(),
            Path::new("a/c.js")
        );
    }
}
