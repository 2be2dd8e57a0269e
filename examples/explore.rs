use iken::{classify::threshold, codebook::Codebook, model::*, tokenize::Head};
use std::path::Path;
fn main() {
    let cb = Codebook::from_path(Path::new("labels/codebook.toml")).unwrap();
    let set =
        TrainingSet::from_paths(cb, &["labels/r01.tsv"], Some(Path::new("labels/examples.tsv"))).unwrap();
    for it in [12, 20, 30, 60, 200] {
        let mut s = Settings::default();
        if let MemberKind::Logistic(l) = &mut s.themes.members[0].kind {
            l.max_iterations = it;
            l.tolerance = 0.001;
        }
        let s = s.check().unwrap();
        let all: Vec<Vec<f64>> = vec![];
        let _ = all;
        for src in ["r01", "field", "remarks"] {
            let train = set.rows_where(|r| r.source != src);
            let test = set.rows_where(|r| r.source == src);
            let mut ff = FittedHead::fit(&set, Head::Themes, &train, &s).unwrap();
            let un: Vec<_> = test.iter().map(|&t| ff.member_scores(&set, Head::Themes, t, &s)).collect();
            ff.scale(&[1.0, 1.0], &un);
            let th = -0.57;
            let (mut r, mut g, mut w, mut m) = (0, 0, 0, 0);
            for &t in &test {
                let l = set.rows[t].themes;
                let sc = ff.blend(&ff.member_scores(&set, Head::Themes, t, &s));
                let p = threshold::assign(&sc, th, 3);
                r += p.iter().filter(|t| l.contains(*t)).count();
                g += p.len();
                w += l.len();
                m += (p.main() == l.main()) as usize;
            }
            println!(
                "it {it} {src} micro {:.4} main {:.4}",
                2.0 * r as f64 / (g + w) as f64,
                m as f64 / test.len() as f64
            );
        }
    }
}
