//! Which JavaScript and which types belong to the module?
//! `wasm-bindgen` says so; its version here and that of the module come from one lock, so that they always fit.

use std::path::Path;

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

use crate::Places;
use crate::files;

/// The name that everything of the module begins with.
pub(crate) const NAME: &str = "intake_wasm";

/// What `wasm-bindgen` made.
pub(crate) struct Bound {
    /// The module.
    pub(crate) wasm: Vec<u8>,
    /// The JavaScript beside it.
    pub(crate) script: String,
    /// The types beside it.
    pub(crate) types: String,
}

/// Makes the JavaScript and the types, as an ES module that loads nothing by itself.
pub(crate) fn bind(places: &Places, module: &Path) -> anyhow::Result<Bound> {
    let folder = places.scratch().join("bound");
    files::make_empty(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(NAME)
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
        wasm: files::read(&folder.join(format!("{NAME}_bg.wasm")))?,
        script: files::read_text(&folder.join(format!("{NAME}.js")))?,
        types: files::read_text(&folder.join(format!("{NAME}.d.ts")))?,
    })
}
