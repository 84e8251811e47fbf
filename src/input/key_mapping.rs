//! Suggests a `jq` filter that turns another program's JSON into the format of a credential
//! command.

use serde_json::value::RawValue;

use crate::model::stored_value::{plain_key, showable, Members, ACCESS_TOKEN, USERNAME};

/// Keys in the output of Chainguard, Docker's helpers, Azure, GitLab and Vault, in lowercase
/// letters, the likeliest first.
const USERNAMES: [&str; 6] = [
    "username",
    "user",
    "login",
    "identityid",
    "appid",
    "clientid",
];
const TOKENS: [&str; 7] = [
    "accesstoken",
    "token",
    "password",
    "secret",
    "clientsecret",
    "pat",
    "value",
];
const EXPIRIES: [&str; 6] = [
    "expireson",
    "expiresat",
    "expiry",
    "expiration",
    "expirationdate",
    "enddatetime",
];

/// How deep to search nested objects.
const DEPTH: usize = 4;

/// The `jq` paths of the values.
#[derive(Clone, Default)]
struct Paths {
    username: Option<String>,
    token: Option<String>,
    expires_on: Option<String>,
}

/// The `jq` filter that renames these keys, or `None` if no key looks like that of a token. It
/// contains no values.
pub fn jq_filter(members: &Members<'_>) -> Option<String> {
    let paths = Paths::default().look_into(members, "", DEPTH)?;
    let members = [
        (USERNAME, paths.username),
        (ACCESS_TOKEN, paths.token),
        ("expiresOn", paths.expires_on),
    ];
    let members = members
        .into_iter()
        .filter_map(|(key, path)| Some(format!("{key}: {}", path?)));
    Some(format!("{{{}}}", members.collect::<Vec<_>>().join(", ")))
}

impl Paths {
    /// The paths in the object at `place`, or in the first nested object that has a token.
    fn look_into(mut self, members: &Members<'_>, place: &str, depth: usize) -> Option<Self> {
        let find = |known: &[&str]| {
            let mut known = known.iter();
            known.find_map(|known| {
                let mut keys = members.keys().filter(|key| is_plain(key));
                let key = keys.find(|key| plain_key(key) == *known)?;
                let is_text = members.text(key).is_some_and(|text| !text.is_empty());
                is_text.then(|| format!("{place}.{key}"))
            })
        };
        self.username = find(&USERNAMES).or(self.username);
        self.expires_on = find(&EXPIRIES).or(self.expires_on);
        self.token = find(&TOKENS);
        if self.token.is_some() {
            return Some(self);
        }
        let mut members = members.iter().filter(|(key, _)| is_plain(key));
        members.find_map(|(key, value)| {
            let place = format!("{place}.{key}");
            self.clone()
                .look_into_value(value, &place, depth.checked_sub(1)?)
        })
    }

    fn look_into_value(self, value: &RawValue, place: &str, depth: usize) -> Option<Self> {
        if let Ok(members) = serde_json::from_str::<Members<'_>>(value.get()) {
            return self.look_into(&members, place, depth);
        }
        let entries: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        entries.iter().enumerate().find_map(|(index, entry)| {
            let place = format!("{place}[{index}]");
            self.clone()
                .look_into_value(entry, &place, depth.checked_sub(1)?)
        })
    }
}

/// Whether a key is safe to show and needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    let is_word = key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    let is_start = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_start && is_word && showable(&[key]) == key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_other_programs_is_mapped() {
        for (json, filter) in [
            (
                r#"{"identity_id":"a/b","token":"x"}"#,
                Some("{username: .identity_id, accessToken: .token}"),
            ),
            (
                r#"{"ServerURL":"https://index.docker.io/v1/","Username":"me","Secret":"x"}"#,
                Some("{username: .Username, accessToken: .Secret}"),
            ),
            (
                r#"{"passwords":[{"creationTime":"2026-12-01T00:00:00Z","expiry":null,
                "name":"password1","value":"x"}],"username":"me"}"#,
                Some("{username: .username, accessToken: .passwords[0].value}"),
            ),
            (
                r#"{"passwords":[{"name":"password1","value":null},{"name":"password2",
                "value":"x","expiry":"2027-01-31T00:00:00Z"}],"username":"me"}"#,
                Some(
                    "{username: .username, accessToken: .passwords[1].value, \
                     expiresOn: .passwords[1].expiry}",
                ),
            ),
            (
                r#"{"appId":"a","displayName":"b","password":"x","tenant":"c"}"#,
                Some("{username: .appId, accessToken: .password}"),
            ),
            (
                r#"{"id":1,"name":"ecr","token":"x","user_id":2,"expires_at":"2027-01-31"}"#,
                Some("{accessToken: .token, expiresOn: .expires_at}"),
            ),
            (
                r#"{"request_id":"a","data":{"data":{"username":"me","password":"x"}}}"#,
                Some("{username: .data.data.username, accessToken: .data.data.password}"),
            ),
            (r#"{"name":"a","id":"b"}"#, None),
            (r#"{"token":1}"#, None),
            ("{}", None),
        ] {
            let members: Members<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(jq_filter(&members).as_deref(), filter, "{json}");
        }
    }
}
