//! `iken evaluate`: how right the labels are, on opinions that the model has not seen.

use std::{
    io::Write,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use iken::{
    classify::EventModel,
    codebook::Codebook,
    destination::Destination,
    evaluate::{
        Evaluation, Figure, Judged, N_POINTS, Protocol, ScoredSet, across_sources, cross_validation,
        judge_table, learning_curve,
    },
    labels::read_hand_labels,
    model::{CheckedSettings, Kind, Model, Settings, TrainingSet},
    report::{precision_markdown, precision_report},
};

use super::{super::progress::Steps, Global, Outcome, label::share, train::TrainingArgs};

/// Arguments of `iken evaluate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
    /// Judge the model file on this table of hand labels instead, which it must not have been trained on
    #[arg(long, value_name = "TABLE")]
    gold: Option<PathBuf>,
    /// Nested cross-validation alone
    #[arg(long)]
    quick: bool,
    /// Precision to promise
    #[arg(long, value_name = "P", default_value_t = 0.9, value_parser = share)]
    promise: f64,
    /// Where evaluation.html, .md and .json go
    #[arg(short, long, value_name = "FOLDER", default_value = "out")]
    output: PathBuf,
    /// Write which fold every opinion is tested in (id, fold) and stop
    #[arg(long, value_name = "FILE")]
    folds_out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<Outcome> {
    if let Some(path) = &args.folds_out {
        return write_folds(args, global, path);
    }
    let (evaluation, codebook) = match &args.gold {
        Some(table) => judge_gold(args, global, table)?,
        None => judge_training(args, global)?,
    };
    let json = serde_json::to_string_pretty(&evaluation)?;
    let path = args.output.join("evaluation.json");
    Destination::write_all_to(&path, json.as_bytes())?;
    for (name, report) in [
        ("evaluation.html", precision_report(&evaluation, &codebook, None)),
        ("evaluation.md", precision_markdown(&evaluation, &codebook, None)),
    ] {
        Destination::write_all_to(&args.output.join(name), report.as_bytes())?;
    }
    let mut out = std::io::stdout().lock();
    write_tables(&evaluation, &mut out)?;
    writeln!(out, "\nall figures: {}", path.display())?;
    Ok(Outcome::Done)
}

fn write_folds(args: &Args, global: &Global, path: &std::path::Path) -> anyhow::Result<Outcome> {
    let set = args.training.set(global)?;
    let settings = args.training.settings().check()?;
    let rows = set.rows_where(|row| row.kind == Kind::Opinion);
    let groups: Vec<&str> = rows.iter().map(|&r| set.rows[r].group.as_str()).collect();
    let folds = iken::model::grouped_folds(&groups, settings.n_folds, settings.seed);
    let mut table = String::from("id\tfold\n");
    for (&row, fold) in rows.iter().zip(folds) {
        table.push_str(&format!("{}\t{fold}\n", set.rows[row].id));
    }
    Destination::write_all_to(path, table.as_bytes())?;
    Ok(Outcome::Done)
}

fn evaluation(args: &Args, sets: Vec<ScoredSet>, codebook: String, model: Option<String>) -> Evaluation {
    let given = std::env::args().skip(1).map(|a| if a.contains(' ') { format!("'{a}'") } else { a });
    Evaluation {
        command: std::iter::once("iken".to_owned()).chain(given).collect::<Vec<_>>().join(" "),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        codebook,
        model,
        seed: args.training.seed,
        promise: args.promise,
        sets,
        learning_curve: None,
    }
}

fn judge_gold(
    args: &Args,
    global: &Global,
    table: &std::path::Path,
) -> anyhow::Result<(Evaluation, Codebook)> {
    let model = Model::load(&global.model_path())?;
    let labels = read_hand_labels(table, model.codebook())?;
    let judged = judge_table(&model, &labels, args.promise);
    let name = table.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let set = ScoredSet::new(
        &name,
        Protocol::Gold,
        "model",
        true,
        &judged,
        model.codebook(),
        args.promise,
        args.training.seed,
    );
    let evaluation = evaluation(args, vec![set], model.codebook().fingerprint(), Some(model.id().to_owned()));
    Ok((evaluation, model.codebook().clone()))
}

fn judge_training(args: &Args, global: &Global) -> anyhow::Result<(Evaluation, Codebook)> {
    let set = args.training.set(global)?;
    let settings = args.training.settings().check()?;
    let naive_bayes =
        Settings { seed: args.training.seed, ..Settings::naive_bayes(EventModel::Bernoulli) }.check()?;
    let is_naive = settings == naive_bayes;
    let mut sources: Vec<(String, bool)> = Vec::new();
    if !args.quick {
        let real = |s: &str| set.rows.iter().any(|r| r.source == s && r.kind.is_real());
        let named = |s: &&str| set.rows.iter().any(|r| r.source == **s && r.kind != Kind::Codebook);
        sources = set.sources().into_iter().filter(named).map(|s| (s.to_owned(), real(s))).collect();
        sources.sort_by_key(|(_, real)| !real);
    }
    let curve_points = if args.quick { 0 } else { N_POINTS };
    let n_steps = (settings.n_folds * 2 + sources.len() * 2 + curve_points) as u64;
    let steps = Steps::new(global, n_steps);
    let done = AtomicU64::new(0);
    let step = || steps.reach(done.fetch_add(1, Ordering::Relaxed) + 1);

    let mut sets = Vec::new();
    let classifiers: Vec<(&str, &CheckedSettings)> = if is_naive {
        vec![("naive-bayes", &naive_bayes)]
    } else {
        vec![("blend", &settings), ("naive-bayes", &naive_bayes)]
    };
    let score = |name: &str, protocol, classifier: &str, is_real, judged: &[Judged]| {
        ScoredSet::new(
            name,
            protocol,
            classifier,
            is_real,
            judged,
            &set.codebook,
            args.promise,
            args.training.seed,
        )
    };
    for (name, settings) in &classifiers {
        let judged = cross_validation(&set, settings, args.promise, &step)?;
        sets.push(score(&opinion_tables(&set), Protocol::NestedCrossValidation, name, true, &judged));
    }
    for (source, is_real) in &sources {
        for (name, settings) in &classifiers {
            let judged = across_sources(&set, source, settings, args.promise)?;
            sets.push(score(source, Protocol::AcrossSources, name, *is_real, &judged));
            step();
        }
    }
    let mut evaluation = evaluation(args, sets, set.codebook.fingerprint(), None);
    if !args.quick {
        evaluation.learning_curve = Some(learning_curve(&set, &settings, &step)?);
    }
    steps.finish();
    Ok((evaluation, set.codebook))
}

fn opinion_tables(set: &TrainingSet) -> String {
    let of = |s: &&str| set.rows.iter().any(|r| r.source == **s && r.kind == Kind::Opinion);
    set.sources().into_iter().filter(of).collect::<Vec<_>>().join("+")
}

fn write_tables(evaluation: &Evaluation, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<16} {:<14} {:<12} {:>5}  {:<18} {:>8} {:>6} {:>6} {:>6} {:>7}  {:<22}",
        "set",
        "judged",
        "classifier",
        "n",
        "micro-F1",
        "macro-F1",
        "exact",
        "hit@1",
        "main",
        "stance",
        "accepted: precision"
    )?;
    for set in &evaluation.sets {
        let o = &set.overall;
        let protocol = match set.protocol {
            Protocol::NestedCrossValidation => "nested CV",
            Protocol::AcrossSources => "source unseen",
            Protocol::Gold => "table unseen",
        };
        writeln!(
            out,
            "{:<16} {:<14} {:<12} {:>5}  {:<18} {:>8.3} {:>6.3} {:>6.3} {:>6.3} {:>7.3}  {:.2}: {}",
            set.name,
            protocol,
            set.classifier,
            set.n_opinions,
            shown(&o.micro_f1),
            o.macro_f1.value,
            o.exact_match.value,
            o.hit_at_1.value,
            o.main_accuracy.value,
            o.stance_accuracy.value,
            set.promise.accepted.value,
            shown(&set.promise.precision),
        )?;
    }
    let Some(first) = evaluation.sets.first() else { return Ok(()) };
    writeln!(out, "\n{} by theme ({})", first.name, first.classifier)?;
    writeln!(out, "{:<20} {:>7} {:>20} {:>20} {:>20}", "theme", "support", "precision", "recall", "F1")?;
    for theme in &first.themes {
        writeln!(
            out,
            "{:<20} {:>7} {:>20} {:>20} {:>20}",
            theme.theme,
            theme.support,
            shown(&theme.precision),
            shown(&theme.recall),
            shown(&theme.f1)
        )?;
    }
    if let Some(curve) = &evaluation.learning_curve {
        for (what, points) in [("examples", &curve.examples), ("hand labels", &curve.labels)] {
            let points: Vec<String> =
                points.iter().map(|p| format!("{} {:.3}", p.n_rows, p.micro_f1)).collect();
            writeln!(out, "\nmicro-F1 by {what}: {}", points.join("  "))?;
        }
    }
    Ok(())
}

fn shown(figure: &Figure) -> String {
    if figure.n == 0 {
        return "-".to_owned();
    }
    format!("{:.3} [{:.3},{:.3}]", figure.value, figure.low, figure.high)
}
