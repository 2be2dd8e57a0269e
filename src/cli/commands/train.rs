//! `iken train`: labels, examples and codebook become a model file and its card.

use std::path::PathBuf;

use clap::ValueEnum;
use iken::{
    classify::EventModel,
    codebook::Codebook,
    destination::Destination,
    model::{Model, Settings, TrainingSet, train},
    report::model_card,
};

use super::{Global, Outcome};

/// Arguments of `iken train`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
    /// Where the model goes; its card is README.md beside it
    #[arg(short, long, value_name = "FILE", default_value = "models/iken.model")]
    output: PathBuf,
}

/// What to learn from, and how.
#[derive(Debug, Clone, clap::Args)]
pub struct TrainingArgs {
    /// Tables of hand labels
    #[arg(long, value_name = "FILE", num_args = 1.., default_value = "labels/r01.tsv")]
    pub labels: Vec<PathBuf>,
    /// Table of examples
    #[arg(long, value_name = "FILE", default_value = "labels/examples.tsv")]
    pub examples: PathBuf,
    /// Learn from hand labels and codebook alone
    #[arg(long)]
    pub no_examples: bool,
    /// Which classifier
    #[arg(long, value_enum, default_value_t = ClassifierName::Blend)]
    pub classifier: ClassifierName,
    /// Seed of every random choice
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// Classifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClassifierName {
    /// Two margin classifiers and Bernoulli naive Bayes
    Blend,
    /// Bernoulli naive Bayes alone
    NaiveBayes,
    /// Multinomial naive Bayes alone
    Multinomial,
    /// Complement naive Bayes alone
    Complement,
}

impl TrainingArgs {
    /// The rows to learn from.
    ///
    /// # Errors
    /// What reading them says.
    pub fn set(&self, global: &Global) -> anyhow::Result<TrainingSet> {
        let codebook = Codebook::from_path(&global.codebook_path())?;
        let examples = (!self.no_examples).then_some(self.examples.as_path());
        Ok(TrainingSet::from_paths(codebook, &self.labels, examples)?)
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        let settings = match self.classifier {
            ClassifierName::Blend => Settings::default(),
            ClassifierName::NaiveBayes => Settings::naive_bayes(EventModel::Bernoulli),
            ClassifierName::Multinomial => Settings::naive_bayes(EventModel::Multinomial),
            ClassifierName::Complement => Settings::naive_bayes(EventModel::Complement),
        };
        Settings { seed: self.seed, ..settings }
    }
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    let set = args.training.set(global)?;
    let settings = args.training.settings().check()?;
    let (parts, weights) = train(&set, &settings)?;
    let model = Model::save(&parts, &weights, &args.output)?;
    let card = model_card(&model, &set);
    Destination::write_all_to(&args.output.with_file_name("README.md"), card.as_bytes())?;
    global.say(format_args!(
        "{}: model {} from {} rows ({} themes, {} stances)",
        args.output.display(),
        model.id(),
        set.rows.len(),
        model.codebook().themes().len(),
        model.codebook().stances().len()
    ));
    Ok(Outcome::Done)
}
