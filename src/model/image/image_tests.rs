//! References, by the tables of the specification, and their names through rules.

use proptest::prelude::*;

use super::{ImageFault, ImageReference, RulesByHost};
use crate::model::rule::{Rule, UpstreamUrl};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const HOST: &str = "111122223333.dkr.ecr.us-east-1.amazonaws.com";

fn rule(prefix: &str, kind: &str, url: &str, part: Option<&str>) -> Rule {
    Rule {
        upstream_repository_prefix: part.map(str::to_owned),
        ..Rule::new(prefix, kind, UpstreamUrl::parse(url).unwrap())
    }
}

fn rules() -> Vec<Rule> {
    let ecr = "444455556666.dkr.ecr.eu-west-1.amazonaws.com";
    vec![
        rule(
            "docker-hub",
            "docker-hub",
            "registry-1.docker.io",
            Some("ROOT"),
        ),
        rule("hub2", "docker-hub", "registry-1.docker.io", None),
        rule(
            "official",
            "docker-hub",
            "registry-1.docker.io",
            Some("library/debian"),
        ),
        rule("github", "github-container-registry", "ghcr.io", None),
        rule("cgr", "chainguard", "cgr.dev", Some("your.org")),
        rule("azure", "azure-container-registry", "me.azurecr.io", None),
        rule(
            "gl",
            "gitlab-container-registry",
            "registry.gitlab.com",
            Some("a/b/"),
        ),
        rule("ROOT", "quay", "quay.io", Some("ROOT")),
        rule("k8s", "k8s", "registry.k8s.io", None),
        rule("pub/lic", "ecr-public", "public.ecr.aws", None),
        rule("team-a", "ecr", ecr, Some("team-a")),
    ]
}

fn cached(text: &str) -> Option<String> {
    let image = ImageReference::parse(text).unwrap();
    let (name, _) = image.cached(&RulesByHost::new(&rules()), HOST)?.to_owned();
    Some(
        name.strip_prefix(HOST)
            .unwrap()
            .trim_start_matches('/')
            .to_owned(),
    )
}

/// References, as they are with their registry, and as they are pulled through these rules.
const NAMES: [(&str, &str, Option<&str>); 50] = [
    (
        "nginx",
        "docker.io/library/nginx",
        Some("docker-hub/library/nginx"),
    ),
    (
        "nginx:1.27",
        "docker.io/library/nginx:1.27",
        Some("docker-hub/library/nginx:1.27"),
    ),
    (
        "library/nginx",
        "docker.io/library/nginx",
        Some("docker-hub/library/nginx"),
    ),
    (
        "docker.io/nginx",
        "docker.io/library/nginx",
        Some("docker-hub/library/nginx"),
    ),
    (
        "docker.io/library/nginx",
        "docker.io/library/nginx",
        Some("docker-hub/library/nginx"),
    ),
    (
        "index.docker.io/nginx",
        "docker.io/library/nginx",
        Some("docker-hub/library/nginx"),
    ),
    (
        "index.docker.io/library/nginx:a",
        "docker.io/library/nginx:a",
        Some("docker-hub/library/nginx:a"),
    ),
    (
        "grafana/loki:3",
        "docker.io/grafana/loki:3",
        Some("docker-hub/grafana/loki:3"),
    ),
    (
        "docker.io/grafana/loki",
        "docker.io/grafana/loki",
        Some("docker-hub/grafana/loki"),
    ),
    ("a/b/c/d", "docker.io/a/b/c/d", Some("docker-hub/a/b/c/d")),
    (
        "a__b/c--d",
        "docker.io/a__b/c--d",
        Some("docker-hub/a__b/c--d"),
    ),
    (
        "a---------b",
        "docker.io/library/a---------b",
        Some("docker-hub/library/a---------b"),
    ),
    ("0", "docker.io/library/0", Some("docker-hub/library/0")),
    (
        "x:LATEST",
        "docker.io/library/x:LATEST",
        Some("docker-hub/library/x:LATEST"),
    ),
    (
        "x:_a.-",
        "docker.io/library/x:_a.-",
        Some("docker-hub/library/x:_a.-"),
    ),
    (
        "x:1",
        "docker.io/library/x:1",
        Some("docker-hub/library/x:1"),
    ),
    (
        "test_com/foo",
        "docker.io/test_com/foo",
        Some("docker-hub/test_com/foo"),
    ),
    (
        "localhosts/foo",
        "docker.io/localhosts/foo",
        Some("docker-hub/localhosts/foo"),
    ),
    (
        "docker/docker",
        "docker.io/docker/docker",
        Some("docker-hub/docker/docker"),
    ),
    (
        "docker.io/docker.io/x",
        "docker.io/docker.io/x",
        Some("docker-hub/docker.io/x"),
    ),
    // The smallest part of the registry wins.
    (
        "debian/x:1",
        "docker.io/debian/x:1",
        Some("docker-hub/debian/x:1"),
    ),
    (
        "library/debian/x:1",
        "docker.io/library/debian/x:1",
        Some("official/x:1"),
    ),
    (
        "debian",
        "docker.io/library/debian",
        Some("docker-hub/library/debian"),
    ),
    (
        "library/debian-slim/x",
        "docker.io/library/debian-slim/x",
        Some("docker-hub/library/debian-slim/x"),
    ),
    ("ghcr.io/o/app", "ghcr.io/o/app", Some("github/o/app")),
    ("ghcr.io/app", "ghcr.io/app", Some("github/app")),
    (
        "GHCR.io/o/app:v1",
        "GHCR.io/o/app:v1",
        Some("github/o/app:v1"),
    ),
    // A part of the registry.
    (
        "cgr.dev/your.org/python",
        "cgr.dev/your.org/python",
        Some("cgr/python"),
    ),
    (
        "cgr.dev/your.org/a/b:1",
        "cgr.dev/your.org/a/b:1",
        Some("cgr/a/b:1"),
    ),
    ("cgr.dev/your.org", "cgr.dev/your.org", None),
    ("cgr.dev/your.orgs/python", "cgr.dev/your.orgs/python", None),
    (
        "cgr.dev/chainguard/python",
        "cgr.dev/chainguard/python",
        None,
    ),
    (
        "registry.gitlab.com/a/b/c:2",
        "registry.gitlab.com/a/b/c:2",
        Some("gl/c:2"),
    ),
    ("registry.gitlab.com/a/c", "registry.gitlab.com/a/c", None),
    (
        "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team-a/x",
        "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team-a/x",
        Some("team-a/x"),
    ),
    (
        "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team-b/x",
        "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team-b/x",
        None,
    ),
    // ROOT adds nothing.
    (
        "quay.io/prometheus/busybox:latest",
        "quay.io/prometheus/busybox:latest",
        Some("prometheus/busybox:latest"),
    ),
    ("quay.io/busybox", "quay.io/busybox", Some("busybox")),
    (
        "me.azurecr.io/app:1",
        "me.azurecr.io/app:1",
        Some("azure/app:1"),
    ),
    ("you.azurecr.io/app:1", "you.azurecr.io/app:1", None),
    (
        "registry.k8s.io/pause:3.10",
        "registry.k8s.io/pause:3.10",
        Some("k8s/pause:3.10"),
    ),
    (
        "public.ecr.aws/docker/library/alpine",
        "public.ecr.aws/docker/library/alpine",
        Some("pub/lic/docker/library/alpine"),
    ),
    // Other hosts and ports.
    ("localhost/x", "localhost/x", None),
    ("localhost:5000/x:1", "localhost:5000/x:1", None),
    (
        "ghcr.io:443/o/app",
        "ghcr.io:443/o/app",
        Some("github/o/app"),
    ),
    ("test:5000/repo", "test:5000/repo", None),
    ("127.0.0.1:5000/x", "127.0.0.1:5000/x", None),
    (
        "[2001:db8::1]:5000/repo:v1",
        "[2001:db8::1]:5000/repo:v1",
        None,
    ),
    (
        "xn--n3h.com/myimage:xn--n3h.com",
        "xn--n3h.com/myimage:xn--n3h.com",
        None,
    ),
    ("Upper/x", "Upper/x", None),
];

#[test]
fn references_and_their_names_through_the_rules() {
    for (text, whole, through) in NAMES {
        let image = ImageReference::parse(text);
        let image = image.unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(image.to_string(), whole);
        assert_eq!(cached(text).as_deref(), through, "{text}");
    }
}

#[test]
fn digests_stay_with_and_without_a_tag() {
    let digest = format!("sha256:{HEX}");
    for (text, through) in [
        (
            format!("nginx@{digest}"),
            format!("docker-hub/library/nginx@{digest}"),
        ),
        (
            format!("ghcr.io/o/app:v1@{digest}"),
            format!("github/o/app:v1@{digest}"),
        ),
        (
            format!("x@sha512:{HEX}{HEX}"),
            format!("docker-hub/library/x@sha512:{HEX}{HEX}"),
        ),
        (
            format!("{}/x", "a".repeat(253)),
            format!("docker-hub/{}/x", "a".repeat(253)),
        ),
        (
            format!("x:{}", "a".repeat(128)),
            format!("docker-hub/library/x:{}", "a".repeat(128)),
        ),
    ] {
        assert_eq!(cached(&text), Some(through));
    }
}

#[test]
fn invalid_references_are_rejected() {
    for (text, fault) in [
        ("", ImageFault::Empty),
        ("https://ghcr.io/o/app", ImageFault::Scheme),
        (HEX, ImageFault::Identifier),
        ("Nginx", ImageFault::UpperCase),
        ("ghcr.io/O/app", ImageFault::UpperCase),
        ("docker.io/library/NGINX", ImageFault::UpperCase),
        (":1.27", ImageFault::Path),
        ("@sha256:00", ImageFault::Path),
        ("/nginx", ImageFault::Path),
        ("nginx/", ImageFault::Path),
        ("a//b", ImageFault::Path),
        ("ghcr.io/", ImageFault::Path),
        ("ghcr.io//x", ImageFault::Path),
        ("-nginx", ImageFault::Path),
        ("nginx-", ImageFault::Path),
        ("a..b", ImageFault::Path),
        ("a___b", ImageFault::Path),
        ("a b", ImageFault::Path),
        (" nginx", ImageFault::Path),
        ("nginx ", ImageFault::Path),
        ("ngin\u{e9}", ImageFault::Path),
        ("nginx;id", ImageFault::Path),
        ("$(id)", ImageFault::Unfilled),
        ("ghcr.io/${OWNER}/app", ImageFault::Unfilled),
        ("{{ .Values.image }}", ImageFault::Unfilled),
        ("-a.io/x", ImageFault::Domain),
        ("a..io/x", ImageFault::Domain),
        (".io/x", ImageFault::Domain),
        ("a_b.io/x", ImageFault::Domain),
        ("a.io:/x", ImageFault::Domain),
        ("a.io:port/x", ImageFault::Domain),
        ("[::1/x", ImageFault::Domain),
        ("[fe80::1%eth0]/x", ImageFault::Domain),
        ("[::1]5000/x", ImageFault::Domain),
        ("nginx:", ImageFault::Tag),
        ("nginx:-a", ImageFault::Tag),
        ("nginx:.a", ImageFault::Tag),
        ("nginx:a:b", ImageFault::Tag),
        ("nginx:a b", ImageFault::Tag),
        ("nginx:a\n", ImageFault::Control),
        ("nginx:1.27\r", ImageFault::Control),
        ("nginx@", ImageFault::Digest),
        ("nginx@sha256", ImageFault::Digest),
        ("nginx@sha256:abc", ImageFault::Digest),
        (
            "nginx@md5:0123456789abcdef0123456789abcdef",
            ImageFault::Digest,
        ),
        (
            "nginx@sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
            ImageFault::Digest,
        ),
    ] {
        assert_eq!(ImageReference::parse(text), Err(fault), "{text:?}");
    }
    let long = format!("{}/x", "a".repeat(254));
    assert_eq!(ImageReference::parse(&long), Err(ImageFault::TooLong));
    let long = format!("x:{}", "a".repeat(129));
    assert_eq!(ImageReference::parse(&long), Err(ImageFault::Tag));
    let twice = format!("x@sha256:{HEX}@sha256:{HEX}");
    assert_eq!(ImageReference::parse(&twice), Err(ImageFault::Digest));
}

#[test]
fn among_equal_rules_the_first_alphabetically_wins() {
    let mut rules = rules();
    for _ in 0..rules.len() {
        rules.rotate_left(1);
        let image = ImageReference::parse("nginx").unwrap();
        let (_, rule) = image.cached(&RulesByHost::new(&rules), HOST).unwrap();
        assert_eq!(rule.ecr_repository_prefix, "docker-hub");
    }
}

#[test]
fn a_name_of_another_rule_is_not_used() {
    let hub = || rule("docker-hub", "docker-hub", "registry-1.docker.io", None);
    let quay = |prefix: &str| rule(prefix, "quay", "quay.io", None);
    let named = |text: &str, rules: &[Rule]| {
        let image = ImageReference::parse(text).unwrap();
        let (name, rule) = image.cached(&RulesByHost::new(rules), "h.io")?;
        Some((name, rule.ecr_repository_prefix.clone()))
    };
    let name = |name: &str, prefix: &str| Some((name.to_owned(), prefix.to_owned()));
    let rules = [hub(), quay("ROOT")];
    assert_eq!(named("quay.io/docker-hub/x", &rules), None);
    assert_eq!(
        named("quay.io/docker-hubs/x", &rules),
        name("h.io/docker-hubs/x", "ROOT")
    );
    assert_eq!(
        named("quay.io/docker-hub", &rules),
        name("h.io/docker-hub", "ROOT")
    );
    // Another rule for the same registry names it.
    let rules = [hub(), quay("ROOT"), quay("qq")];
    assert_eq!(
        named("quay.io/docker-hub/x", &rules),
        name("h.io/qq/docker-hub/x", "qq")
    );
    let rules = [quay("docker-hub/library"), hub()];
    assert_eq!(named("nginx", &rules), None);
    assert_eq!(
        named("a/b", &rules),
        name("h.io/docker-hub/a/b", "docker-hub")
    );
    assert_eq!(
        named("quay.io/x", &rules),
        name("h.io/docker-hub/library/x", "docker-hub/library")
    );
    // What is no prefix hides nothing that is one.
    let rules = [quay("A\u{1b}"), quay("qq")];
    assert_eq!(named("quay.io/x", &rules), name("h.io/qq/x", "qq"));
}

proptest! {
    #[test]
    fn a_reference_with_its_registry_parses_to_itself(
        text in "([a-zA-Z.:0-9]{1,6}/)?[a-z0-9._/-]{1,12}(:[\\w.-]{1,5})?|.{0,40}"
    ) {
        if let Ok(image) = ImageReference::parse(&text) {
            let whole = image.to_string();
            prop_assert_eq!(ImageReference::parse(&whole), Ok(image.clone()));
            // Nothing that acts in a shell or on a terminal is in it.
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@[]".contains(&byte);
            prop_assert!(whole.bytes().all(is_plain), "{}", whole);
            if let Some((name, _)) = image.cached(&RulesByHost::new(&rules()), HOST) {
                let is_here = name.strip_prefix(HOST).is_some_and(|rest| rest.starts_with('/'));
                prop_assert!(is_here, "{}", name);
                prop_assert_eq!(ImageReference::parse(&name).map(|it| it.to_string()), Ok(name));
            }
        }
    }
}
