//! How does the whole page fit into one file that works from disk?
//! Style and scripts stand in it, the worker's script as a text that the page starts from memory. Its policy lets only
//! exactly these run, and nothing connect.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::Places;
use crate::bindgen::{CHECKS, WORKBOOKS};
use crate::compress::{base64, policy_hash};
use crate::files;
use crate::modules::{Replaced, as_one_script};

/// The file's name.
pub(crate) const NAME: &str = "intake-check.html";

/// The scripts that the page starts as workers.
const WORKERS: [&str; 2] = ["worker.js", "side_worker.js"];

/// Makes the file out of the gathered page and gives its length.
pub(crate) fn make(places: &Places) -> anyhow::Result<usize> {
    let folder = places.page();
    let page = files::read_text(&folder.join("index.html"))?;
    let style = files::read_text(&folder.join("page.css"))?;
    let icon = files::read(&folder.join("icon.svg"))?;
    let script = as_one_script(&folder, &["intake-check.js", "page.js"], &[])?;
    // What the page loads only when it is needed, the file has in it: nothing can be loaded beside a page from disk.
    let bytes = format!(
        "import {{ wasmBytes }} from '../pkg/{WORKBOOKS}_bytes.js';\n\
         export async function workbookBytes() {{ return wasmBytes; }}\n"
    );
    let mut replaced = vec![Replaced {
        path: "check/workbook_bytes.js".to_owned(),
        source: bytes,
    }];
    // Nothing compresses this file on its way, so that the modules in it are compressed themselves.
    for module in [CHECKS, WORKBOOKS] {
        let name = format!("{module}_bytes.js");
        replaced.push(Replaced {
            source: files::read_text(&places.package().join(&name))?,
            path: format!("pkg/{name}"),
        });
    }
    let mut workers = BTreeMap::new();
    for name in WORKERS {
        let worker = as_one_script(&folder, &[&format!("check/{name}")], &replaced)?;
        // A page from disk starts only plain scripts from memory, and in those `import.meta` means nothing.
        workers.insert(name, worker.replace("import.meta.url", "location.href"));
    }
    let workers = serde_json::to_string(&workers).context("texts are JSON")?;
    let script = inert(&format!("globalThis.intakeWorkers = {workers};\n{script}"));
    let text = assembled(&page, &style, &icon, &script)?;
    files::write(&folder.join(NAME), &text)?;
    Ok(text.len())
}

fn assembled(page: &str, style: &str, icon: &[u8], script: &str) -> anyhow::Result<String> {
    let style = format!("\n{}\n", style.trim());
    let script = format!("\n{}\n", script.trim());
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; worker-src blob:; style-src {}; img-src data:; \
         connect-src 'none'; form-action 'none'; base-uri 'none'",
        policy_hash(script.as_bytes()),
        policy_hash(style.as_bytes()),
    );
    let icon = format!("data:image/svg+xml;base64,{}", base64(icon));
    let mut text = String::with_capacity(page.len() + style.len() + script.len());
    let mut used = [false; 7];
    for line in page.lines() {
        let parts: [(&str, String); 7] = [
            (
                "<meta http-equiv=\"Content-Security-Policy\"",
                format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n"),
            ),
            (
                "<link rel=\"icon\"",
                format!("<link rel=\"icon\" href=\"{icon}\">\n"),
            ),
            ("<link rel=\"manifest\"", String::new()),
            (
                "<link rel=\"stylesheet\"",
                format!("<style>{style}</style>\n"),
            ),
            ("<script src=\"daemon.js\"", String::new()),
            (
                "<script type=\"module\" src=\"intake-check.js\"",
                String::new(),
            ),
            (
                "<script type=\"module\" src=\"page.js\"",
                format!("<script type=\"module\">{script}</script>\n"),
            ),
        ];
        let place = parts
            .iter()
            .position(|(begin, _)| line.trim_start().starts_with(begin));
        if let Some(place) = place {
            used[place] = true;
            text.push_str(&parts[place].1);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    let is_whole = used.iter().all(|used| *used);
    anyhow::ensure!(
        is_whole,
        "`index.html` lacks a line that the single file needs to replace"
    );
    for loads in [
        " src=\"",
        "<link rel=\"preload\"",
        "<link rel=\"modulepreload\"",
    ] {
        anyhow::ensure!(
            !text.contains(loads),
            "`index.html` loads something else: `{loads}`"
        );
    }
    Ok(text)
}

/// A script in which nothing ends the element it stands in.
fn inert(script: &str) -> String {
    script
        .replace("</script", "<\\/script")
        .replace("<!--", "<\\!--")
}
