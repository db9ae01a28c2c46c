//! What is made from the built WebAssembly module? The npm package, the page and the single file.
//! A program of its own, so that `cargo xtask` starts without compiling what only this needs. All of it is written
//! anew each time, and nothing of it depends on when or where it is made.

mod bindgen;
mod compress;
mod decimal;
mod files;
mod lean;
mod modules;
mod npm_package;
mod optimise;
mod page;
mod single_file;
mod spelled;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use crate::decimal::kilobytes;
use crate::tools::Tools;

/// Where things come from and go to.
struct Places {
    /// The workspace.
    root: PathBuf,
    /// The build folder.
    target: PathBuf,
}

impl Places {
    /// The npm package.
    fn package(&self) -> PathBuf {
        self.target.join("pkg")
    }

    /// The page, as the daemon embeds it and any server can serve it.
    fn page(&self) -> PathBuf {
        self.target.join("www")
    }

    /// What is kept between two runs to save time.
    fn scratch(&self) -> PathBuf {
        self.target.join("package-work")
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, target, checks, workbooks] = &arguments[..] else {
        bail!("usage: intake-package WORKSPACE TARGET CHECKS.wasm WORKBOOKS.wasm");
    };
    let places = Places {
        root: PathBuf::from(root),
        target: PathBuf::from(target),
    };
    let tools = Tools::at_hand(&places);
    let mut modules = Vec::new();
    for (name, module) in [(bindgen::CHECKS, checks), (bindgen::WORKBOOKS, workbooks)] {
        let bound = bindgen::bind(&places, name, module.as_ref())?;
        let wasm = optimise::optimise(&places, tools.as_ref(), &bound)?;
        modules.push((bound, wasm));
    }
    npm_package::make(&places, tools.as_ref(), &modules)?;
    println!("package  {}", places.package().display());
    for (label, (_, wasm)) in ["wasm", "sheets"].iter().zip(&modules) {
        println!("{label:8} {}", compress::sizes(wasm)?);
    }
    page::gather(&places)?;
    lean::leave_comments_out(&places, tools.as_ref())?;
    page::list_for_offline(&places)?;
    let single = single_file::make(&places)?;
    let lengths = page::compress(&places)?;
    println!("page     {}", places.page().display());
    println!(
        "whole    {} compressed with brotli, without workbooks",
        kilobytes(lengths.whole)
    );
    println!(
        "console  {} compressed with brotli, of its own",
        kilobytes(lengths.console)
    );
    println!(
        "one file {}",
        places.page().join(single_file::NAME).display()
    );
    println!("length   {}", kilobytes(single));
    Ok(())
}
