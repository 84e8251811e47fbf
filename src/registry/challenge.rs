//! Parses `WWW-Authenticate` headers, which say how to log in to a registry.

use http_auth::{parse_challenges, ChallengeRef};

/// The login methods a registry offers, in the order of its headers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Challenges {
    pub bearers: Vec<Bearer>,
    pub has_basic: bool,
}

/// A `Bearer` challenge: the token endpoint (realm), and the service to request a token for.
#[derive(Debug, PartialEq, Eq)]
pub struct Bearer {
    pub realm: String,
    pub service: Option<String>,
}

/// Collects the `Bearer` challenges that have a realm, and whether there is a `Basic` one.
pub fn parse<'h>(headers: impl IntoIterator<Item = &'h str>) -> Challenges {
    let mut challenges = Challenges::default();
    for challenge in headers.into_iter().flat_map(challenges_of) {
        if challenge.scheme.eq_ignore_ascii_case("basic") {
            challenges.has_basic = true;
        } else if challenge.scheme.eq_ignore_ascii_case("bearer") {
            challenges.bearers.extend(bearer(&challenge));
        }
    }
    challenges
}

/// The challenges in a header. The library rejects a header that contains a token instead of
/// parameters (`Negotiate abc==, …`); such a header is parsed again from the first usable scheme.
fn challenges_of(header: &str) -> Vec<ChallengeRef<'_>> {
    let schemes = ["bearer ", "basic "];
    let lower = header.to_ascii_lowercase();
    let starts = schemes.into_iter().filter_map(|scheme| lower.find(scheme));
    let mut readings = [0].into_iter().chain(starts);
    let parsed = readings.find_map(|start| parse_challenges(&header[start..]).ok());
    parsed.unwrap_or_default()
}

fn bearer(challenge: &ChallengeRef<'_>) -> Option<Bearer> {
    let parameter = |name: &str| {
        let mut parameters = challenge.params.iter();
        let (_, value) = parameters.find(|(have, _)| have.eq_ignore_ascii_case(name))?;
        Some(value.to_unescaped())
    };
    Some(Bearer {
        realm: parameter("realm")?,
        service: parameter("service"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_challenge_is_found_after_another_scheme() {
        let hub = Challenges {
            bearers: vec![Bearer {
                realm: "https://auth.docker.io/token".to_owned(),
                service: Some("registry.docker.io".to_owned()),
            }],
            has_basic: false,
        };
        let challenge =
            r#"Bearer Realm="https://auth.docker.io/token",service="registry.docker.io""#;
        assert_eq!(parse([challenge]), hub);
        assert_eq!(parse([&*format!("Negotiate YWJj==, {challenge}")]), hub);
        assert_eq!(parse(["Negotiate YWJj==", "\"", challenge]), hub);
    }

    #[test]
    fn a_basic_challenge_is_found_beside_others() {
        assert!(parse([r#"Negotiate, Basic realm="Registry""#]).has_basic);
        assert!(parse([r#"Negotiate YWJj==, Basic realm="Registry""#]).has_basic);
        assert_eq!(parse(["Negotiate", "Bearer", "é"]), Challenges::default());
    }
}
