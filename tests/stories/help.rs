use crate::workbench::Workbench;

/// Every command of the program, as its help lists them.
fn commands(bench: &Workbench) -> Vec<String> {
    let help = bench.iken(&["--help"]).done().stdout;
    let listed = help.split("Commands:").nth(1).expect("commands").split("\n\n").next().expect("a list").to_owned();
    listed.lines().filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_flag_of_every_command_has_help() {
    let bench = Workbench::new();
    let commands = commands(&bench);
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let help = bench.iken(&[&command, "-h"]).done().stdout;
        for line in help.lines().filter(|l| l.trim_start().starts_with('-')) {
            let described = line.trim().split("  ").filter(|p| !p.trim().is_empty()).count() > 1;
            assert!(described || help.contains(&format!("{line}\n          ")), "{command}: {line}");
        }
    }
}

#[test]
fn licences_of_the_dictionary_are_printed() {
    let shown = Workbench::new().iken(&["--licenses"]).done().stdout;
    for name in ["MIT License", "Nara Institute of Science and Technology", "Adobe"] {
        assert!(shown.contains(name), "{name}");
    }
}
