//! `image`: the names under which images are pulled through this registry.

use serde_json::json;

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{Account, Ended, Program, Words, TOKEN};

const ECR: &str = "444455556666.dkr.ecr.eu-west-1.amazonaws.com";

/// An account with rules for several registries.
fn account() -> Account {
    let account = Account::new();
    let arn = account.made_with("ecr-pullthroughcache/any", "{}");
    for (prefix, kind, url, part) in [
        ("docker-hub", "docker-hub", "registry-1.docker.io", "ROOT"),
        ("cgr", "chainguard", "cgr.dev", "your.org"),
        ("ROOT", "quay", "quay.io", "ROOT"),
        ("kubernetes", "k8s", "registry.k8s.io", "ROOT"),
    ] {
        let mut rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": kind,
            "upstreamRegistryUrl": url, "upstreamRepositoryPrefix": part});
        if matches!(kind, "docker-hub" | "chainguard") {
            rule["credentialArn"] = json!(arn);
        }
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    account.take_actions();
    account
}

fn host(account: &Account) -> String {
    format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id)
}

#[test]
fn each_image_has_its_name_in_order_by_one_look_at_the_rules() {
    let account = account();
    let host = host(&account);
    let here = format!("{host}/docker-hub/library/nginx");
    let words = [
        "nginx:1.27",
        "quay.io/a/b",
        "cgr.dev/your.org/python:3",
        "nginx:1.27",
        &here,
    ];
    let ended = account.run(&[&["image"], &words[..]].concat());
    let names = [
        "docker-hub/library/nginx:1.27",
        "a/b",
        "cgr/python:3",
        "docker-hub/library/nginx:1.27",
        "docker-hub/library/nginx",
    ];
    let names = names.map(|name| format!("{host}/{name}")).join("\n");
    assert_eq!(ended.ok(), names);
    assert_eq!(ended.stderr, "");
    let mut actions = account.take_actions();
    actions.sort();
    assert_eq!(
        actions,
        ["DescribePullThroughCacheRules", "GetCallerIdentity"]
    );

    let json = account
        .run(&["image", "nginx:1.27", &here, "-o", "json"])
        .json();
    let name = format!("{host}/docker-hub/library/nginx:1.27");
    assert_eq!(
        json,
        json!([
            {"schemaVersion": 1, "image": "nginx:1.27", "ecrImage": name, "rule": "docker-hub"},
            {"schemaVersion": 1, "image": here, "ecrImage": here, "rule": null},
        ])
    );
}

/// Over IPv6 too, and with FIPS.
#[test]
fn what_is_in_this_registry_already_stays_by_whichever_of_its_hosts() {
    let account = account();
    let id = &account.id;
    let hosts = [
        format!("{id}.dkr.ecr-fips.us-east-1.amazonaws.com"),
        format!("{id}.dkr-ecr.us-east-1.on.aws"),
        format!("{id}.dkr-ecr-fips.us-east-1.on.aws"),
    ];
    for host in hosts {
        let image = format!("{host}/team/app:1");
        assert_eq!(account.run(&["image", &image]).ok(), image);
    }
    let others = format!("{id}.dkr-ecr.us-east-2.on.aws/team/app:1");
    account.run(&["image", &others]).fails(3, &["no rule"]);
}

#[test]
fn a_list_is_rewritten_from_standard_input() {
    let account = account();
    let host = host(&account);
    let list = "\u{feff}# images\r\nnginx\r\n\r\n  registry.k8s.io/pause:3.10\nredis:7";
    let image = |bytes: &[u8]| Program::new("image -").with(&account).stdin(bytes).run();
    let names = [
        "docker-hub/library/nginx",
        "kubernetes/pause:3.10",
        "docker-hub/library/redis:7",
    ];
    let names = names.map(|name| format!("{host}/{name}")).join("\n");
    assert_eq!(image(list.as_bytes()).ok(), names);
    account.take_actions();
    let none = image(b"# nothing\n");
    assert_eq!(none.ok(), "");
    assert!(
        none.stderr.contains("No images on standard input"),
        "{none:?}"
    );
    let none = Program::new("image - -o json").with(&account);
    assert_eq!(none.run().json(), json!([]));
    assert!(account.take_actions().is_empty());
    image(b"nginx\nngin\xff").fails(2, &["could not read line 2 of standard input", "UTF-8"]);
    image(b"\xff\xfen\0g\0").fails(2, &["it is UTF-16, which PowerShell writes by default"]);
    image(b"nginx\n\nNginx\na b\n").fails(
        2,
        &[
            "line 3 is not an image: \"Nginx\": its repository contains an upper-case letter",
            "line 4 is not an image",
        ],
    );
    image(&vec![b'a'; 33 << 20]).fails(2, &["it is larger than"]);
}

#[test]
fn an_image_without_a_rule_names_the_rule_to_make_and_nothing_is_printed() {
    let account = account();
    for (text, fix) in [
        (
            "ghcr.io/o/app:v1",
            "ecr-ptc rule set github --secret ecr-pullthroughcache/github-container-registry \
             --registry github-container-registry",
        ),
        (
            "me.azurecr.io/app",
            "--registry azure-container-registry --upstream-registry-url me.azurecr.io",
        ),
        (
            "public.ecr.aws/x/y",
            "create the rule: ecr-ptc rule set ecr-public --registry ecr-public",
        ),
        (
            &format!("{ECR}/x"),
            &format!(
                "create the rule: ecr-ptc rule set ecr --registry ecr --upstream-registry-url {ECR} \
                 --region us-east-1 --custom-role-arn arn:aws:iam::{}:role/NAME",
                account.id
            ),
        ),
        ("gcr.io/x/y", "ECR does not support gcr.io"),
    ] {
        let told = format!("no rule for {text} in us-east-1");
        let ended = account.run(&["image", "nginx", text]);
        ended.fails(3, &[&told, fix]);
        assert_eq!(ended.stdout, "");
    }
    let taken = json!({"ecrRepositoryPrefix": "ecr-public", "upstreamRegistry": "k8s",
        "upstreamRegistryUrl": "registry.k8s.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &taken);
    let ended = account.run("image public.ecr.aws/x/y");
    ended.fails(
        3,
        &["create the rule: ecr-ptc rule set ecr-public-2 --registry ecr-public"],
    );
    let words = ["image", "ghcr.io/a/b", "nginx", "ghcr.io/c/d", "gcr.io/e"];
    let ended = account.run(&words);
    ended.fails(
        3,
        &[
            "for 3 of 4 images:\n",
            "ghcr.io: 2 images\n",
            "ghcr.io/a/b\n",
            "ghcr.io/c/d\n",
            "gcr.io: 1 image\n",
            "gcr.io/e\n",
        ],
    );
    assert_eq!(ended.stderr.matches("rule set github").count(), 1);

    let going = account.run(&[&words[..], &["--keep-going"]].concat());
    assert_eq!(going.status, 3);
    assert!(going.stderr.contains("for 3 of 4 images"), "{going:?}");
    let name = format!("{}/docker-hub/library/nginx", host(&account));
    assert_eq!(going.stdout, format!("{name}\n"));
    let going = account.run("image nginx gcr.io/e --keep-going -o json");
    let array: serde_json::Value = serde_json::from_str(&going.stdout).unwrap();
    let none = json!({"schemaVersion": 1, "image": "gcr.io/e", "ecrImage": null, "rule": null});
    assert_eq!((&array[0]["ecrImage"], &array[1]), (&json!(name), &none));
    assert!(going.stderr.contains("\"code\":\"rule-not-found\""));
}

/// The answer for a list, with and without `--keep-going`.
fn list(account: &Account, text: &str, more: &(impl Words + ?Sized)) -> Ended {
    let program = Program::new("image -").and(more);
    program.with(account).stdin(text).run()
}

/// Lines as they are copied from charts, compose files, Dockerfiles and scripts.
const ODD_LIST: &str = "\
nginx:1.27
--platform=linux/arm64 redis
--platform linux/amd64   quay.io/a/b:1  # for the old nodes
registry.k8s.io/pause:3.10\t# pinned
k8s.gcr.io/pause:3.9
oci://registry-1.docker.io/bitnamicharts/nginx
docker://nginx:1.27
\"nginx:1.27\",
image: redis:7
  - 'quay.io/a/b'
FROM nginx:1.27
docker pull nginx
ghcr.io/Owner/App:V1
oci://ghcr.io/Owner/charts/App
ghcr.io/${OWNER}/app
https://quay.io/a/b
not an image
";

#[test]
fn the_rest_of_a_list_is_printed_although_lines_are_odd_and_all_of_them_are_named() {
    let account = account();
    let host = host(&account);
    let going = list(&account, ODD_LIST, "--keep-going");
    let names = format!(
        "{host}/docker-hub/library/nginx:1.27\n\
         --platform=linux/arm64 {host}/docker-hub/library/redis\n\
         --platform linux/amd64   {host}/a/b:1\n\
         {host}/kubernetes/pause:3.10\n\
         {host}/kubernetes/pause:3.9\n\
         oci://{host}/docker-hub/bitnamicharts/nginx\n\
         docker://{host}/docker-hub/library/nginx:1.27\n"
    );
    assert_eq!((going.status, going.stdout.as_str()), (2, names.as_str()));
    let faults = [
        "found 10 problems",
        "line 8 is not an image: \"\"nginx:1.27\",\": it contains more than an image name",
        "line 9 is not an image: \"image: redis:7\": it contains more than an image name",
        "line 10 is not an image",
        "line 11 is not an image",
        "line 12 is not an image",
        "line 13 is not an image: \"ghcr.io/Owner/App:V1\": its repository contains an upper-case letter",
        "line 14 is not an image: \"oci://ghcr.io/Owner/charts/App\": its repository contains an upper-case letter",
        "line 15 is not an image: \"ghcr.io/${OWNER}/app\": it contains a variable that was not replaced",
        "line 16 is not an image: \"https://quay.io/a/b\": it starts with a scheme",
        "line 17 is not an image: \"not an image\"",
        "use only the name: nginx:1.27\n",
        "use only the name: redis:7\n",
        "use only the name: quay.io/a/b\n",
        "use lowercase: ghcr.io/owner/app:V1\n",
        "use lowercase: oci://ghcr.io/owner/charts/app\n",
    ];
    list(&account, ODD_LIST, "").fails(2, &faults);
    for words in faults {
        assert!(going.stderr.contains(words), "{words}: {}", going.stderr);
    }
    // Missing rules are named beside them.
    let both = list(&account, "nginx\nNginx\ngcr.io/x\n", "--keep-going");
    assert_eq!(both.status, 2);
    assert_eq!(both.stdout, format!("{host}/docker-hub/library/nginx\n"));
    for words in [
        "line 2 is not an image",
        "no rule for gcr.io/x in us-east-1",
        "use lowercase: nginx\n",
        "ECR does not support gcr.io",
    ] {
        assert!(both.stderr.contains(words), "{words}: {}", both.stderr);
    }
    account.take_actions();
    list(&account, "Nginx\n", "--keep-going").fails(2, &["line 1 is not an image"]);
    assert!(account.take_actions().is_empty());
}

#[test]
fn a_line_end_of_windows_in_an_argument_can_be_seen() {
    let account = account();
    account.run(&["image", "nginx:1.27\r"]).fails(
        2,
        &[
            r#"REFERENCE is not an image: "nginx:1.27\r": it contains a control character"#,
            "use only the name: nginx:1.27\n",
        ],
    );
    account
        .run(&["image", "nginx:1.27 "])
        .fails(2, &[r#""nginx:1.27 ""#, "use only the name: nginx:1.27\n"]);
}

#[test]
fn a_long_list_has_a_short_summary_by_registry() {
    let account = account();
    let hosts = [
        "docker.io",
        "ghcr.io",
        "gcr.io",
        "quay.io",
        "mcr.microsoft.com",
    ];
    let lines = (0..74_212).map(|n| match n % 1_000 {
        7 => format!("image: x:{n}\n"),
        8 => format!("host-{n}.example/a/b\n"),
        _ => format!("{}/team-{}/app-{n}:v1\n", hosts[n % 5], n % 97),
    });
    let list = list(&account, &lines.collect::<String>(), "--keep-going");
    assert_eq!(list.status, 2);
    assert_eq!(list.stdout.lines().count(), 29_610);
    for words in [
        "found 75 problems",
        "line 8 is not an image: \"image: x:7\"",
        "and 25 more\n",
        "no rule in us-east-1 for 44527 of 74137 images:",
        "ghcr.io: 14843 images\n         ghcr.io/team-1/app-1:v1\n",
        "gcr.io: 14767 images\n",
        "mcr.microsoft.com: 14842 images\n",
        "58 other registries: 58 images\n",
        "ecr-ptc rule set github --secret",
        "ECR does not support",
    ] {
        assert!(list.stderr.contains(words), "{words}: {}", list.stderr);
    }
    assert!(list.stderr.len() < 12_000, "{}", list.stderr.len());
}

/// Each machine of a fleet names its own host: the summary stays short, and is not slow.
#[test]
fn a_hundred_thousand_unknown_hosts_are_summed_up_at_once() {
    let account = account();
    let lines = (0..100_000).map(|n| format!("host-{n}.example/a/b\n"));
    let start = std::time::Instant::now();
    let ended = list(&account, &lines.collect::<String>(), "");
    ended.fails(
        3,
        &[
            "no rule in us-east-1 for 100000 of 100000 images",
            "host-0.example: 1 image\n",
            "and 99980 more: pull directly from them",
        ],
    );
    assert!(ended.stderr.len() < 4_000, "{}", ended.stderr.len());
    // Without optimization and on a busy machine; by comparing all with all it takes minutes.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn an_image_by_its_digest_may_not_be_fetched_and_that_is_said() {
    let account = account();
    let digest = format!("nginx:1.27@sha256:{}", "0a".repeat(32));
    let ended = account.run(&["image", &digest]);
    assert!(ended
        .ok()
        .ends_with(&format!("/docker-hub/library/{digest}")));
    let words = "warning: 1 image is named by digest; ECR may not fetch a digest it has not \
                 cached, so pull the image by its tag first";
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    let here = format!("{}/docker-hub/library/{digest}", host(&account));
    assert_eq!(account.run(&["image", &here]).stderr, "");
}

/// Two registries of Azure, and this and another account's of Amazon ECR, need a prefix each.
#[test]
fn the_proposed_rules_of_a_list_can_all_be_created() {
    let account = Account::new();
    account.made("ecr-pullthroughcache/azure-container-registry");
    let own = format!("{}.dkr.ecr.eu-west-1.amazonaws.com/a:1", account.id);
    let images = format!("me.azurecr.io/a:1\nyou.azurecr.io/a:1\nquay.io/a/b\n{own}\n{ECR}/a:1\n");
    let images = images.as_str();
    let missing = list(&account, images, "");
    let commands = missing.stderr.lines().filter_map(|line| {
        let (_, command) = line.split_once("ecr-ptc ")?;
        Some(command.split_whitespace().collect::<Vec<_>>())
    });
    for command in commands {
        account.run(&command).ok();
    }
    let host = host(&account);
    let names = [
        "azure/a:1",
        "azure-2/a:1",
        "quay/a/b",
        "ecr/a:1",
        "ecr-2/a:1",
    ];
    let names = names.map(|name| format!("{host}/{name}")).join("\n");
    assert_eq!(list(&account, images, "").ok(), names);
}

/// Creates the rule that `image` proposes for this image.
fn create_proposed(account: &Account, image: &str) {
    let ended = account.run(&["image", image]);
    ended.fails(3, &["no rule"]);
    let (_, command) = ended.stderr.rsplit_once("ecr-ptc ").unwrap();
    let words: Vec<&str> = command.split_whitespace().collect();
    account.run(&words).ok();
}

#[test]
fn the_proposed_rule_serves_the_image_by_every_name_of_its_registry() {
    let hub = [
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "registry.hub.docker.com",
    ];
    let github = ["ghcr.io", "docker.pkg.github.com", "GHCR.IO", "ghcr.io:443"];
    let kubernetes = ["registry.k8s.io", "k8s.gcr.io"];
    let azure = ["me.azurecr.io", "ME.azurecr.io:443"];
    let alone = [
        "quay.io",
        "public.ecr.aws",
        "cgr.dev",
        "registry.gitlab.com",
    ]
    .map(|host| [host]);
    let hosts = [&hub[..], &github, &kubernetes, &azure];
    for names in hosts.into_iter().chain(alone.iter().map(|host| &host[..])) {
        for proposed_by in names {
            let account = Account::new();
            for kind in [
                "docker-hub",
                "github-container-registry",
                "azure-container-registry",
                "gitlab-container-registry",
                "chainguard",
            ] {
                account.made(&format!("ecr-pullthroughcache/{kind}"));
            }
            create_proposed(&account, &format!("{proposed_by}/team/app:1"));
            let prefix = account.rules()[0]["ecrRepositoryPrefix"].clone();
            let name = format!("{}/{}/team/app:1", host(&account), prefix.as_str().unwrap());
            for host in names {
                let ended = account.run(&["image", &format!("{host}/team/app:1")]);
                assert_eq!(ended.ok(), name, "{host}");
            }
        }
    }
}

#[test]
fn the_proposed_rule_serves_the_image_beside_rules_with_the_usual_prefix() {
    let account = Account::new();
    for (prefix, part) in [
        ("quay", "team-a"),
        ("quay-2/x", "team-b"),
        ("quay-3", "team-c"),
    ] {
        let rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": "quay.io",
            "upstreamRepositoryPrefix": part});
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    create_proposed(&account, "quay.io/x/y");
    let name = format!("{}/quay-4/x/y", host(&account));
    assert_eq!(account.run("image quay.io/x/y").ok(), name);
}

#[test]
fn an_image_at_a_mirror_is_named_where_ecr_can_pull_it() {
    let account = account();
    for (mirror, same) in [
        (
            "lscr.io/linuxserver/sonarr:4",
            "ghcr.io/linuxserver/sonarr:4",
        ),
        ("MIRROR.gcr.io/library/nginx", "docker.io/library/nginx"),
    ] {
        let fix = format!("ecr-ptc image {same} --region us-east-1");
        account.run(&["image", mirror]).fails(3, &[&fix]);
    }
    for other in [
        "lscr.io/other/x",
        "hub.docker.com/library/nginx",
        "docker.io:5000/x",
    ] {
        let ended = account.run(&["image", other]);
        ended.fails(3, &["ECR does not support"]);
    }
}

#[test]
fn what_is_no_image_is_reported_before_any_call() {
    let account = account();
    account
        .run("image")
        .fails(2, &["the image is missing", "ecr-ptc image nginx:1.27"]);
    account
        .run(&["image", "nginx", "https://ghcr.io/a", "a\u{1b}[2J"])
        .fails(2, &["found 2 problems", "leave out https://", "\\u{1b}"]);
    account
        .run(&["image", TOKEN])
        .fails(2, &["looks like an access token", "revoke it"])
        .hides(TOKEN);
    Program::new("image -")
        .with(&account)
        .stdin(TOKEN)
        .run()
        .fails(2, &["line 1 looks like an access token"])
        .hides(TOKEN);
    assert!(account.take_actions().is_empty());
}

#[test]
fn the_account_is_that_of_the_rules_where_sts_says_nothing() {
    let account = account();
    account.answer("GetCallerIdentity", 503, "text/html", "<html>", None);
    let ended = account.run("image nginx");
    assert_eq!(
        ended.ok(),
        format!("{}/docker-hub/library/nginx", host(&account))
    );
    account.heal();
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "User: x is not authorized to perform: ecr:DescribePullThroughCacheRules",
    );
    account.run("image nginx").fails(
        5,
        &[
            "could not list the rules in us-east-1",
            "ecr:DescribePullThroughCacheRules",
        ],
    );
}

#[cfg(unix)]
#[test]
fn at_a_terminal_it_says_that_it_waits() {
    let account = account();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC image -")
        .sees("Enter image names, one a line; Ctrl-D to finish")
        .enters("nginx:1.27")
        .types("\x04")
        .sees(&format!("{}/docker-hub/library/nginx:1.27", host(&account)));
    screen.status_is(0).is_as_before();
}
