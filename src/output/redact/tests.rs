use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use base64::Engine;
use proptest::prelude::*;
use proptest::sample::select;

use super::search::tests::COMPARED;
use super::*;

fn hiding(token: &str) -> Redactor {
    let redactor = Redactor::new();
    redactor.hide(&AccessToken::from_bytes(token.as_bytes()).unwrap());
    redactor
}

fn per_byte(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn per_char(text: &str, write: fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

fn entities(text: &str) -> String {
    per_char(text, |c| match c {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        c => c.to_string(),
    })
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn units(text: &str, write: fn(u16) -> String) -> String {
    text.encode_utf16().map(write).collect()
}

fn percent(text: &str) -> String {
    per_byte(text, |b| {
        if b.is_ascii_alphanumeric() {
            char::from(b).to_string()
        } else {
            format!("%{b:02x}")
        }
    })
}

/// The encodings of single characters, and of the whole; each with its name.
type Encoding = (&'static str, fn(&str) -> String);

const ENCODINGS: [Encoding; 27] = [
    ("as it is", str::to_owned),
    ("percent", percent),
    ("all percent, upper", |t| {
        per_byte(t, |b| format!("%{b:02X}"))
    }),
    ("all percent, lower", |t| {
        per_byte(t, |b| format!("%{b:02x}"))
    }),
    ("entities", entities),
    ("decimal entities", |t| {
        per_char(t, |c| format!("&#{};", u32::from(c)))
    }),
    ("hex entities", |t| {
        per_char(t, |c| format!("&#x{:X};", u32::from(c)))
    }),
    ("padded entities", |t| {
        per_char(t, |c| format!("&#x{:04x};", u32::from(c)))
    }),
    ("json", json),
    ("json with slashes", |t| json(t).replace('/', r"\/")),
    ("json units, lower", |t| units(t, |u| format!("\\u{u:04x}"))),
    ("json units, upper", |t| units(t, |u| format!("\\u{u:04X}"))),
    ("json twice", |t| json(&json(t))),
    ("rust", |t| t.escape_debug().to_string()),
    ("rust bytes", |t| t.as_bytes().escape_ascii().to_string()),
    ("rust of json in json", |t| {
        json(&json(t).escape_debug().to_string())
    }),
    ("shell", |t| t.replace('\'', r"'\''")),
    ("json in percent", |t| percent(&json(t))),
    ("entities of percent", |t| entities(&percent(t))),
    ("hex", |t| per_byte(t, |b| format!("{b:02x}"))),
    ("upper hex", |t| per_byte(t, |b| format!("{b:02X}"))),
    ("numbers", |t| {
        format!("{:?}", t.as_bytes()).replace(['[', ']'], "")
    }),
    ("base64", |t| STANDARD.encode(t)),
    ("base64 without padding", |t| STANDARD_NO_PAD.encode(t)),
    ("base64 for URLs", |t| URL_SAFE.encode(t)),
    ("base64 for URLs without padding", |t| {
        URL_SAFE_NO_PAD.encode(t)
    }),
    ("base64 in JSON", |t| STANDARD.encode(t).replace('/', r"\/")),
];

/// Whether a text has something that only a token would bring into it.
fn has_none(shown: &str, forms: &[String]) -> Result<(), TestCaseError> {
    for form in forms {
        prop_assert!(!shown.contains(form.as_str()), "{form:?} in {shown:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_is_found_in_each_encoding(
        token in "[a-zA-Z0-9_\"\\\\/'<>&%+=$`éß€\u{200b}\u{1F511}-]{8,80}",
        (name, encode) in select(&ENCODINGS[..]),
        before in "[ a-z{\"':,(]{0,12}",
        after in "[ .,)}]{0,5}",
    ) {
        let redactor = hiding(&token);
        let form = encode(&token);
        let said = format!("{before} {form} {after}");
        for shown in [redactor.foreign(&said), redactor.ours(&said), redactor.field(&said)] {
            prop_assert!(shown.contains(BLOT), "{}: {} in {}", name, form, shown);
            let rest = shown.replace(BLOT, "");
            has_none(&rest, &[form.clone(), token.clone()])?;
            // Nothing else is gone.
            prop_assert_eq!(rest.trim(), visible(format!("{before}  {after}").trim().chars()));
        }
    }

    #[test]
    fn a_token_is_found_in_base64_of_something_longer(
        token in "[a-zA-Z0-9_/+é-]{8,80}",
        before in "[a-z:]{1,9}",
        after in "[a-z:]{0,9}",
        engine in select(vec![STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]),
    ) {
        let redactor = hiding(&token);
        let said = engine.encode(format!("{before}{token}{after}"));
        let shown = redactor.ours(&said);
        let around = shown.replace(BLOT, "");
        prop_assert!(shown.contains(BLOT), "{} of {}", shown, said);
        // What is left is of what was around it.
        prop_assert!(around.len() <= (4 * before.len()).div_ceil(3) + (4 * after.len()).div_ceil(3) + 4);
    }

    #[test]
    fn half_of_a_token_is_found_in_foreign_words(
        token in "[a-zA-Z0-9_%&\"\\\\é-]{16,90}",
        more in 0_usize..40,
        is_end: bool,
        (name, encode) in select(&ENCODINGS[..19]),
    ) {
        let redactor = hiding(&token);
        let characters: Vec<char> = token.chars().collect();
        let length = (characters.len() / 2 + more).min(characters.len());
        let start = if is_end { characters.len() - length } else { 0 };
        let part: String = characters[start..start + length].iter().collect();
        let shown = redactor.foreign(&format!("got <{}>", encode(&part)));
        prop_assert_eq!(shown, format!("got <{BLOT}>"), "{}", name);
    }

    #[test]
    fn json_stays_json_and_changes_nothing_but_strings(
        token in "[a-zA-Z0-9\"\\\\/é]{8,30}",
        number: u32,
        text in "[a-z\"\\\\\n]{0,10}",
    ) {
        let redactor = hiding(&token);
        let both = format!("{text} {token} {text}");
        let value = serde_json::json!({ "n": number, "text": text, "list": [both, null, token] });
        let shown = redactor.json(&value.to_string());
        let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let expected = serde_json::json!({
            "n": number, "text": text, "list": [format!("{text} {BLOT} {text}"), null, BLOT]
        });
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn what_has_no_token_in_it_stays(text in "[ -~é]{0,60}") {
        let redactor = hiding("Zq7-hidden-Zq7-hidden-Zq7");
        prop_assert_eq!(redactor.ours(&text), text.clone());
        prop_assert_eq!(redactor.field(&text), text.clone());
        prop_assert_eq!(redactor.foreign(&text), text.trim());
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>(), bytes: Vec<u8>) {
        let redactor = hiding("\\%&'");
        redactor.foreign(&text);
        redactor.foreign(&String::from_utf8_lossy(&bytes));
        let encoded = per_byte("\\%&'\"", |b| format!("\\u{b:04x}%{b:02x}&#{b};'\\''"));
        redactor.foreign(&format!("{encoded}{text}\\u{{{text}}}&#{text};%{text}"));
    }
}

#[test]
fn a_short_token_is_hidden_in_foreign_words_and_where_it_is_a_word() {
    let redactor = hiding("k9Xq");
    assert_eq!(
        redactor.foreign("you sent:k9Xq!"),
        format!("you sent:{BLOT}!")
    );
    assert_eq!(
        redactor.foreign("azlYcQ== ak9Xqb"),
        format!("{BLOT}== a{BLOT}b")
    );
    assert_eq!(
        redactor.foreign("6b395871 %6b%39Xq"),
        format!("{BLOT} {BLOT}")
    );
    assert_eq!(redactor.field("version-k9Xq"), format!("version-{BLOT}"));
    assert_eq!(redactor.field("ak9Xqb"), "ak9Xqb");
    assert_eq!(redactor.ours("k9Xq"), "k9Xq");
    let is_in_id = |token: &str, id: &str| hiding(token).is_in(id, Words::Id);
    assert!(is_in_id("k9Xq", "ak9XqB") && !is_in_id("a", "aaaaaa"));
    let redactor = hiding("x");
    assert_eq!(redactor.field("arn:aws:x"), format!("arn:aws:{BLOT}"));
    assert_eq!(redactor.field("suffix-xx"), "suffix-xx");
}

#[test]
fn a_token_of_four_characters_is_hidden_wherever_it_is_in_the_id_of_a_version() {
    let shown = |token: &str, id: &str| hiding(token).version(&VersionId::new(id));
    assert_eq!(shown("k9Xq", "0k9Xq0"), format!("0{BLOT}0"));
    assert_eq!(shown("k9Xq", "0-6b395871-0"), format!("0-{BLOT}-0"));
    assert_eq!(shown("k9X", "0k9X0"), "0k9X0");
    assert_eq!(shown("k9X", "0-k9X-0"), format!("0-{BLOT}-0"));
    assert_eq!(shown("k9Xq", "dckr_pat_abcdef"), BLOT);
    assert_eq!(shown("k9Xq", "v\u{1b}[2J"), "v\\u{1b}[2J");
}

#[test]
fn half_of_a_token_is_hidden_in_our_words_where_it_cannot_be_chance() {
    assert_eq!(
        hiding("docker-hub-token").ours("x/docker-hub"),
        "x/docker-hub"
    );
    let token = "Zq7".repeat(20);
    let (start, end) = token.split_at(30);
    for part in [start, end, &token[..50]] {
        assert_eq!(
            hiding(&token).ours(&format!("<{part}>")),
            format!("<{BLOT}>")
        );
    }
    let token = "k7".repeat(1_250);
    assert_eq!(hiding(&token).ours(&token[..100]), BLOT);
}

#[test]
fn it_is_searched_before_it_is_cut() {
    let token = "dckr_pat_0123456789abcdef";
    let said = format!("{}{token}", "é".repeat(1_990));
    let shown = hiding(token).foreign(&said);
    assert!(
        !shown.contains("dckr") && shown.chars().count() == 2_000,
        "{shown}"
    );
}

#[test]
fn what_begins_like_a_token_is_hidden_though_nobody_knows_it() {
    let redactor = Redactor::new();
    for (said, shown) in [
        ("bad dckr_pat_abcdef.", "bad [token not shown]"),
        ("user:ghp_0123456789, me", "user:[token not shown], me"),
        ("t=glpat-0123456789;", "t=[token not shown];"),
        ("t=glpat%2D0123456789;", "t=[token not shown];"),
        ("jwt eyJhbGci.eyJzdWI.c2ln", "jwt [token not shown]"),
        (
            "glpat-anna my-ghp_0123456789",
            "glpat-anna my-ghp_0123456789",
        ),
    ] {
        assert_eq!(redactor.foreign(said), shown);
        assert_eq!(redactor.ours(said), shown);
    }
}

#[test]
fn a_value_is_hidden_where_its_token_is_and_where_others_speak() {
    let value = r#"{"username":"me","accessToken":" hidden-one ","kind":"docker-hub"}"#;
    let value = StoredValue::Text(zeroize::Zeroizing::new(value.to_owned()));
    let redactor = Redactor::new();
    let aside = redactor.aside();
    aside.hide_value(&value);
    let said = "hidden-one docker-hub";
    assert_eq!(aside.ours(said), format!("{BLOT} docker-hub"));
    assert_eq!(aside.foreign(said), format!("{BLOT} {BLOT}"));
    assert_eq!(redactor.foreign(said), said);
    // What the outer one hides, it hides too, also later.
    redactor.hide_text("later-hidden");
    assert_eq!(aside.ours("later-hidden"), BLOT);
    assert_eq!(format!("{aside:?}"), "Redactor(not shown)");
}

/// What decodes to nearly the same text in every layer and each way.
fn decoded_in_each_way(rest: &str) -> String {
    let start = r"%2525252541&amp;amp;amp;amp;\\\\\\\\\\\\\\\\'\''\''\''";
    format!("{start}{rest}")
}

#[test]
fn what_repeats_itself_is_compared_about_once_with_each_form() {
    // Base64 of one letter over and over is nearly the same in each of its forms.
    const MOST_FORMS: usize = 10;
    for (token, said) in [
        ("a".repeat(2_500), "a"),
        ("k7".repeat(1_250), "k7"),
        ("%25".repeat(800), "%25"),
        ("U".repeat(2_500), "V"),
        (format!("{}b", "k7".repeat(5_000)), "k7"),
    ] {
        let redactor = Redactor::new();
        redactor.hide_text(&token);
        let said = decoded_in_each_way(&said.repeat(20_000 / said.len()));
        let ways = views(&said).map(|view| view.bytes.len() + 6 * token.len());
        let most = MOST_FORMS * ways.sum::<usize>();
        COMPARED.set(0);
        redactor.foreign(&said);
        assert!(COMPARED.get() <= most, "{} > {most}", COMPARED.get());
    }
}

#[test]
fn no_text_is_read_in_more_than_some_ways_and_none_twice() {
    for said in [
        "%25".repeat(2_000),
        format!("%{}41", "25".repeat(2_000)),
        "&amp;amp;".repeat(1_000),
        r"\\\\\\\\u005c".repeat(1_000),
        r"%255c%2526&#37;5c&#38;#92;\u002525&#92;u0026'\''\''".repeat(100),
        decoded_in_each_way(&"a".repeat(5_000)),
    ] {
        let mut ways: Vec<_> = views(&said).map(|view| view.bytes.to_vec()).collect();
        let count = ways.len();
        ways.sort_unstable();
        ways.dedup();
        assert!(ways.len() == count && count <= 43, "{count} ways");
    }
}
