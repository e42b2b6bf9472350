//! Where trained models are found: in the folder that `MUSEBOT_MODELS` names, beside the program,
//! or in the checkout that the program or the working directory is in.

use std::path::{Path, PathBuf};

/// The folder of a model, by its name; `None` if there is none to be found.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("MUSEBOT_MODELS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let here = std::env::current_dir().ok();
    places(name, named.as_deref(), program.as_deref(), here.as_deref()).into_iter().find(|folder| folder.is_dir())
}

/// How many folders up a checkout is looked for: `target/release/deps` is three below it.
const HIGHEST: usize = 5;

/// Where it may be, the nearest first.
fn places(name: &str, named: Option<&Path>, program: Option<&Path>, here: Option<&Path>) -> Vec<PathBuf> {
    // A name is one folder, wherever it comes from.
    if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
        return Vec::new();
    }
    let mut places: Vec<PathBuf> = named.map(|folder| folder.join(name)).into_iter().collect();
    let beside = program.and_then(Path::parent);
    places.extend(beside.map(|folder| folder.join("models").join(name)));
    for start in [beside, here].into_iter().flatten() {
        places.extend(start.ancestors().take(HIGHEST).map(|up| up.join("generative-models/models").join(name)));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checkout with one model in it; what is found from a place in it.
    fn found(named: Option<&str>, program: Option<&str>, here: Option<&str>) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        for folder in ["mine/hamlet", "bin/models/hamlet", "checkout/generative-models/models/hamlet"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let at = |place: Option<&str>| place.map(|place| root.path().join(place));
        let (named, program, here) = (at(named), at(program), at(here));
        let places = places("hamlet", named.as_deref(), program.as_deref(), here.as_deref());
        let found = places.into_iter().find(|folder| folder.is_dir())?;
        Some(found.strip_prefix(root.path()).unwrap().to_str().unwrap().replace('\\', "/"))
    }

    #[test]
    fn the_named_folder_wins() {
        assert_eq!(found(Some("mine"), Some("bin/bot"), None).as_deref(), Some("mine/hamlet"));
        assert_eq!(found(Some("nowhere"), Some("bin/bot"), None).as_deref(), Some("bin/models/hamlet"));
    }

    #[test]
    fn a_program_in_target_and_a_folder_in_musebots_find_the_checkout() {
        let models = Some("checkout/generative-models/models/hamlet".to_owned());
        assert_eq!(found(None, Some("checkout/target/release/text-voice"), None), models);
        assert_eq!(found(None, Some("checkout/target/debug/deps/plays-1"), None), models);
        assert_eq!(found(None, None, Some("checkout/musebots/text-voice")), models);
        assert_eq!(found(None, Some("elsewhere/bot"), Some("elsewhere")), None);
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let here = Path::new("/");
        assert!(["../etc", "", ".", "..", "a/b", "a\\b"].iter().all(|n| places(n, Some(here), None, None).is_empty()));
    }
}
