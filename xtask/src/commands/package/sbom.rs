//! What is the program made of?
//! Every package that is compiled into it, as cargo resolves them, with the hash of what was downloaded. The same lock file
//! gives the same bytes: no time and no random number stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::workspace::Workspace;

const PROGRAM: &str = "intake-daemon";

/// Writes the list.
pub(super) fn make(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let mut command = workspace.cargo();
    command.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
    let host = std::env::consts::ARCH;
    command.args(["--filter-platform", &format!("{host}-unknown-linux-gnu")]);
    let output = command.output().context("cannot run `cargo metadata`")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let lock = fs::read_to_string(workspace.root.join("Cargo.lock"))?;
    let bom = bom(&metadata, &checksums(&lock))?;
    let folder = workspace.target.join("package");
    fs::create_dir_all(&folder)?;
    let path = folder.join("intake.cdx.json");
    fs::write(&path, serde_json::to_vec_pretty(&bom)?)?;
    Ok(path)
}

fn bom(metadata: &Value, checksums: &BTreeMap<(String, String), String>) -> anyhow::Result<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<String, Value> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let compiled_in = list(&node["deps"]).into_iter().filter(|dependency| {
            // What only tests need is not in the program; `null` is an ordinary dependency.
            list(&dependency["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"] != "dev")
        });
        let ids = compiled_in
            .map(|dependency| text(&dependency["pkg"]))
            .collect();
        edges.insert(text(&node["id"]), ids);
    }
    let root = packages
        .iter()
        .find(|(_, package)| package["name"] == PROGRAM)
        .map(|(id, _)| id.clone())
        .context("the program is not in the workspace")?;
    let mut reached = BTreeSet::new();
    let mut next = vec![root.clone()];
    while let Some(id) = next.pop() {
        if reached.insert(id.clone()) {
            next.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    let reference = |id: &str| {
        let package = &packages[id];
        format!(
            "pkg:cargo/{}@{}",
            text(&package["name"]),
            text(&package["version"])
        )
    };
    let component = |id: &String| {
        let package = &packages[id];
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let mut component = json!({
            "type": "library",
            "bom-ref": reference(id),
            "name": name,
            "version": version,
            "purl": reference(id),
        });
        if let Some(license) = package["license"].as_str() {
            // The old way of writing "or".
            let expression = license.replace('/', " OR ");
            component["licenses"] = json!([{ "expression": expression }]);
        }
        if let Some(checksum) = checksums.get(&(name, version)) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    };
    let components: Vec<Value> = reached
        .iter()
        .filter(|id| **id != root)
        .map(component)
        .collect();
    let dependencies: Vec<Value> = reached
        .iter()
        .map(|id| {
            let needed = edges.get(id).into_iter().flatten();
            let needed: Vec<String> = needed.map(|id| reference(id)).collect();
            json!({ "ref": reference(id), "dependsOn": needed })
        })
        .collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": reference(&root),
                "name": "intake",
                "version": text(&packages[&root]["version"]),
            }
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// The hashes in a lock file, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|rest| rest.strip_prefix(" = \"")?.strip_suffix('"'))
            .map(str::to_owned)
    };
    lock.split("[[package]]")
        .filter_map(|block| {
            let key = (value(block, "name")?, value(block, "version")?);
            Some((key, value(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reached_without_tests_is_listed_with_its_hash() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ff\"\n\n\
                    [[package]]\nname = \"intake-daemon\"\nversion = \"0.1.0\"\n";
        let dependency = |id: &str, kind: Value| json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [
                {"id": "d", "name": "intake-daemon", "version": "0.1.0"},
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT/Apache-2.0"},
                {"id": "t", "name": "t", "version": "2.0.0"},
            ],
            "resolve": {"nodes": [
                {"id": "d", "deps": [dependency("a", Value::Null), dependency("t", json!("dev"))]},
                {"id": "a", "deps": []},
                {"id": "t", "deps": []},
            ]},
        });
        let bom = bom(&metadata, &checksums(lock)).unwrap();
        let components = bom["components"].as_array().unwrap();
        assert_eq!(components.len(), 1);
        assert_eq!(components[0]["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(components[0]["hashes"][0]["content"], "ff");
        assert_eq!(
            components[0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(
            bom["dependencies"][1]["dependsOn"],
            json!(["pkg:cargo/a@1.0.0"])
        );
    }
}
