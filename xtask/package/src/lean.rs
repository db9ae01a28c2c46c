//! How are the page's scripts sent without what is only for whoever reads them?
//! By TypeScript, which knows where a comment begins: it writes them again as they are, comments left out. Without the
//! tools of npm they stay as they stand.

use std::path::Path;

use crate::Places;
use crate::bindgen::{CHECKS, WORKBOOKS};
use crate::files;
use crate::tools::{Tools, run};

/// Takes the comments out of the gathered page's scripts.
pub(crate) fn leave_comments_out(places: &Places, tools: Option<&Tools>) -> anyhow::Result<()> {
    let Some(tools) = tools else {
        return Ok(());
    };
    let folder = places.page();
    let mut scripts = files::below(&folder)?;
    // The modules in scripts have none and are long.
    let modules = [CHECKS, WORKBOOKS].map(|module| format!("{module}_bytes.js"));
    scripts.retain(|path| {
        let is_script = Path::new(path).extension() == Some("js".as_ref());
        is_script && !modules.iter().any(|module| path.ends_with(module))
    });
    let written = places.scratch().join("lean");
    files::make_empty(&written)?;
    let mut command = tools.command("tsc", &folder);
    command
        .args(["--allowJs", "--noCheck", "--noResolve", "--skipLibCheck"])
        .args(["--removeComments", "--verbatimModuleSyntax"])
        .args(["--target", "esnext", "--module", "esnext"])
        .args(["--moduleResolution", "bundler", "--newLine", "lf"])
        .args(["--rootDir", "."])
        .arg("--outDir")
        .arg(&written)
        .args(&scripts);
    run(&mut command, "`tsc` over the page")?;
    for path in scripts {
        files::write(&folder.join(&path), files::read(&written.join(&path))?)?;
    }
    Ok(())
}
