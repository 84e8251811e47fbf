//! HTTP authorization headers for a login, and the expiry date in a token.

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{AccessToken, Credential};
use crate::model::date::Time;
use crate::model::token_kind::TokenKind;

impl Credential {
    /// The base64 credentials for HTTP Basic. `None` if the username contains a colon, which RFC
    /// 7617 does not allow.
    pub fn basic(&self) -> Option<Zeroizing<String>> {
        let username = self.username.as_str();
        if username.contains(':') {
            return None;
        }
        let token = self.token.reveal();
        let plain = Zeroizing::new([username, ":", token].concat());
        // Large enough that it never grows, which would leave a copy in memory.
        let mut text = Zeroizing::new(String::with_capacity(4 * plain.len() / 3 + 4));
        STANDARD.encode_string(plain.as_bytes(), &mut text);
        Some(text)
    }
}

/// The claims we read from a JSON Web Token. `exp` is in seconds since 1970.
#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
}

/// The end of the year 9999, in seconds since 1970.
const LAST_SECOND: f64 = 253_402_300_799.0;

impl AccessToken {
    /// The value of an HTTP Bearer header.
    pub fn bearer(&self) -> Zeroizing<String> {
        Zeroizing::new(["Bearer ", self.reveal()].concat())
    }

    /// The kind of token, from its prefix; `None` if unknown.
    pub fn kind(&self) -> Option<&'static TokenKind> {
        TokenKind::of(self.reveal())
    }

    pub fn has_white_space(&self) -> bool {
        self.reveal().contains(char::is_whitespace)
    }

    /// The expiry time in a JSON Web Token; `None` without one. The signature is not checked.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is within the range of whole seconds"
    )]
    pub fn ends_at(&self) -> Option<Time> {
        let mut parts = self.reveal().split('.');
        let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let payload = payload.trim_end_matches('=');
        let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
        let claims: Claims = serde_json::from_slice(&json).ok()?;
        let seconds = claims.exp?.clamp(0.0, LAST_SECOND);
        Some(Time::at(seconds as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::Username;

    fn token(text: &str) -> AccessToken {
        AccessToken::from_bytes(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_basic_credentials_of_rfc_7617() {
        let of = |username: &str, secret: &str| {
            let credential = Credential {
                username: Username::parse(username).unwrap(),
                token: token(secret),
            };
            credential.basic().map(|text| text.to_string())
        };
        assert_eq!(
            of("Aladdin", "open sesame").as_deref(),
            Some("QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        );
        assert_eq!(of("test", "123£").as_deref(), Some("dGVzdDoxMjPCow=="));
        assert_eq!(of("a:b", "c"), None);
    }

    #[test]
    fn a_web_token_contains_its_expiry_date() {
        let jwt = |claims: &str| {
            format!(
                "eyJhbGciOiJIUzI1NiJ9.{}.c2ln",
                URL_SAFE_NO_PAD.encode(claims)
            )
        };
        assert_eq!(
            token(&jwt(r#"{"sub":"x","exp":1700000000}"#)).ends_at(),
            Some(Time::at(1_700_000_000))
        );
        assert_eq!(
            token(&jwt(r#"{"exp":1.7e9}"#)).ends_at(),
            Some(Time::at(1_700_000_000))
        );
        for (strange, year) in [("-1e300", "1970"), ("1e300", "9999"), ("1.7e18", "9999")] {
            let ends = token(&jwt(&format!(r#"{{"exp":{strange}}}"#))).ends_at();
            assert!(ends.unwrap().to_string().starts_with(year), "{strange}");
        }
        for other in [
            &jwt("{}"),
            &jwt(r#"{"exp":"soon"}"#),
            &jwt("[]"),
            "a.b.c",
            "a.e30.b.c",
            "dckr_pat_x",
        ] {
            assert_eq!(token(other).ends_at(), None, "{other}");
        }
    }
}
