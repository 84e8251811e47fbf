//! Help, version, completions, man pages and color.

use crate::support::{Account, Program};

#[test]
fn help_and_version() {
    let short = Program::new("-h").run();
    assert!(short.ok().contains("create"));
    let long = Program::new("create --help").run();
    for part in [
        "--registry",
        "--access-token-stdin",
        "--resource-policy",
        "--if-exists",
        "--verify",
        "--upstream-registry-url",
        "--from-docker-config",
        "Examples:",
        "read:packages",
        "read_registry",
        "content/read",
        "chainctl",
        "https://app.docker.com/settings/personal-access-tokens",
    ] {
        assert!(long.ok().contains(part), "{part}");
    }
    assert_eq!(
        Program::new("-V").run().ok(),
        concat!("ecr-ptc ", env!("CARGO_PKG_VERSION"))
    );
    assert!(
        long.stdout.lines().all(|line| line.chars().count() <= 130),
        "{}",
        long.stdout
    );
}

#[test]
fn each_command_says_what_its_own_verify_means() {
    let help = |command: &str| {
        let help = Program::new(&[command, "--help"]).run();
        help.ok().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let of_check = [
        "- auto: Send nothing to any registry, same as never",
        "- always: Log in with the credentials of each secret; a rejection is an error",
        "- never: Send nothing to any registry [env",
    ];
    let of_create = ["- auto: Stop if the registry rejects them (status 6)"];
    for (command, own, others) in [
        ("check", &of_check[..], &of_create[..]),
        ("create", &of_create, &of_check),
        ("update", &of_create, &of_check),
    ] {
        let help = help(command);
        assert!(own.iter().all(|words| help.contains(words)), "{help}");
        assert!(!help.contains(others[0]), "{help}");
    }
}

#[test]
fn help_is_a_subcommand_too() {
    let run = |words: &[&str]| Program::new(words).run();
    for (words, same) in [
        (&["help"][..], &["--help"][..]),
        (&["help", "create"], &["create", "--help"]),
        (&["help", "rule", "set"], &["rule", "set", "--help"]),
        (&["rule", "help", "set"], &["rule", "set", "--help"]),
        (&["rule", "help"], &["rule", "--help"]),
    ] {
        assert_eq!(run(words).ok(), run(same).ok(), "{words:?}");
    }
    run(&["help", "crate"]).fails(2, &["unrecognized subcommand 'crate'"]);
}

#[test]
fn rule_alone_is_an_error_that_names_its_subcommands() {
    const RULES: &str = "see the rules: ecr-ptc rule list\n\
        create a rule: ecr-ptc rule set docker-hub --registry docker-hub";
    let words = ["requires a subcommand", "set, list, delete"];
    Program::new("rule").run().fails(2, &words);
    let json = Program::new("rule -o json").run();
    let error = json.fails(2, &words).error_json();
    assert_eq!(error["error"]["hint"], RULES);
}

#[test]
fn completions_and_the_man_page() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = Program::new(&["completions", shell]).run();
        assert!(script.ok().contains("if-exists"), "{shell}");
        for option in ["recovery-window-days", "expiring-within", "rollback"] {
            assert!(script.ok().contains(option), "{shell}");
        }
        // Names of secrets are offered without asking AWS, where the shell's completion has such a thing.
        if ["bash", "zsh"].contains(&shell) {
            let shows = script.ok().lines().any(|line| {
                line.contains("gitlab-container-registry")
                    && line.contains("chainguard")
                    && !line.contains("--registry")
            });
            assert!(shows, "{shell}");
        }
    }
}

/// The completions a shell offers; none if it is not installed.
#[cfg(unix)]
fn offered(shell: &str, script: &str) -> Option<String> {
    let path = std::env::var("PATH").unwrap();
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_ecr-ptc")).parent()?;
    let output = std::process::Command::new(shell)
        .args(["-c", script])
        .env("PATH", format!("{}:{path}", built.display()))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shell}: {:?}", output.stderr);
    Some(text)
}

#[cfg(unix)]
#[test]
fn the_shells_take_their_scripts_and_offer_what_fits() {
    let bash = r#"eval "$(ecr-ptc completions bash)"
        of() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ecr__ptc "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s ' "${COMPREPLY[@]}"; }
        of ecr-ptc cr; of ecr-ptc create --registry ch; of ecr-ptc rule s; of ecr-ptc show gith; of ecr-ptc help res; of ecr-ptc create gitl"#;
    let said = offered("bash", bash).expect("bash is installed");
    assert_eq!(
        said,
        "create chainguard set github-container-registry restore gitlab-container-registry "
    );
    let fish = r#"ecr-ptc completions fish | source; for line in "cr" "create --registry ch" "rule s"; complete -C "ecr-ptc $line" | cut -f1; end"#;
    if let Some(said) = offered("fish", fish) {
        assert_eq!(said, "create\nchainguard\nset\n");
    }
    let zsh = "autoload -Uz compinit && compinit -D && eval \"$(ecr-ptc completions zsh)\" && whence -w _ecr-ptc";
    if let Some(said) = offered("zsh", zsh) {
        assert_eq!(said, "_ecr-ptc: function\n");
    }
}

#[test]
fn short_help_fits_a_screen_and_points_to_the_rest() {
    for (command, most) in [
        (&["create"][..], 60),
        (&["update"], 60),
        (&["rule", "set"], 45),
        (&["check"], 40),
        (&["list"], 20),
        (&[], 30),
    ] {
        let help = Program::new(&[command, &["-h"]].concat()).env("COLUMNS", "80");
        let help = help.run();
        assert!(help.ok().lines().count() <= most, "{}", help.stdout);
        assert!(!help.stdout.contains("--ca-bundle"), "{}", help.stdout);
        assert!(
            help.stdout.contains("See --help for more"),
            "{}",
            help.stdout
        );
        let long = Program::new(&[command, &["--help"]].concat()).run();
        assert!(long.ok().contains("--ca-bundle"), "{}", long.stdout);
        assert!(!long.stdout.contains("See --help"), "{}", long.stdout);
    }
}

#[test]
fn a_registry_alone_is_create_with_it() {
    for word in ["docker-hub", "ghcr.io", "me.azurecr.io"] {
        let run = |words: &[&str]| Program::new(words).run().stderr;
        let stderr = run(&[word, "--region", "us-east-1"]);
        assert!(
            stderr.contains("--username and the access token are missing"),
            "{stderr}"
        );
        assert_eq!(stderr, run(&["create", word, "--region", "us-east-1"]));
    }
    Program::new("quay")
        .run()
        .fails(2, &["ecr-ptc rule set quay --registry quay"]);
    Program::new("lst")
        .run()
        .fails(2, &["subcommand 'lst'", "did you mean 'list'?"]);
    let words = [
        "ECR pull through cache does not support gitlab.co;",
        "did you mean registry.gitlab.com?",
    ];
    Program::new("create gitlab.co").run().fails(2, &words);
}

#[test]
fn help_keeps_to_a_hundred_columns() {
    for command in [
        &[][..],
        &["create"],
        &["update"],
        &["check"],
        &["delete"],
        &["rule", "set"],
    ] {
        let help = Program::new(&[command, &["-h"]].concat()).run();
        let widest = help.ok().lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{}", help.stdout);
    }
}

#[test]
fn each_subcommand_has_a_man_page() {
    let man = |words: &[&str]| Program::new(&[&["man"], words].concat()).run();
    let page = man(&[]);
    for name in [
        "create", "update", "list", "show", "check", "delete", "restore", "rule", "image", "man",
    ] {
        assert!(
            page.ok().contains(&format!("ecr\\-ptc\\-{name}(1)")),
            "{}",
            page.stdout
        );
        let own = man(&[name]);
        for part in [
            format!(".TH ecr-ptc-{name} 1"),
            format!("\\fBecr\\-ptc {name}\\fR"),
        ] {
            assert!(own.ok().contains(&part), "{part}: {}", own.stdout);
        }
    }
    assert!(page.stdout.contains(".SH \"EXIT STATUS\""));
    let set = man(&["rule", "set"]);
    for part in [".TH ecr-ptc-rule-set 1", ".SH EXAMPLES", "\\fIPREFIX\\fR"] {
        assert!(set.ok().contains(part), "{part}: {}", set.stdout);
    }
    man(&["bogus"]).fails(2, &["has no man page", "use one of: create, "]);
    man(&["rule", "bogus"]).fails(2, &["use one of: set, "]);
    man(&["list", "bogus"]).fails(2, &["leave out the words after"]);
}

#[test]
fn color_only_where_it_is_wanted() {
    let account = Account::new();
    let red = "\u{1b}[1;31merror:";
    let run = |more: &[&str], name: &str, value: &str| {
        Program::create(&account, more)
            .without("AWS_REGION")
            .env(name, value)
            .run()
            .stderr
    };
    assert!(!run(&[], "X", "").contains(red));
    assert!(run(&["--color", "always"], "NO_COLOR", "1").contains(red));
    assert!(run(&[], "CLICOLOR_FORCE", "1").contains(red));
    assert!(!run(&["--color", "never"], "CLICOLOR_FORCE", "1").contains(red));
}

#[test]
fn a_reader_that_goes_away_is_no_failure_of_help() {
    let mut command = Program::new("create --help").command();
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
