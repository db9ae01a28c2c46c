//! What is in the npm package?
//! The module, the JavaScript over it, the types, and what a stranger needs to use it: publishable as it is.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::Places;
use crate::bindgen::Bound;
use crate::compress::{base64, gzip};
use crate::files;
use crate::tools::{Tools, run};

/// Written by hand, below `wasm/npm/`.
const BY_HAND: [&str; 5] = [
    "README.md",
    "checker.js",
    "package.json",
    "pieces.js",
    "sharing.js",
];
const LICENSES: [&str; 3] = ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"];

/// Makes the package.
pub(crate) fn make(
    places: &Places,
    tools: Option<&Tools>,
    modules: &[(Bound, Vec<u8>)],
) -> anyhow::Result<()> {
    let folder = places.package();
    files::make_empty(&folder)?;
    let from = places.root.join("wasm/npm");
    for name in BY_HAND {
        files::write(&folder.join(name), files::read(&from.join(name))?)?;
    }
    for name in LICENSES {
        files::write(&folder.join(name), files::read(&places.root.join(name))?)?;
    }
    for (bound, wasm) in modules {
        let name = bound.name;
        files::write(&folder.join(format!("{name}_bg.wasm")), wasm)?;
        files::write(&folder.join(format!("{name}.js")), &bound.script)?;
        files::write(&folder.join(format!("{name}.d.ts")), &bound.types)?;
        let bytes = folder.join(format!("{name}_bytes.js"));
        files::write(&bytes, bytes_module(wasm)?)?;
    }
    if let Some(tools) = tools {
        declare(tools, &folder, modules)?;
    }
    check_manifest(&folder, tools.is_some())
}

/// A module as JavaScript, for pages that may load nothing: compressed, since base64 makes bytes a third longer.
fn bytes_module(wasm: &[u8]) -> anyhow::Result<String> {
    let text = base64(&gzip(wasm)?);
    Ok(format!(
        "// The WebAssembly module as text, for `init(wasmBytes)` where a page may load nothing.\n\
         \n\
         const text = '{text}';\n\
         \n\
         /** @returns {{Promise<ArrayBuffer>}} */\n\
         function unpacked() {{\n\
         \x20 const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));\n\
         \x20 const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));\n\
         \x20 return new Response(stream).arrayBuffer();\n\
         }}\n\
         \n\
         /** The bytes of the WebAssembly module, once they are unpacked. */\n\
         export const wasmBytes = unpacked();\n"
    ))
}

/// Has TypeScript check what is written by hand and declare its types.
fn declare(tools: &Tools, folder: &Path, modules: &[(Bound, Vec<u8>)]) -> anyhow::Result<()> {
    let mut command = tools.command("tsc", folder);
    command.arg("checker.js");
    for (bound, _) in modules {
        command.arg(format!("{}_bytes.js", bound.name));
    }
    command.args([
        "--allowJs",
        "--checkJs",
        "--strict",
        "--declaration",
        "--emitDeclarationOnly",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--target",
        "es2022",
        "--lib",
        "es2022,esnext.disposable,dom,dom.iterable",
    ]);
    run(&mut command, "`tsc` over the package")
}

/// Every file that `package.json` names is there, and its version is the workspace's.
fn check_manifest(folder: &Path, has_all_types: bool) -> anyhow::Result<()> {
    let path = folder.join("package.json");
    let manifest: Value = serde_json::from_str(&files::read_text(&path)?)
        .with_context(|| format!("`{}` is not JSON", path.display()))?;
    ensure!(
        manifest["version"] == env!("CARGO_PKG_VERSION"),
        "`wasm/npm/package.json` has version {}, the workspace {}",
        manifest["version"],
        env!("CARGO_PKG_VERSION")
    );
    let named = manifest["files"]
        .as_array()
        .context("`package.json` has no `files`")?;
    let there = files::below(folder)?;
    for name in named.iter().filter_map(Value::as_str) {
        ensure!(
            there.iter().any(|file| file == name) || (!has_all_types && name.ends_with(".d.ts")),
            "`package.json` names `{name}`, which is not made"
        );
    }
    for file in &there {
        let always =
            ["package.json", "README.md"].contains(&&**file) || file.starts_with("LICENSE");
        ensure!(
            always || named.iter().any(|name| name == file),
            "`package.json` does not name `{file}`"
        );
    }
    Ok(())
}
