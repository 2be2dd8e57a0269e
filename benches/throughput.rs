//! Labeling against bare segmentation of the same texts, as a ratio in one run: `make bench`.

use std::{hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use iken::{
    codebook::Codebook,
    labels::read_examples,
    model::Model,
    tokenize::{morphology::Segmenter, normalize},
};

/// Diverse texts: the examples, 7,253 distinct sentences.
fn texts() -> Vec<String> {
    let codebook = Codebook::from_path(Path::new("labels/codebook.toml")).expect("the codebook");
    let examples = read_examples(Path::new("labels/examples.tsv"), &codebook).expect("examples");
    examples.into_iter().map(|e| e.text).collect()
}

fn throughput(c: &mut Criterion) {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut group = c.benchmark_group("throughput");
    group.throughput(Throughput::Bytes(bytes as u64)).sample_size(20);

    let mut normalized = String::new();
    let mut morphemes = Vec::new();
    let mut segmenter = Segmenter::default();
    group.bench_function("segmentation alone", |b| {
        b.iter(|| {
            for text in &texts {
                normalize(text, &mut normalized);
                segmenter.segment(&normalized, &mut morphemes);
                black_box(&morphemes);
            }
        });
    });

    let model = Model::load(Path::new("models/iken.model")).expect("the committed model");
    let mut labeler = model.labeler(0.9);
    group.bench_function("label", |b| {
        b.iter(|| {
            for text in &texts {
                black_box(labeler.label(text));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, throughput);
criterion_main!(benches);
