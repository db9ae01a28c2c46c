//! Which JavaScript and which types belong to a module?
//! `wasm-bindgen` says so; its version here and that of the module come from one lock, so that they always fit.

use std::path::Path;

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

use crate::Places;
use crate::files;

/// The name that everything of the module begins with which checks.
pub(crate) const CHECKS: &str = "intake_wasm";

/// The same for the one that makes text of workbooks, which is loaded only when a file is one.
pub(crate) const WORKBOOKS: &str = "intake_workbook";

/// What `wasm-bindgen` made.
pub(crate) struct Bound {
    /// The name that everything of it begins with.
    pub(crate) name: &'static str,
    /// The module.
    pub(crate) wasm: Vec<u8>,
    /// The JavaScript beside it.
    pub(crate) script: String,
    /// The types beside it.
    pub(crate) types: String,
}

/// Makes the JavaScript and the types, as an ES module that loads nothing by itself.
pub(crate) fn bind(places: &Places, name: &'static str, module: &Path) -> anyhow::Result<Bound> {
    let folder = places.scratch().join("bound").join(name);
    files::make_empty(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)
        .context("the kind of output cannot be chosen")?
        .typescript(true)
        // A panic's message says where it was; the names of functions would be a third of the module.
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(&folder)
        .with_context(|| format!("cannot make the JavaScript for `{}`", module.display()))?;
    Ok(Bound {
        name,
        wasm: files::read(&folder.join(format!("{name}_bg.wasm")))?,
        script: files::read_text(&folder.join(format!("{name}.js")))?,
        types: files::read_text(&folder.join(format!("{name}.d.ts")))?,
    })
}
