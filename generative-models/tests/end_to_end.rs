//! The two programs as they are used: small trainings, from a file to what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

struct Bench(TempDir);

impl Bench {
    fn new(corpus: impl AsRef<[u8]>, recipe: &str) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::write(bench.path("corpus.txt"), corpus).unwrap();
        fs::write(bench.path("recipe.toml"), format!("corpus = \"corpus.txt\"\n{recipe}")).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        Command::new(program).args(args).current_dir(self.0.path()).env_remove("RAYON_NUM_THREADS").output().unwrap()
    }

    /// What a training says; it must go well.
    fn train(&self, args: &[&str]) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_train-char-rnn"), &[&["recipe.toml"], args].concat());
        let said = [&output.stderr[..], &output.stdout[..]].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }

    /// What a training that cannot be says.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_train-char-rnn"), &[&["recipe.toml"], args].concat());
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked") && !said.to_lowercase().contains("stack backtrace"), "{said}");
        said
    }

    fn sample(&self, args: &[&str]) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_sample-char-rnn"), args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn unreadable(&self, args: &[&str]) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_sample-char-rnn"), args);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The first number after `trained/recipe: `.
fn nats(said: &str, folder: &str) -> f64 {
    let after = said.split(&format!("{folder}: ")).last().unwrap();
    after.split(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{said}"))
}

/// A text that a network must learn by heart: ten letters, over and over.
fn periodic() -> String {
    "to be, or ".repeat(300)
}

const SMALL: &str = "batch = 10\nsteps = 20\nrate = 0.01\nwarm-up = 10\niterations = 150\nvalidate-every = 50\n";

fn names() -> Vec<String> {
    let (starts, middles) = (["Bra", "Tyr", "Ste", "Oro", "Ma"], ["chio", "anno", "go", "tho", "cro", "ia"]);
    let all = starts.iter().flat_map(|a| middles.iter().map(move |b| format!("{a}{b}")));
    all.flat_map(|name| [format!("{name}saurus"), format!("{name}don")]).collect()
}

#[test]
fn every_cell_learns_a_periodic_text_by_heart() {
    for cell in ["rnn", "gru", "lstm"] {
        let bench = Bench::new(periodic(), &format!("{SMALL}[shape]\ncell = \"{cell}\"\nhidden = 32\n"));
        let said = bench.train(&[]);
        assert!(nats(&said, "trained/recipe") < 0.1, "{cell}: {said}");
        let written = bench.sample(&["trained/recipe", "--prime", "to be", "--length", "25"]);
        assert_eq!(written, "to be, or to be, or to be, or \n", "{cell}");
        for file in ["card.md", "config.toml", "curve.png", "log.csv", "vocab.txt", "weights.safetensors"] {
            assert!(!bench.bytes(&format!("trained/recipe/{file}")).is_empty());
        }
    }
}

#[test]
fn layers_embeddings_dropout_and_averages_learn_too() {
    let recipe = SMALL.replace("150", "300")
        + "average = 0.95\n[shape]\nlayers = 2\nhidden = 24\nembedding = 6\ndropout = 0.1\n";
    let bench = Bench::new(periodic(), &recipe);
    assert!(nats(&bench.train(&[]), "trained/recipe") < 0.1);
}

#[test]
fn spanish_keeps_its_letters() {
    let text = "El año que mañana será, será. ¿Quién lo soñó?\n".repeat(60);
    let bench = Bench::new(text, &format!("{SMALL}[shape]\nhidden = 48\n"));
    assert!(nats(&bench.train(&[]), "trained/recipe") < 0.2);
    let written = bench.sample(&["trained/recipe", "--prime", "\\nEL AÑO", "--temperature", "0", "--length", "38"]);
    assert!(written.contains("mañana será") || written.contains("¿Quién lo soñó?"), "{written}");
}

#[test]
fn names_are_invented_and_judged() {
    let recipe =
        "mode = \"names\"\nbatch = 8\nepochs = 40\nrate = 0.01\nwarm-up = 5\n[shape]\ncell = \"gru\"\nhidden = 32\n";
    let bench = Bench::new(names().join("\n"), recipe);
    let said = bench.train(&[]);
    assert!(nats(&said, "trained/recipe") < 1.0, "{said}");
    let written = bench.sample(&["trained/recipe", "--prime", "Tyr", "--count", "5"]);
    assert_eq!(written.lines().filter(|line| line.starts_with("Tyr")).count(), 5, "{written}");
    assert_eq!(written, bench.sample(&["trained/recipe", "--prime", "Tyr", "--count", "5"]));
    let study = bench.sample(&["trained/recipe", "--study", "200", "--corpus", "corpus.txt"]);
    assert!(study.contains("| new: not in the training list |") && study.contains("| length | sampled | corpus |"));
    let card = bench.text("trained/recipe/card.md");
    for part in ["48 to learn from, 6 validate, 6 test", "SHA-256 `", "3-grams (Kneser-Ney)", "Some that are new"] {
        assert!(card.contains(part), "{part}: {card}");
    }
    assert!(!card.contains(bench.0.path().to_str().unwrap()), "a card names no machine's folders");
}

#[test]
fn one_name_at_a_time_as_in_the_lectures() {
    let recipe = "mode = \"names\"\nbatches = \"one-at-a-time\"\nloss = \"sum\"\noptimiser = \"sgd\"\nrate = 0.01\n\
                  clip = { value = 5.0 }\ndecay = \"none\"\niterations = 1500\n[shape]\ncell = \"rnn\"\nhidden = 50\n";
    let bench = Bench::new(names().join("\n").to_lowercase(), recipe);
    let said = bench.train(&[]);
    assert!(nats(&said, "trained/recipe") < 1.3, "{said}");
}

/// Everything that can be carried on: dropout, averages, moments, the state of the text, a rate that falls.
fn carried() -> Bench {
    let text: String = (0..4000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(n) / 7 % 11) as u8)).collect();
    let recipe = "batch = 6\nsteps = 15\niterations = 60\nvalidate-every = 25\naverage = 0.9\nwarm-up = 9\n\
                  [shape]\nlayers = 2\nhidden = 12\ndropout = 0.3\n";
    Bench::new(text, recipe)
}

#[test]
fn a_training_goes_on_bit_for_bit() {
    let bench = carried();
    bench.train(&["--out", "one/model"]);
    // Neither a validation nor an epoch ends there.
    let said = bench.train(&["--out", "two/model", "--pause-after", "33"]);
    assert!(said.contains("stopped at iteration 33 of 60"), "{said}");
    bench.train(&["--out", "two/model", "--resume", "--pause-after", "2"]);
    bench.train(&["--out", "two/model", "--resume"]);
    for file in ["weights.safetensors", "resume.safetensors", "log.csv", "card.md", "curve.png", "config.toml"] {
        assert!(bench.bytes(&format!("one/model/{file}")) == bench.bytes(&format!("two/model/{file}")), "{file}");
    }
}

#[test]
fn names_go_on_bit_for_bit_too() {
    let recipe =
        "mode = \"names\"\nbatch = 7\niterations = 30\nvalidate-every = 8\n[shape]\nhidden = 10\ncell = \"gru\"\n";
    let bench = Bench::new(names().join("\n"), recipe);
    bench.train(&["--out", "one/model"]);
    bench.train(&["--out", "two/model", "--pause-after", "11"]);
    bench.train(&["--out", "two/model", "--resume"]);
    for file in ["weights.safetensors", "resume.safetensors", "log.csv", "card.md"] {
        assert!(bench.bytes(&format!("one/model/{file}")) == bench.bytes(&format!("two/model/{file}")), "{file}");
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Large enough that work is shared.
    let text: String = (0..9000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(n) / 7 % 11) as u8)).collect();
    let recipe = "batch = 32\nsteps = 40\niterations = 12\n[shape]\nlayers = 2\nhidden = 128\ndropout = 0.2\n";
    let bench = Bench::new(text, recipe);
    bench.train(&["--out", "one/model", "--threads", "1"]);
    bench.train(&["--out", "two/model", "--threads", "2"]);
    for file in ["weights.safetensors", "resume.safetensors", "log.csv", "card.md"] {
        assert!(bench.bytes(&format!("one/model/{file}")) == bench.bytes(&format!("two/model/{file}")), "{file}");
    }
}

#[test]
fn a_pause_before_the_first_judgement_leaves_a_model() {
    let bench = carried();
    let said = bench.train(&["--pause-after", "3"]);
    assert!(said.contains("before it was judged"), "{said}");
    assert_eq!(bench.sample(&["trained/recipe", "--length", "9"]).chars().count(), 10);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_best_and_says_so() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let bench = Bench::new(periodic(), &SMALL.replace("150", "1000000"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_train-char-rnn"))
        .arg("recipe.toml")
        .current_dir(bench.0.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("(best)") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    assert!(rest.contains("stopped at iteration") && rest.contains("--resume goes on"), "{rest}");
    assert!(bench.text("trained/recipe/card.md").contains("of 1000000 iterations"));
    assert!(bench.sample(&["trained/recipe"]).len() > 400);
}

#[test]
fn fewer_bits_cost_little_and_say_how_much() {
    let bench = Bench::new(periodic(), &format!("{SMALL}[shape]\nhidden = 32\n"));
    for (bits, share) in [("f16", 0.6), ("q8", 0.4)] {
        let said = bench.train(&["--export", bits, bits]);
        assert!(nats(&said, bits) < 0.1 && said.contains("in fewer bits"), "{said}");
        let size = |folder: &str| bench.bytes(&format!("{folder}/weights.safetensors")).len() as f64;
        assert!(size(bits) < share * size("trained/recipe"), "{bits}: {} of {}", size(bits), size("trained/recipe"));
        assert!(!bench.path(bits).join("resume.safetensors").exists());
        assert_eq!(bench.sample(&[bits, "--prime", "to be", "--length", "8"]), "to be, or to \n");
        assert!(bench.text(&format!("{bits}/card.md")).contains("as it is here"));
    }
}

#[test]
fn a_corpus_that_cannot_be_learnt_from_says_why() {
    for (corpus, says) in [
        (&b""[..], "it is empty"),
        (b"ol\xe9", "it is not UTF-8: byte 0xe9 at offset 2"),
        (b"to be or not to be", "it is too small"),
    ] {
        assert!(Bench::new(corpus, "").refused(&[]).contains(says), "{says}");
    }
    let bench = Bench::new("x", "");
    let said = bench.refused(&["--corpus", "no/such.txt"]);
    assert!(said.contains("failed to read the corpus no/such.txt") && said.contains("o such file"), "{said}");
}

#[test]
fn a_recipe_that_cannot_be_followed_says_why() {
    let refused = |recipe: &str| Bench::new(periodic(), recipe).refused(&[]);
    assert!(refused("ratte = 1.0").contains("unknown field `ratte`"));
    assert!(refused("batch = 0").contains("batch = 0, which must be from 1 to 4096"));
    let bench = Bench::new(periodic(), "");
    let said = bench.run(env!("CARGO_BIN_EXE_train-char-rnn"), &["nosuch.toml"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("failed to read the recipe nosuch.toml"));
    assert!(bench.refused(&["--export", "q4", "out"]).contains("f32, f16 and q8, not `q4`"));
}

#[test]
fn a_training_that_cannot_go_on_says_why() {
    let bench = carried();
    assert!(bench.refused(&["--resume"]).contains("without --resume it begins anew"));
    bench.train(&["--pause-after", "5"]);
    assert!(bench.refused(&["--resume", "--seed", "9"]).contains("seed = 1 → seed = 9"));
    let path = bench.path("trained/recipe/resume.safetensors");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(bench.refused(&["--resume"]).contains("damaged or cut off"));
    fs::write(&path, &whole).unwrap();
    let other = fs::read_to_string(bench.path("corpus.txt")).unwrap().replacen('a', "b", 1);
    fs::write(bench.path("corpus.txt"), other).unwrap();
    assert!(bench.refused(&["--resume"]).contains("the corpus is not the one it began with"));
}

#[test]
fn a_model_that_cannot_be_opened_says_why() {
    let bench = carried();
    assert!(bench.unreadable(&["nowhere"]).contains("failed to open the model nowhere: weights.safetensors"));
    bench.train(&["--pause-after", "2"]);
    let path: &Path = &bench.path("trained/recipe/weights.safetensors");
    let whole = fs::read(path).unwrap();
    fs::write(path, &whole[..whole.len() - 100]).unwrap();
    assert!(bench.unreadable(&["trained/recipe"]).contains("weights.safetensors: it is damaged or cut off"));
    let mut none = whole.clone();
    let last = none.len() - 4;
    none[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(path, &none).unwrap();
    assert!(bench.unreadable(&["trained/recipe"]).contains("NaN"));
    let version = String::from_utf8_lossy(&whole[..200]).find("\"char-rnn\":\"1\"").unwrap();
    let mut other = whole;
    other[version + 12] = b'9';
    fs::write(path, &other).unwrap();
    assert!(bench.unreadable(&["trained/recipe"]).contains("of version 9"));
}
