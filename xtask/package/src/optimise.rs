//! How does the module become smaller and faster?
//! By `wasm-opt`. The result is kept beside what it was made from, since it takes seconds and mostly nothing changed.

use crate::Places;
use crate::bindgen::Bound;
use crate::files;
use crate::tools::{Tools, run};

/// What the module was compiled with; `wasm-opt` must know it.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

const LEVEL: &str = "-O3";

/// The module as it is delivered: optimised where the tools are there, else as it is.
pub(crate) fn optimise(
    places: &Places,
    tools: Option<&Tools>,
    bound: &Bound,
) -> anyhow::Result<Vec<u8>> {
    let Some(tools) = tools else {
        return Ok(bound.wasm.clone());
    };
    let folder = places.scratch().join("optimised").join(bound.name);
    let (before, after) = (folder.join("before.wasm"), folder.join("after.wasm"));
    let is_kept = std::fs::read(&before).is_ok_and(|kept| kept == bound.wasm) && after.is_file();
    if !is_kept {
        let input = folder.join("input.wasm");
        files::write(&input, &bound.wasm)?;
        let mut command = tools.command("wasm-opt", &folder);
        command.arg(LEVEL).args(FEATURES).args([
            "--strip-debug",
            "--strip-producers",
            "input.wasm",
            "-o",
            "after.wasm",
        ]);
        let _ = std::fs::remove_file(&before);
        run(&mut command, "`wasm-opt`")?;
        // Named so only now: an interrupted run leaves nothing that is taken for finished.
        std::fs::rename(&input, &before)?;
    }
    files::read(&after)
}
