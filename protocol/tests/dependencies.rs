//! Who may know whom: the walls of ARCHITECTURE.md, checked against what cargo resolves.

use cargo_metadata::{CargoOpt, DepKindInfo, DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    process::Command,
    sync::LazyLock,
};

static WORKSPACE: LazyLock<Metadata> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around us");
    let ask = |options: &[&str]| {
        let mut command = MetadataCommand::new();
        command.manifest_path(root.join("Cargo.toml")).features(CargoOpt::AllFeatures);
        command.other_options(options.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>()).exec()
    };
    // All platforms' crates have to be fetched for the first; without a network our own must do.
    ask(&["--locked"]).unwrap_or_else(|_| {
        ask(&["--locked", "--offline", "--filter-platform", &this_platform()]).expect("cargo describes the workspace")
    })
});

fn this_platform() -> String {
    let told = Command::new("rustc").arg("-vV").output().expect("rustc says what it builds for").stdout;
    let told = String::from_utf8(told).expect("plain text");
    told.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

fn members() -> impl Iterator<Item = &'static Package> {
    WORKSPACE.workspace_packages().into_iter()
}

/// The workspace's packages that name one of these crates themselves, other than for their tests.
fn who_names(is_it: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let names = |p: &Package| p.dependencies.iter().any(|d| d.kind != DependencyKind::Development && is_it(&d.name));
    members().filter(|p| names(p)).map(|p| p.name.as_str()).collect()
}

/// All crates that end up in this package's binary or library.
fn reached_by(package: &Package) -> BTreeSet<&'static str> {
    let graph = WORKSPACE.resolve.as_ref().expect("cargo resolves the workspace");
    let uses: HashMap<&PackageId, Vec<&PackageId>> = graph
        .nodes
        .iter()
        .map(|node| {
            // No bot runs inside a web page.
            let for_the_web = |k: &DepKindInfo| k.target.as_ref().is_some_and(|t| t.to_string().contains("wasm"));
            let normal = |d: &&cargo_metadata::NodeDep| {
                d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal && !for_the_web(k))
            };
            (&node.id, node.deps.iter().filter(normal).map(|d| &d.pkg).collect())
        })
        .collect();
    let (mut seen, mut ahead) = (BTreeSet::new(), vec![&package.id]);
    while let Some(id) = ahead.pop() {
        for used in &uses[id] {
            if seen.insert(*used) {
                ahead.push(used);
            }
        }
    }
    seen.into_iter().map(|id| WORKSPACE[id].name.as_str()).collect()
}

fn member(name: &str) -> &'static Package {
    members().find(|p| p.name == name).unwrap_or_else(|| panic!("there is no package `{name}`"))
}

/// The bots: all that lives in musebots/ and is neither the kit nor the devices.
fn bots() -> Vec<&'static Package> {
    let tools = ["musebot-kit", "musebot-devices"];
    let in_musebots = |p: &&Package| p.manifest_path.as_str().replace('\\', "/").contains("/musebots/");
    let bots: Vec<_> = members().filter(in_musebots).filter(|p| !tools.contains(&p.name.as_str())).collect();
    assert!(bots.len() >= 3, "melody, bass and drums at least");
    bots
}

fn only(name: &'static str) -> BTreeSet<&'static str> {
    BTreeSet::from([name])
}

#[test]
fn only_the_protocol_knows_osc() {
    assert_eq!(who_names(|name| name == "rosc"), only("musebot-protocol"));
}

#[test]
fn only_the_devices_know_the_hardware() {
    assert_eq!(who_names(|name| ["cpal", "midir", "jack"].contains(&name)), only("musebot-devices"));
}

#[test]
fn only_the_generative_models_know_candle() {
    assert_eq!(who_names(|name| name.starts_with("candle")), only("generative-models"));
}

#[test]
fn only_the_director_is_async() {
    assert_eq!(who_names(|name| name == "tokio"), only("director"));
    for bot in bots() {
        assert!(!reached_by(bot).contains("tokio"), "{} has an async runtime in it", bot.name);
    }
}

#[test]
fn the_director_knows_no_bot_and_not_the_kit() {
    let reached = reached_by(member("director"));
    assert!(reached.contains("musebot-protocol"));
    assert!(!reached.contains("musebot-kit"));
    for bot in bots() {
        assert!(!reached.contains(bot.name.as_str()), "the director knows {}", bot.name);
    }
}

#[test]
fn no_bot_knows_the_director_or_another_bot() {
    let names: BTreeSet<&str> = bots().iter().map(|p| p.name.as_str()).chain(["director"]).collect();
    for bot in bots() {
        let reached = reached_by(bot);
        assert!(reached.contains("musebot-kit"), "{} is made with the kit", bot.name);
        assert!(names.is_disjoint(&reached), "{} knows another", bot.name);
    }
}

#[test]
fn the_protocol_stands_on_nothing_of_ours() {
    let ours: BTreeSet<&str> = members().map(|p| p.name.as_str()).collect();
    assert!(ours.is_disjoint(&reached_by(member("musebot-protocol"))));
}

#[test]
fn every_licence_is_one_that_deny_toml_allows() {
    let allowed = allowed();
    let packages = &WORKSPACE.packages;
    assert!(packages.len() > 50, "the whole graph is looked at");
    let refused: Vec<String> = packages
        .iter()
        .filter(|p| !p.license.as_deref().is_some_and(|licence| permits(licence, &allowed)))
        .map(|p| format!("{} {}: {}", p.name, p.version, p.license.as_deref().unwrap_or("no licence named")))
        .collect();
    assert!(refused.is_empty(), "not allowed:\n{}", refused.join("\n"));
}

#[test]
fn gpl_is_refused_unless_there_is_a_choice() {
    let allowed = allowed();
    for licence in ["GPL-3.0", "MIT AND GPL-2.0-or-later", "(GPL-2.0 OR LGPL-3.0) AND MIT", "AGPL-3.0-only", ""] {
        assert!(!permits(licence, &allowed), "{licence}");
    }
    for licence in
        ["MIT OR GPL-3.0", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "MIT OR (GPL-2.0 AND ISC)"]
    {
        assert!(permits(licence, &allowed), "{licence}");
    }
    assert!(permits("Apache-2.0 WITH LLVM-exception", &allowed));
}

/// The list in deny.toml, so that there is one list only.
fn allowed() -> BTreeSet<&'static str> {
    let (_, list) = include_str!("../../deny.toml").split_once("allow = [").expect("a list of licences");
    let (list, _) = list.split_once(']').expect("its end");
    let allowed: BTreeSet<_> =
        list.split(',').map(|word| word.trim().trim_matches('"')).filter(|w| !w.is_empty()).collect();
    assert!(allowed.contains("MIT") && allowed.iter().all(|licence| !licence.contains("GPL")));
    allowed
}

/// Whether an SPDX expression can be met with allowed licences alone.
fn permits(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    // Old manifests write a slash for OR.
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().collect::<Vec<_>>();
    words.reverse();
    let permitted = either(&mut words, allowed);
    permitted && words.is_empty()
}

fn either(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    let mut permitted = both(words, allowed);
    while words.pop_if(|word| *word == "OR").is_some() {
        permitted |= both(words, allowed);
    }
    permitted
}

fn both(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    let mut permitted = single(words, allowed);
    while words.pop_if(|word| *word == "AND").is_some() {
        permitted &= single(words, allowed);
    }
    permitted
}

fn single(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    match words.pop() {
        Some("(") => {
            let permitted = either(words, allowed);
            words.pop() == Some(")") && permitted
        }
        Some(name) if words.pop_if(|word| *word == "WITH").is_some() => {
            words.pop().is_some_and(|exception| allowed.contains(format!("{name} WITH {exception}").as_str()))
        }
        Some(name) => allowed.contains(name),
        None => false,
    }
}

#[test]
fn a_new_bot_in_rust_builds_what_the_kit_needs_as_it_is_built_here() {
    let dev = |file: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around us");
        let text = std::fs::read_to_string(root.join(file)).expect("the file is there");
        let text = text.replace("{{package}}", "walker").replace("{{kit}}", "''");
        let mut whole: toml::Table = text.parse().expect("it is TOML");
        whole["profile"]["dev"].as_table_mut().map(std::mem::take).expect("a profile for development")
    };
    let (mut ours, its) = (dev("Cargo.toml"), dev("director/templates/rust/Cargo.toml"));
    let needed = reached_by(member("musebot-kit"));
    let packages = ours["package"].as_table_mut().expect("a table of packages");
    packages.retain(|spec, _| needed.contains(spec.split('@').next().unwrap_or_default()));
    assert_eq!(ours, its, "a profile that differs has everything built twice");
}
