//! Which files does the page consist of?
//! Those of `www` as they are, the package beside them, the list of all for days without a network, and each also
//! compressed, so that no server has to.

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::Places;
use crate::bindgen::{CHECKS, WORKBOOKS};
use crate::compress::{brotli, gzip};
use crate::files;
use crate::single_file;
use crate::spelled;

/// Of the package the page needs only what runs.
fn of_the_package() -> [String; 5] {
    [
        "checker.js".to_owned(),
        "pieces.js".to_owned(),
        "sharing.js".to_owned(),
        format!("{CHECKS}.js"),
        format!("{WORKBOOKS}.js"),
    ]
}

/// The script that has a module in it.
fn bytes_of(module: &str) -> String {
    format!("{module}_bytes.js")
}

/// Files that are for whoever works on the page.
const NOT_SERVED: [&str; 3] = ["README.md", "package.json", "tsconfig.json"];

/// What must never be answered from what was kept: the worker that keeps, and what the daemon itself answers.
const NOT_KEPT: [&str; 2] = ["daemon.js", "sw.js"];

/// Below this is the operator's page, which a partner never loads: it is not kept for days without a network and counts for
/// nothing that a visit to the checking page costs.
const CONSOLE: &str = "console/";

/// Copies the files of the page and puts the package beside them.
pub(crate) fn gather(places: &Places) -> anyhow::Result<()> {
    let (from, to) = (places.root.join("www"), places.page());
    files::make_empty(&to)?;
    for path in files::below(&from)? {
        if !NOT_SERVED.contains(&&*path) {
            files::write(&to.join(&path), files::read(&from.join(&path))?)?;
        }
    }
    for name in of_the_package() {
        let content = files::read(&places.package().join(&name))?;
        files::write(&to.join("pkg").join(&name), content)?;
    }
    // The package's own is for whoever sends it as it stands; the page is sent compressed.
    for module in [CHECKS, WORKBOOKS] {
        let wasm = files::read(&places.package().join(format!("{module}_bg.wasm")))?;
        files::write(
            &to.join("pkg").join(bytes_of(module)),
            spelled::script(&wasm),
        )?;
    }
    Ok(())
}

/// Writes the list of what the page keeps, with a version that changes with any of it.
pub(crate) fn list_for_offline(places: &Places) -> anyhow::Result<()> {
    let folder = places.page();
    let mut list = files::below(&folder)?;
    list.retain(|path| !NOT_KEPT.contains(&&**path) && !path.starts_with(CONSOLE));
    let mut hash = Sha256::new();
    for path in &list {
        let content = files::read(&folder.join(path))?;
        hash.update(format!("{path}\n{}\n", content.len()));
        hash.update(content);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let version: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let files = serde_json::to_string(&list).context("a list of names is JSON")?;
    let text = format!("const precache = {{ version: '{version}', files: {files} }};\n");
    files::write(&folder.join("precache.js"), text)
}

/// How much there is to load, with brotli.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lengths {
    /// What every visit to the checking page loads.
    pub(crate) whole: usize,
    /// What the operator's page has of its own.
    pub(crate) console: usize,
}

/// Puts each file's compressed forms beside it and says how much there is to load.
pub(crate) fn compress(places: &Places) -> anyhow::Result<Lengths> {
    let folder = places.page();
    let mut lengths = Lengths::default();
    for path in files::below(&folder)? {
        let content = files::read(&folder.join(&path))?;
        let small = brotli(&content)?;
        let least = small.len().min(content.len());
        if path.starts_with(CONSOLE) {
            lengths.console += least;
        } else if path != single_file::NAME && !path.ends_with(&bytes_of(WORKBOOKS)) {
            lengths.whole += least;
        }
        if small.len() < content.len() {
            files::write(&folder.join(format!("{path}.br")), small)?;
            files::write(&folder.join(format!("{path}.gz")), gzip(&content)?)?;
        }
    }
    Ok(lengths)
}
