//! Hand labels that a batch is scored against (`--gold`) or re-checked on (`--reviewed`).

use std::{collections::HashMap, path::Path};

use iken::{
    classify::threshold::Evidence,
    codebook::ThemeId,
    ingest::{Input, ReadOptions, RecordCache, hand_decision, marks::text_key, open},
    labels::read_hand_labels,
    model::Model,
    opinion::Opinion,
    record::HandDecision,
};

/// Hand labels by the text of their opinions, however its bytes were made.
pub struct GoldLabels {
    by_text: HashMap<String, (String, HandDecision)>,
}

impl GoldLabels {
    /// A table of hand labels.
    ///
    /// # Errors
    /// What reading it says.
    pub fn read(path: &Path, model: &Model) -> anyhow::Result<Self> {
        let codebook = model.codebook();
        let by_text = read_hand_labels(path, codebook)?
            .into_iter()
            .map(|label| {
                let decision = HandDecision {
                    themes: label.themes.iter().map(|t| codebook.theme(t).id.clone()).collect(),
                    stance: label.stance.map(|s| codebook.stance(s).id.clone()),
                };
                (text_key(&label.text), (label.text, decision))
            })
            .collect();
        Ok(Self { by_text })
    }

    /// A table that `iken sample` drew, as a person filled it in: rows without themes are not yet checked.
    ///
    /// # Errors
    /// A row that does not fit the codebook, or no row with themes.
    pub fn read_checked(path: &Path, model: &Model) -> anyhow::Result<Self> {
        let mut opened = open(&Input::new(path), &ReadOptions::default())?;
        let mut cache = RecordCache::default();
        let mut by_text = HashMap::new();
        while let Some(batch) = opened.reader.next_batch()? {
            let mut wrong = None;
            batch.for_each(&mut cache, |record| match record {
                Ok(opinion) => match hand_decision(&opinion, model.codebook()) {
                    Ok(Some(decision)) => {
                        by_text.insert(text_key(&opinion.text), (opinion.text, decision));
                    }
                    Ok(None) => {}
                    Err(message) => wrong = wrong.take().or(Some(format!("{}: {message}", opinion.id))),
                },
                Err(reject) => {
                    wrong = wrong.take().or(Some(format!("{}: {}", reject.position, reject.message)))
                }
            });
            if let Some(message) = wrong {
                anyhow::bail!("{}: {message}", path.display());
            }
        }
        if by_text.is_empty() {
            anyhow::bail!("{}: no row has themes: fill in the column themes first", path.display());
        }
        Ok(Self { by_text })
    }

    /// What the labels say of the model's own.
    pub fn evidence(&self, model: &Model) -> Vec<Evidence> {
        let mut labeler = model.labeler(1.0);
        let mut texts: Vec<_> = self.by_text.values().collect();
        texts.sort_by(|a, b| a.0.cmp(&b.0));
        texts
            .into_iter()
            .map(|(text, decision)| {
                let prediction = labeler.label(text);
                let is_right = |t: &ThemeId| decision.themes.contains(&model.codebook().theme(*t).id);
                Evidence {
                    probability: prediction.probability,
                    n_given: prediction.themes.len(),
                    n_right: prediction.themes.iter().filter(is_right).count(),
                }
            })
            .collect()
    }

    /// The label of an opinion.
    pub fn of(&self, opinion: &Opinion) -> Option<HandDecision> {
        self.by_text.get(&text_key(&opinion.text)).map(|(_, decision)| decision.clone())
    }
}
