use super::*;

fn training(folder: &Path, recipe: &str) -> Training {
    let corpus = folder.join("corpus.txt");
    std::fs::write(&corpus, "so it goes, and on it goes. ".repeat(60)).unwrap();
    let recipe =
        Recipe::from_toml(&format!("corpus = \"corpus.txt\"\nbatch = 4\nsteps = 10\n{recipe}[shape]\nhidden = 6\n"));
    Training::begin(recipe.unwrap(), &corpus, &folder.join("model")).unwrap()
}

fn run(training: &mut Training) -> Result<(Ending, Vec<u64>), TrainingError> {
    let mut judged = Vec::new();
    let ending = training.run(&mut |_| false, &mut |event| {
        if let Event::Validated { point, .. } = event {
            judged.push(point.iteration);
        }
    })?;
    Ok((ending, judged))
}

#[test]
fn weights_that_explode_are_reported_and_the_best_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut training = training(folder.path(), "iterations = 20\nvalidate-every = 5\n");
    let mut seen = 0;
    training.run(&mut |iteration| iteration == 7, &mut |_| seen += 1).unwrap();
    assert!(seen >= 7);
    let best = Checkpoint::open(&folder.path().join("model")).unwrap();
    let var = &training.parameters.last().unwrap().1;
    var.set(&Tensor::full(f32::INFINITY, var.shape(), &Device::Cpu).unwrap()).unwrap();
    let error = run(&mut training).unwrap_err();
    assert!(matches!(error, TrainingError::Exploded(7)), "{error}");
    assert_eq!(Checkpoint::open(&folder.path().join("model")).unwrap(), best);
}

#[test]
fn it_is_judged_as_often_as_the_recipe_says_and_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut training = training(folder.path(), "iterations = 12\nvalidate-every = 5\n");
    assert_eq!(run(&mut training).unwrap(), (Ending::Finished, vec![5, 10, 12]));
    assert_eq!(training.progress(), (12, 12));
}

#[test]
fn patience_ends_what_does_not_get_better() {
    let folder = tempfile::tempdir().unwrap();
    // At this rate nothing changes enough to be better every time, whichever way it goes.
    let recipe = "iterations = 400\nvalidate-every = 1\npatience = 3\nrate = 5.0\nwarm-up = 0\n";
    let mut training = training(folder.path(), recipe);
    let (ending, judged) = run(&mut training).unwrap();
    assert_eq!(ending, Ending::NoBetter);
    assert_eq!(training.best().unwrap().1 + 3, judged.len() as u64);
}

#[test]
fn what_is_saved_is_what_was_judged() {
    let folder = tempfile::tempdir().unwrap();
    let mut training = training(folder.path(), "iterations = 30\nvalidate-every = 10\naverage = 0.9\n");
    run(&mut training).unwrap();
    let summary = training.finish().unwrap();
    assert!((summary.valid - training.best().unwrap().0).abs() < 1e-9);
    // The writer, which knows nothing of candle, is as surprised as the network.
    let mut writer = Writer::open(folder.path().join("model")).unwrap();
    let valid = training.corpus.valid()[0].to_vec();
    writer.begin(0);
    let surprises = writer.surprises(&valid);
    let mean = surprises[1..].iter().sum::<f64>() / (valid.len() - 1) as f64;
    assert!((mean - summary.valid).abs() < 0.02 * mean, "{mean} {}", summary.valid);
}
