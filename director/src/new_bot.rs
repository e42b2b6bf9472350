//! `director new-bot`: writes the folder of a new bot, which plays as it is.
//!
//! What is in the folder lies as files in `director/templates`; here only names are filled in.

mod needs;
mod templates;

use crate::cli::{Lang, NewBot};
use anyhow::{Context, bail};
use musebot_protocol::BotId;
use std::{
    env, fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf, absolute},
};

/// Writes the folder and says what to do next; the exit code.
///
/// # Errors
/// When the name is no name, is taken, or the folder cannot be written.
pub fn command(args: &NewBot) -> anyhow::Result<u8> {
    let name = BotId::strict(&args.name).with_context(|| format!("`{}` cannot be a bot's name", args.name))?;
    let parent = args.parent.clone().unwrap_or_else(|| PathBuf::from("."));
    let parent = absolute(&parent).with_context(|| format!("failed to find {}", parent.display()))?;
    let folder = parent.join(name.as_str());
    if folder.symlink_metadata().is_ok() {
        bail!("{} is there already: choose another name, or another place with --in", folder.display());
    }
    let kit = match args.lang {
        Lang::Rust => Some(find_kit(args.kit.as_deref(), &parent)?),
        _ => None,
    };
    write(&folder, &name, args.lang, kit.as_deref())
        .with_context(|| format!("failed to write the new bot {}", folder.display()))?;
    say(&next(&folder, &name, args.lang)).context("failed to say what to do next")?;
    Ok(0)
}

/// Writes all files into a folder of another name, then gives it its own: it is there whole or not at all.
fn write(folder: &Path, name: &BotId, lang: Lang, kit: Option<&Path>) -> anyhow::Result<()> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
    let building = tempfile::Builder::new().prefix(".new-bot-").tempdir_in(parent)?;
    for file in templates::of(lang) {
        let path = building.path().join(file.path);
        fs::create_dir_all(path.parent().unwrap_or(building.path()))?;
        fs::write(&path, fill_in(file.text, name, kit))?;
        if file.is_script() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    if let Some(lock) = kit.and_then(|kit| kit.ancestors().nth(2)).map(|root| root.join("Cargo.lock"))
        && lock.exists()
    {
        // The versions that the kit was tested with.
        fs::copy(lock, building.path().join("Cargo.lock"))?;
    }
    fs::set_permissions(building.path(), fs::Permissions::from_mode(0o755))?;
    fs::rename(building.path(), folder)?;
    Ok(())
}

/// Puts names where a template has `{{name}}`, `{{package}}`, `{{kit}}` or `{{target}}`; everything else stays as it is.
fn fill_in(template: &str, name: &BotId, kit: Option<&Path>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (key, after) = after.split_once("}}").unwrap_or((after, ""));
        match key {
            "name" => filled.push_str(name.as_str()),
            "package" => filled.push_str(&package(name.as_str())),
            // A TOML string, whatever the path holds.
            "kit" => {
                filled.push_str(&toml::Value::from(kit.unwrap_or(Path::new("")).to_string_lossy().as_ref()).to_string())
            }
            // Where the checkout around the kit is built, as a shell takes it.
            "target" => {
                let root = kit.and_then(|kit| kit.ancestors().nth(2)).unwrap_or(Path::new(""));
                filled.push_str(&shell_word(&root.join("target")));
            }
            other => unreachable!("a template holds {{{{{other}}}}}, which the tests would have found"),
        }
        rest = after;
    }
    filled + rest
}

/// A name that Cargo and npm take for a package, and that is no word of a language.
fn package(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let mut package = words.join("-");
    if package.is_empty() {
        return "bot".to_owned();
    }
    if !package.starts_with(|c: char| c.is_ascii_alphabetic()) {
        package.insert_str(0, "bot-");
    }
    if !package.ends_with("bot") {
        package.push_str("-bot");
    }
    package
}

/// The kit's folder: as told, else in the checkout that the director or the new bot is in.
fn find_kit(told: Option<&Path>, parent: &Path) -> anyhow::Result<PathBuf> {
    let is_kit = |folder: &Path| {
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|toml| toml.contains("name = \"musebot-kit\""))
    };
    if let Some(told) = told {
        let kit = absolute(told)?;
        let inside = kit.join("musebots/kit");
        return [kit, inside].into_iter().find(|folder| is_kit(folder)).with_context(|| {
            format!("{} is not the musebot kit: --kit names the folder musebots/kit of a checkout", told.display())
        });
    }
    let program = env::current_exe().unwrap_or_default();
    let around = program.ancestors().chain(parent.ancestors()).map(|folder| folder.join("musebots/kit"));
    around.into_iter().find(|folder| is_kit(folder)).with_context(|| {
        format!(
            "the musebot kit was not found: looked for musebots/kit upwards from {} and {}; \
             say where it is with --kit CHECKOUT/musebots/kit",
            program.display(),
            parent.display()
        )
    })
}

/// What there is to do next, for the person who has a new bot now.
fn next(folder: &Path, name: &BotId, lang: Lang) -> String {
    let director = match env::args().next() {
        Some(program) if program.contains('/') => {
            absolute(&program).map_or(program, |program| program.to_string_lossy().into_owned())
        }
        _ => "director".to_owned(),
    };
    let (file, begin) = match lang {
        Lang::Rust => ("src/main.rs", "begin with `begin_bar` and `tick`"),
        Lang::Python => ("bot.py", "begin with `bar`"),
        Lang::Node => ("bot.js", "begin with `bar`"),
        Lang::Supercollider => ("bot.scd", "begin with `~bar` and `~sixteenth`"),
        Lang::Puredata => ("bot.pd", "open it with `./run.sh --edit`"),
    };
    let mut text = format!(
        "{name} is a musebot now. Next:\n\n    \
         cd {folder}\n    \
         ./test.sh\n    \
         {director} play try.toml\n    \
         {director} check-bot .\n\n\
         That tests it, plays it with our drums and bass until Ctrl-C, and examines whether it keeps to the protocol.\n\
         Its music is in {file}: {begin}. README.md tells the rest.\n",
        folder = shell_word(folder),
    );
    for need in needs::missing(lang) {
        text.push_str(&format!("It needs {need}.\n"));
    }
    text
}

/// A path as a shell takes it.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.chars().all(|c| c.is_alphanumeric() || "/._-@+".contains(c)) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use musebot_protocol::{ConfigTxt, InfoTxt};

    const KIT: &str = "/a \"kit\"/musebots/kit";

    fn written(name: &str, lang: Lang) -> Vec<(&'static str, String)> {
        let name = BotId::strict(name).unwrap();
        templates::of(lang).map(|file| (file.path, fill_in(file.text, &name, Some(Path::new(KIT))))).collect()
    }

    fn text(name: &str, lang: Lang, path: &str) -> String {
        written(name, lang).into_iter().find(|(known, _)| *known == path).unwrap().1
    }

    #[test]
    fn nothing_is_left_to_be_filled_in() {
        for lang in Lang::value_variants() {
            for (path, text) in written("walker@home", *lang) {
                assert!(!text.contains("{{"), "{lang:?} {path}");
            }
        }
    }

    #[test]
    fn config_txt_and_info_txt_are_read_as_they_are_meant() {
        for lang in Lang::value_variants() {
            let config = ConfigTxt::parse(&text("walker", *lang, "config.txt")).unwrap();
            assert_eq!(config.id, "walker");
            let info = InfoTxt::parse(&text("walker", *lang, "info.txt"));
            assert_eq!(info.warnings, Vec::<String>::new(), "{lang:?}");
            assert!(info.sends.contains(&"hdensity".to_owned()) && info.receives.contains(&"notepool".to_owned()));
        }
    }

    #[test]
    fn the_kits_path_is_toml_whatever_it_holds() {
        let cargo: toml::Table = text("walker", Lang::Rust, "Cargo.toml").parse().unwrap();
        assert_eq!(cargo["dependencies"]["musebot-kit"]["path"].as_str(), Some(KIT));
    }

    #[test]
    fn it_is_built_where_the_kits_checkout_is_whatever_its_path_holds() {
        assert!(text("walker", Lang::Rust, "run.sh").contains("\nshared='/a \"kit\"/target'\n"));
    }

    #[test]
    fn a_package_has_a_name_that_cargo_and_npm_take() {
        let names = [
            ("walker", "walker-bot"),
            ("my_Bot@Studio.1", "my-bot-studio-1-bot"),
            ("Robot", "robot"),
            ("7up", "bot-7up-bot"),
            ("_", "bot"),
            ("ñ", "bot"),
            ("fn", "fn-bot"),
        ];
        for (name, expected) in names {
            assert_eq!(package(name), expected, "{name}");
        }
    }

    #[test]
    fn a_path_with_spaces_is_quoted_for_the_shell() {
        assert_eq!(shell_word(Path::new("/home/me/bots")), "/home/me/bots");
        assert_eq!(shell_word(Path::new("/my bot's")), r"'/my bot'\''s'");
    }
}
