//! Suggests a `jq` filter that turns another program's JSON into the format of a credential
//! command.

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::model::stored_value::{text_of, Members, ACCESS_TOKEN, USERNAME};

/// Where programs print the username, the token and the expiry date, as `jq` paths. The first row
/// whose username and token are present is used.
const PROGRAMS: [[&str; 3]; 12] = [
    // chainctl
    [".identity_id", ".token", ""],
    // Docker's credential helpers
    [".Username", ".Secret", ""],
    // az acr token create, which may create only the second password
    [".username", ".passwords[0].value", ".passwords[0].expiry"],
    [".username", ".passwords[1].value", ".passwords[1].expiry"],
    // az ad sp create-for-rbac
    [".appId", ".password", ""],
    // Vault
    [".data.data.username", ".data.data.password", ""],
    [".data.username", ".data.password", ""],
    // Scripts
    [".username", ".password", ""],
    [".username", ".token", ""],
    ["", ".access_token", ""],
    // GitLab
    ["", ".token", ".expires_at"],
    ["", ".password", ""],
];

/// The `jq` filter that renames the keys, or `None` if no known program prints such JSON. It
/// contains no values.
pub fn jq_filter(json: &RawValue) -> Option<String> {
    let has = |path: &str| text_at(json, path).is_some_and(|text| !text.is_empty());
    let mut programs = PROGRAMS.iter();
    let paths = programs
        .find(|[username, token, _]| has(token) && (username.is_empty() || has(username)))?;
    let members = [USERNAME, ACCESS_TOKEN, "expiresOn"].iter().zip(paths);
    let members = members
        .filter(|(_, path)| has(path))
        .map(|(key, path)| format!("{key}: {path}"));
    Some(format!("{{{}}}", members.collect::<Vec<_>>().join(", ")))
}

/// The text at a `jq` path of keys and numbers.
fn text_at(mut value: &RawValue, path: &str) -> Option<Zeroizing<String>> {
    let parts = path.split(['.', '[', ']']);
    for part in parts.filter(|part| !part.is_empty()) {
        value = match part.parse::<usize>() {
            Ok(index) => {
                let entries: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                entries.get(index).copied()?
            }
            Err(_) => serde_json::from_str::<Members<'_>>(value.get())
                .ok()?
                .get(part)?,
        };
    }
    text_of(value)
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
            let read = serde_json::from_str(json).unwrap();
            assert_eq!(jq_filter(read).as_deref(), filter, "{json}");
        }
    }
}
