//! How are files read and written here?
//! Every error names its file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let cannot_write = || format!("cannot write `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(cannot_write)?;
    }
    fs::write(path, content).with_context(cannot_write)
}

/// Makes a folder that holds nothing.
pub(crate) fn make_empty(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", folder.display()))
        }
        _ => fs::create_dir_all(folder)
            .with_context(|| format!("cannot make `{}`", folder.display())),
    }
}

/// All files below a folder by their paths below it, with slashes, in order.
pub(crate) fn below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let outer = folder.join(&inner);
        let entries =
            fs::read_dir(&outer).with_context(|| format!("cannot read `{}`", outer.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read `{}`", outer.display()))?;
            let path = inner.join(entry.file_name());
            if outer.join(entry.file_name()).is_dir() {
                folders.push(path);
            } else {
                let text = path.to_str();
                let text = text.ok_or_else(|| anyhow!("`{}` is not UTF-8", path.display()))?;
                found.push(text.replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}
