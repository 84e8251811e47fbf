use proptest::prelude::*;

use super::*;

/// What came of the last byte of those that are read at once.
fn read(line: &mut Line, bytes: &[u8]) -> Typed {
    let mut last = Typed::More;
    for (left, byte) in (0..bytes.len()).rev().zip(bytes) {
        assert_eq!(last, Typed::More, "nothing is typed after the end");
        last = line.push(*byte, left > 0);
    }
    last
}

/// A line that is not shown, and what came of the last byte.
fn typed(bytes: &[u8]) -> (Vec<u8>, Typed) {
    let mut line = Line::hidden();
    let last = read(&mut line, bytes);
    (line.bytes().to_vec(), last)
}

/// A line that is not shown, after Enter; what is read at once ends with `|`.
fn hidden(reads: &str) -> String {
    let mut line = Line::hidden();
    for bytes in reads.split('|') {
        read(&mut line, bytes.as_bytes());
    }
    assert_eq!(read(&mut line, b"\r"), Typed::Entered);
    String::from_utf8(line.bytes().to_vec()).unwrap()
}

/// A line that is shown, with its cursor as `_`; what is read at once ends with `|`.
fn shown(reads: &str) -> String {
    let mut line = Line::shown();
    for bytes in reads.split('|') {
        read(&mut line, bytes.as_bytes());
    }
    line.parts().join("_")
}

#[test]
fn keys_that_edit_what_is_not_shown() {
    assert_eq!(hidden("wrong\x15s3cree\x7ft"), "s3cret");
    assert_eq!(hidden("two words\x17s3cret"), "s3cret");
    assert_eq!(hidden("aé\x7f\x7f\x7fb"), "b");
    for key in [
        "\x1b[A",
        "\x1bOD",
        "\x1b[3~",
        "\x1b[1;5C",
        "\x1bOP",
        "\x1b[Z",
        "\x1b[15~",
        "\x1b[[A",
    ] {
        assert_eq!(hidden(&format!("a{key}b")), "ab", "{key:?}");
        assert_eq!(hidden(&format!("a|{key}|b")), "ab", "{key:?}");
    }
}

#[test]
fn keys_that_come_alone_type_nothing_where_nothing_is_shown() {
    for key in [
        "\x1b", "\x01", "\x02", "\x05", "\x06", "\x0b", "\x1bb", "\x1bx", "\x1bé",
    ] {
        assert_eq!(hidden(&format!("a|{key}|b")), "ab", "{key:?}");
        assert_eq!(hidden(&format!("a{key}b")), format!("a{key}b"), "{key:?}");
    }
    assert_eq!(hidden("a\x1b"), "a\x1b");
    assert_eq!(hidden("a|\x1b|\x1b|b"), "ab");
    assert_eq!(hidden("a|\x1b"), "a");
}

#[test]
fn a_key_whose_escape_comes_before_the_rest() {
    for key in ["\x1b|[A", "\x1b|OD", "\x1b|[1;5C", "\x1b|[|3~"] {
        let is_one = !key.ends_with("|3~");
        assert_eq!(hidden(&format!("a|{key}|b")) == "ab", is_one, "{key:?}");
    }
    assert_eq!(hidden("\x1b|[200~tok\x1b|[201~en"), "token");
    // The key of that name, and then a token that begins like the rest of another.
    assert_eq!(hidden("\x1b|OAtoken"), "OAtoken");
    assert_eq!(hidden("\x1b|Otoken"), "Otoken");
    assert_eq!(hidden("\x1b|O|A"), "OA");
    // That of a paste is no key.
    assert_eq!(hidden("\x1b|[32mtoken"), "\x1b[32mtoken");
    assert_eq!(hidden("\x1b|[Atoken"), "\x1b[Atoken");
}

#[test]
fn what_ends_the_line() {
    assert_eq!(typed(b"a\r"), (b"a".to_vec(), Typed::Entered));
    assert_eq!(typed(b"a\n"), (b"a".to_vec(), Typed::Entered));
    assert_eq!(typed(b"a\x1b\r"), (b"a\x1b".to_vec(), Typed::Entered));
    assert_eq!(typed(b"a\x1b[\r"), (b"a\x1b[".to_vec(), Typed::Entered));
    assert_eq!(typed(b"a\x1bO\r"), (b"a\x1bO".to_vec(), Typed::Entered));
    assert_eq!(typed(b"a\x03").1, Typed::Stopped);
    assert_eq!(typed(b"a\x1b\x03").1, Typed::Stopped);
    assert_eq!(typed(b"\x04").1, Typed::Stopped);
    assert_eq!(typed(b"a\x04"), (b"a\x04".to_vec(), Typed::More));
    assert_eq!(typed(b"\x1b[200~\x03\x04\x15\x7f\r").1, Typed::More);
    let mut line = Line::shown();
    assert_eq!(read(&mut line, b"\x04"), Typed::More);
    assert_eq!(read(&mut line, b"\x1b"), Typed::More);
    assert_eq!(read(&mut line, b"\x03"), Typed::Stopped);
}

#[test]
fn control_characters_are_kept_where_nothing_is_shown() {
    for text in [
        "to\tken",
        "to\x1bken",
        "\x1c\x1a\x13",
        "\x1b[32mtoken\x1b[0m",
        "\x1b[x",
        "\x1bO",
        "\x1bOken",
        "to\x01ken\x0b",
    ] {
        assert_eq!(hidden(text), text, "{text:?}");
    }
    let long = format!("\x1b[{}~", "1".repeat(40));
    assert_eq!(hidden(&long), long);
}

#[test]
fn a_bracketed_paste_is_what_was_pasted() {
    assert_eq!(
        hidden("a\x1b[200~one\r\ntwo\x1b[A\x1b[200~\x1b[201~b"),
        "aone\r\ntwo\x1b[A\x1b[200~b"
    );
    assert_eq!(hidden("\x1b[200~to\x01\x1bken\x1b[201~"), "to\x01\x1bken");
    assert_eq!(hidden("\x1b[200~|\x1b|[A\x1b[201~"), "\x1b[A");
    assert_eq!(hidden("\x1b[201~"), "");
}

#[test]
fn keys_that_edit_what_is_shown() {
    for (keys, line) in [
        ("abc\x15d", "d_"),
        ("abc\x01d", "d_abc"),
        ("abc\x01d\x05e", "dabce_"),
        ("abc\x1b[D\x1b[D\x0b", "a_"),
        ("abc\x02\x02\x06d", "abd_c"),
        ("a bc  \x17d", "a d_"),
        ("a bc\x1b[D\x17d", "a d_c"),
        ("a bc\x1b\x7fd", "a d_"),
        ("a bc\x1bbd", "a d_bc"),
        ("a bc\x01\x1bf\x1bfd", "a bcd_"),
        ("a bc\x1b[1;5D\x1b[1;3D\x1b[1;5C", "a_ bc"),
        ("abc\x1b[H\x1b[3~", "_bc"),
        ("abc\x1b[1~\x1b[C\x1bOF\x1bOD", "ab_c"),
        ("aéb\x1b[D\x1b[D\x7f", "_éb"),
        ("aéb\x1b[D\x7f", "a_b"),
        ("あいう\x1b[D\x1b[D\x1b[3~", "あ_う"),
        ("abc\x08", "ab_"),
        ("\x7f\x1b[D\x1b[3~\x1b[C\x17\x15\x0b", "_"),
    ] {
        assert_eq!(shown(keys), line, "{keys:?}");
        assert_eq!(shown(&keys.replace('\x1b', "|\x1b")), line, "{keys:?}");
    }
}

#[test]
fn what_is_no_text_types_nothing_where_it_is_shown() {
    for key in [
        "\x1b[A", "\x1b[15~", "\x1bOP", "\x1b[[B", "\x1bx", "\x1bé", "\t", "\x18", "\x1a", "\x1c",
        "\x1b[Z", "\x1b[32m", "\x1bOM", "\u{9b}", "\0",
    ] {
        assert_eq!(shown(&format!("a{key}b")), "ab_", "{key:?}");
        assert_eq!(shown(&format!("a|{key}|b")), "ab_", "{key:?}");
    }
    assert_eq!(shown("a|\x1b|b"), "ab_");
    assert_eq!(shown("a|\x1b|[D|b"), "b_a");
}

#[test]
fn lines_that_are_pasted_where_they_are_shown() {
    assert_eq!(shown("\x1b[200~one\r\ntwo\tb\n\x1b[201~"), "one two b_");
    assert_eq!(shown("ac\x1b[D\x1b[200~b\x1b[A\r\x1b[201~"), "ab [A_c");
    assert_eq!(shown("\x1b[200~a\n\x1b[201~b"), "ab_");
}

proptest! {
    #[test]
    fn a_line_without_control_characters_is_taken_as_it_is(line in "\\PC{0,400}") {
        prop_assert_eq!(hidden(&line.replace('|', "")), line.replace('|', ""));
        prop_assert_eq!(shown(&line.replace('|', "")), line.replace('|', "") + "_");
    }

    #[test]
    fn a_paste_is_taken_whole(paste in proptest::collection::vec(any::<u8>(), 0..400)) {
        // What ends a paste cannot be in one: terminals take it out.
        prop_assume!(!paste.windows(6).any(|end| end == b"\x1b[201~"));
        let sent = [b"\x1b[200~", paste.as_slice(), b"\x1b[201~\r"].concat();
        prop_assert_eq!(typed(&sent), (paste, Typed::Entered));
    }

    #[test]
    fn whatever_is_read_in_whatever_parts_is_a_line(
        reads in proptest::collection::vec("(\x1b?[\\[O]?[\x01-\x1f;0-9A-Da-fé~]){0,4}", 0..20),
    ) {
        for mut line in [Line::shown(), Line::hidden()] {
            for bytes in reads.iter().map(String::as_bytes) {
                for (left, byte) in (0..bytes.len()).rev().zip(bytes) {
                    line.push(*byte, left > 0);
                }
            }
            prop_assert!(!line.parts().concat().contains(char::is_control));
        }
    }

    #[test]
    fn a_long_line_is_taken_whole(length in CAPACITY - 2..CAPACITY * 2 + 2) {
        let line: Vec<u8> = (b'a'..=b'z').cycle().take(length).collect();
        prop_assert_eq!(typed(&line).0, line);
    }
}
