//! Which JavaScript and which types belong to a WebAssembly module?
//! A program of its own, so that `cargo xtask` starts without compiling what only this step needs. The version
//! is that of the workspace's lock, so that it always fits the module's.

use anyhow::{Context as _, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = &arguments[..] else {
        bail!("usage: intake-bindgen MODULE.wasm FOLDER NAME");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)
        .context("the kind of output cannot be chosen")?
        .typescript(true)
        // Only a panic's message tells where it was; names of functions are a third of the module.
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(folder)
        .with_context(|| format!("cannot make the JavaScript beside `{module}`"))
}
