//! The runner: batches of raw records are labeled by all threads while the next are read and the last are written.
//! Input order is kept, memory does not grow with the input, and what cannot be read is handed on with its position.

use std::{io::Write, sync::Mutex};

use rayon::prelude::*;

use crate::{
    codebook::{Codebook, ThemeSet},
    error::{Error, Result},
    export::{LabeledRow, RowWriter, RunContext},
    ingest::{HAND_THEMES, RawBatch, Reader, RecordCache, Reject, hand_decision},
    model::{Labeler, Model, Prediction},
    opinion::Opinion,
    record::{HandDecision, Status},
};

/// What a batch counts as it goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Opinions labeled.
    pub n_opinions: usize,
    /// Opinions accepted; the others are to be reviewed.
    pub n_accepted: usize,
    /// By theme: opinions given it.
    pub n_given: Vec<usize>,
    /// By theme: opinions given it as the main one.
    pub n_main: Vec<usize>,
    /// By stance: opinions given it.
    pub n_stance: Vec<usize>,
    /// Opinions whose text was a training opinion.
    pub n_in_training: usize,
    /// Sum over opinions of the share of unseen terms.
    pub unseen_terms: f64,
    /// Sum over opinions of the probability.
    pub probability: f64,
    /// Opinions that carry a hand label.
    pub n_labeled: usize,
    /// By theme, over hand-labeled opinions: given and right, given and wrong, missed.
    pub confusion: Vec<[usize; 3]>,
    /// Hand-labeled opinions whose main theme is right.
    pub n_main_right: usize,
    /// Hand-labeled opinions whose highest theme is among the label's.
    pub n_hit: usize,
    /// Hand-labeled opinions with a stance.
    pub n_stance_labeled: usize,
    /// Those whose stance is right.
    pub n_stance_right: usize,
    /// Records that could not be read.
    pub n_rejects: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(codebook: &Codebook) -> Self {
        let n_themes = codebook.themes().len();
        Self {
            n_given: vec![0; n_themes],
            n_main: vec![0; n_themes],
            n_stance: vec![0; codebook.stances().len()],
            confusion: vec![[0; 3]; n_themes],
            ..Self::default()
        }
    }

    fn count(&mut self, prediction: &Prediction, label: Option<(ThemeSet, Option<usize>)>) {
        self.n_opinions += 1;
        self.n_accepted += usize::from(prediction.status == Status::Accepted);
        self.n_in_training += usize::from(prediction.in_training);
        self.unseen_terms += prediction.unseen_terms;
        self.probability += prediction.probability;
        self.n_main[prediction.themes.main().index()] += 1;
        self.n_stance[prediction.stance.index()] += 1;
        for theme in prediction.themes.iter() {
            self.n_given[theme.index()] += 1;
        }
        let Some((themes, stance)) = label else { return };
        self.n_labeled += 1;
        self.n_main_right += usize::from(prediction.themes.main() == themes.main());
        self.n_hit += usize::from(themes.contains(prediction.themes.main()));
        for theme in prediction.themes.iter() {
            self.confusion[theme.index()][usize::from(!themes.contains(theme))] += 1;
        }
        for theme in themes.iter().filter(|t| !prediction.themes.contains(*t)) {
            self.confusion[theme.index()][2] += 1;
        }
        if let Some(stance) = stance {
            self.n_stance_labeled += 1;
            self.n_stance_right += usize::from(prediction.stance.index() == stance);
        }
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        let add = |a: &mut Vec<usize>, b: &[usize]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.n_given, &other.n_given);
        add(&mut self.n_main, &other.n_main);
        add(&mut self.n_stance, &other.n_stance);
        for (a, b) in self.confusion.iter_mut().zip(&other.confusion) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        self.n_opinions += other.n_opinions;
        self.n_accepted += other.n_accepted;
        self.n_in_training += other.n_in_training;
        self.unseen_terms += other.unseen_terms;
        self.probability += other.probability;
        self.n_labeled += other.n_labeled;
        self.n_main_right += other.n_main_right;
        self.n_hit += other.n_hit;
        self.n_stance_labeled += other.n_stance_labeled;
        self.n_stance_right += other.n_stance_right;
        self.n_rejects += other.n_rejects;
    }
}

/// Looks up a person's label of an opinion, beyond those that records carry.
pub type LabelLookup<'a> = dyn Fn(&Opinion) -> Option<HandDecision> + Sync + 'a;

/// How a run labels.
pub struct Plan<'a> {
    /// The model.
    pub model: &'a Model,
    /// Probability from which on an opinion is accepted.
    pub accept_from: f64,
    /// Hand labels from elsewhere (`--gold`, `--reviewed`).
    pub labels: Option<&'a LabelLookup<'a>>,
    /// How rows are written.
    pub writer: &'a dyn RowWriter,
}

/// Batches that are labeled while the next are read, for each thread: enough that no thread waits for the slowest.
const BATCHES_PER_THREAD: usize = 4;

/// Labels all that a reader gives. `rejected` gets every record that cannot be read, in order; `progress` is told how
/// many opinions were labeled.
///
/// # Errors
/// What ends the whole input, and what writing says.
pub fn run(
    plan: &Plan,
    reader: &mut dyn Reader,
    out: &mut dyn Write,
    rejected: &mut dyn FnMut(Reject) -> Result<()>,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Tally> {
    let context = RunContext::new(plan.model);
    let n_threads = rayon::current_num_threads();
    let workers: Vec<Mutex<Worker>> = (0..n_threads).map(|_| Mutex::new(Worker::new(plan))).collect();
    let mut others = Vec::new();
    let mut round = Vec::new();
    let mut bytes = Vec::new();
    if let Some(first) = reader.next_batch()? {
        let (batch, columns) = first.with_columns_of_first();
        others = columns;
        round.push(batch);
    }
    plan.writer.header(&others, &context, &mut bytes);
    write(out, &bytes)?;

    let mut tally = Tally::new(plan.model.codebook());
    let mut written: Vec<Labeled> = Vec::new();
    while !round.is_empty() || !written.is_empty() {
        let label = || -> Vec<Labeled> {
            round
                .into_par_iter()
                .map(|batch| {
                    let index = rayon::current_thread_index().unwrap_or(0);
                    let mut worker = workers[index].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    let labeled = worker.label(plan, batch, &others, &context);
                    progress(labeled.tally.n_opinions);
                    labeled
                })
                .collect()
        };
        let write_and_read = || -> Result<Vec<RawBatch>> {
            for labeled in written.drain(..) {
                write(out, &labeled.bytes)?;
                tally.add(&labeled.tally);
                labeled.rejects.into_iter().try_for_each(&mut *rejected)?;
            }
            let mut next = Vec::new();
            while next.len() < BATCHES_PER_THREAD * n_threads {
                let Some(batch) = reader.next_batch()? else { break };
                next.push(batch);
            }
            Ok(next)
        };
        let (labeled, next) = join(label, write_and_read);
        written = labeled;
        round = next?;
    }
    Ok(tally)
}

/// Labels on all threads of the pool while this thread reads and writes: readers and writers need not be `Send`.
fn join<A: Send, B>(label: impl FnOnce() -> A + Send, write_and_read: impl FnOnce() -> B) -> (A, B) {
    let mut labeled = None;
    let read = rayon::in_place_scope(|scope| {
        scope.spawn(|_| labeled = Some(label()));
        write_and_read()
    });
    (labeled.expect("the scope ends when its work has"), read)
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|source| Error::Stream { action: "write the output", source })
}

/// A batch, labeled and formatted.
struct Labeled {
    bytes: Vec<u8>,
    rejects: Vec<Reject>,
    tally: Tally,
}

/// What a thread labels with.
struct Worker<'m> {
    labeler: Labeler<'m>,
    cache: RecordCache,
}

impl<'m> Worker<'m> {
    fn new(plan: &Plan<'m>) -> Self {
        Self { labeler: plan.model.labeler(plan.accept_from), cache: RecordCache::default() }
    }

    fn label(&mut self, plan: &Plan, batch: RawBatch, others: &[String], context: &RunContext) -> Labeled {
        let mut labeled =
            Labeled { bytes: Vec::new(), rejects: Vec::new(), tally: Tally::new(context.codebook) };
        let Self { labeler, cache } = self;
        batch.for_each(cache, |record| match record.and_then(|o| with_label(o, plan, context.codebook)) {
            Ok((opinion, label)) => {
                let prediction = labeler.label(&opinion.text);
                labeled.tally.count(&prediction, label.as_ref().map(|l| in_codebook(l, context.codebook)));
                let row = LabeledRow { opinion: &opinion, prediction: &prediction, label: label.as_ref() };
                plan.writer.row(&row, others, context, &mut labeled.bytes);
            }
            Err(reject) => {
                labeled.tally.n_rejects += 1;
                labeled.rejects.push(*reject);
            }
        });
        labeled
    }
}

/// An opinion with the hand label that it carries or that was given for it.
fn with_label(
    opinion: Opinion,
    plan: &Plan,
    codebook: &Codebook,
) -> std::result::Result<(Opinion, Option<HandDecision>), Box<Reject>> {
    let carried = if opinion.columns.contains_key(HAND_THEMES) {
        hand_decision(&opinion, codebook).map_err(|message| {
            let position = crate::error::Position {
                line: opinion.source.line,
                sheet: opinion.source.sheet.clone(),
                cell: opinion.source.cell.clone(),
                ..crate::error::Position::file(&opinion.source.file)
            };
            Box::new(Reject { position, message, record: opinion.text.clone() })
        })?
    } else {
        None
    };
    let label = carried.or_else(|| plan.labels.and_then(|lookup| lookup(&opinion)));
    Ok((opinion, label))
}

/// A decision in the numbers of the codebook that it was checked against.
fn in_codebook(label: &HandDecision, codebook: &Codebook) -> (ThemeSet, Option<usize>) {
    let mut ids = label.themes.iter().filter_map(|t| codebook.theme_named(t));
    let mut themes = ThemeSet::new(ids.next().expect("a decision has a theme of the codebook"));
    for id in ids {
        themes.push(id);
    }
    (themes, label.stance.as_deref().and_then(|s| codebook.stance_named(s)).map(|s| s.index()))
}
