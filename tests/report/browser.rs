//! The page in a real browser: from a cell of the heat map to its opinions, with a click.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::page::two_years;

fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name))).find(|p| p.is_file())
}

/// The document after its scripts have run.
fn dump(chromium: &Path, url: &str) -> String {
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--virtual-time-budget=4000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(url)
        .output()
        .expect("the browser starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Clicks the fullest cell of the heat map and writes down where that led.
const CLICKER: &str = r##"<pre id="log"></pre><script>
const cells = Array.from(document.querySelectorAll("table.heat td a"));
const cell = cells.reduce((a, b) => +b.textContent > +a.textContent ? b : a);
const mark = document.getElementById("filter-mark");
mark.value = "review";
mark.dispatchEvent(new Event("input"));
const filtered = document.querySelectorAll("#opinions tr.opinion:not([hidden])").length;
cell.click();
setTimeout(() => {
  const target = document.querySelector(":target");
  const box = target.getBoundingClientRect();
  document.getElementById("log").textContent = JSON.stringify({
    cell: +cell.textContent, rows: target.querySelectorAll("tr.opinion:not([hidden])").length,
    marked: target.querySelectorAll("tr.opinion .mark").length, filtered,
    all: document.querySelectorAll("#opinions tr.opinion").length,
    seen: box.top < window.innerHeight && box.bottom > 0, open: target.closest("details").open
  });
}, 300);
</script></body>"##;

/// The page without its policy, which would not let a test's script run.
fn without_policy(page: &str) -> String {
    let (before, rest) = page.split_once("<meta http-equiv").expect("a policy");
    let (_, after) = rest.split_once('>').expect("its end");
    format!("{before}{after}")
}

#[test]
fn a_click_on_a_cell_leads_to_its_opinions_though_a_filter_hid_them() {
    let Some(chromium) = chromium() else { return left_out() };
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report.html");
    let page = without_policy(&two_years()).replace("</body>", CLICKER);
    std::fs::write(&path, page).expect("written");
    let dumped = dump(&chromium, &format!("file://{}", path.display()));
    let log = dumped.split_once("<pre id=\"log\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let log: serde_json::Value =
        serde_json::from_str(log.map_or("", |(log, _)| log)).expect("what was clicked");
    assert!(log["cell"].as_u64() > Some(3), "{log}");
    assert!(log["rows"] == log["cell"] && log["marked"] == log["cell"], "{log}");
    assert!(log["filtered"].as_u64() < log["all"].as_u64(), "{log}");
    assert!(log["seen"] == true && log["open"] == true, "{log}");
}

#[test]
fn the_pages_policy_lets_its_own_script_and_style_run() {
    let Some(chromium) = chromium() else { return left_out() };
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report.html");
    std::fs::write(&path, two_years()).expect("written");
    let dumped = dump(&chromium, &format!("file://{}", path.display()));
    assert!(dumped.contains("<div class=\"filter\" id=\"filter\">"), "the script did not run");
    assert!(dumped.contains("role=\"button\""), "tables cannot be sorted");
}

/// A test has no other way to say that it was left out.
#[allow(clippy::print_stderr)]
fn left_out() {
    eprintln!("left out: no Chromium on this machine (apt-get install chromium)");
}
