//! Which files of the checking page become part of the program?
//! Those below the folder that `INTAKE_WWW` names, each with its compressed forms; without it there are none and the
//! program says how to get them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const VARIABLE: &str = "INTAKE_WWW";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let mut files = BTreeMap::new();
    if let Some(folder) = env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
        let folder = fs::canonicalize(&folder).map_err(|error| {
            let text = format!("{VARIABLE} is `{}`: {error}", folder.display());
            io::Error::new(error.kind(), text)
        })?;
        collect(&folder, &folder, &mut files)?;
        if !files.contains_key("index.html") {
            let text = format!("`{}` holds no `index.html`", folder.display());
            return Err(io::Error::other(text));
        }
    }
    let mut code = String::from("pub(super) static FILES: &[Embedded] = &[\n");
    for (path, file) in &files {
        let is_form = [".br", ".gz"].iter().any(|ending| {
            path.strip_suffix(ending)
                .is_some_and(|plain| files.contains_key(plain))
        });
        if !is_form {
            let form = |ending: &str| match files.get(&format!("{path}{ending}")) {
                Some(file) => format!("Some({})", included(file)),
                None => "None".to_owned(),
            };
            let _ = writeln!(
                code,
                "    Embedded {{ path: {path:?}, content: {}, brotli: {}, gzip: {} }},",
                included(file),
                form(".br"),
                form(".gz")
            );
        }
    }
    code.push_str("];\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("www.rs"), code)
}

/// The expression for a file's content.
fn included(file: &Path) -> String {
    let path = file.to_string_lossy();
    format!("include_bytes!({path:?})")
}

/// All files below a folder, by their paths below `root` with slashes.
fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let below = path.strip_prefix(root).unwrap_or(&path);
        let name = below.to_str().ok_or_else(|| {
            let text = format!("the name of `{}` is not UTF-8", path.display());
            io::Error::other(text)
        })?;
        files.insert(name.to_owned(), path.clone());
    }
    Ok(())
}
