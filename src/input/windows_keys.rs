//! [`KeyDecoder`]: the keys of a console of Windows, as the bytes that other terminals send.

/// A key that is pressed or let go, as `KEY_EVENT_RECORD` has it.
///
/// Source: <https://learn.microsoft.com/windows/console/key-event-record-str>
#[derive(Clone, Copy, Debug)]
pub struct KeyEvent {
    pub is_down: bool,
    /// The virtual key.
    pub code: u16,
    /// What it types, a code unit of UTF-16; 0 where that is nothing.
    pub unit: u16,
    pub has_control: bool,
    pub has_alt: bool,
}

const ALT: u16 = 0x12;
const END: u16 = 0x23;
const HOME: u16 = 0x24;
const LEFT: u16 = 0x25;
const RIGHT: u16 = 0x27;
const DELETE: u16 = 0x2e;

#[derive(Debug, Default)]
pub struct KeyDecoder {
    /// The first half of a character that has two.
    half: Option<u16>,
}

impl KeyDecoder {
    /// What other terminals send for a key; nothing for those that type nothing.
    pub fn bytes_of(&mut self, event: KeyEvent) -> String {
        // A character that is typed by its number comes when Alt is let go.
        let is_typed = event.is_down || event.code == ALT;
        if event.unit == 0 || !is_typed {
            return of_key(event).unwrap_or_default().to_owned();
        }
        let half = self.half.take();
        if (0xd800..0xdc00).contains(&event.unit) {
            self.half = Some(event.unit);
            return String::new();
        }
        let half = half.filter(|_| (0xdc00..0xe000).contains(&event.unit));
        let units = half.into_iter().chain([event.unit]);
        let Some(Ok(letter)) = char::decode_utf16(units).next() else {
            return String::new();
        };
        match letter {
            '\u{8}' => "\u{7f}".to_owned(),
            // Ctrl-Backspace.
            '\u{7f}' => "\u{17}".to_owned(),
            // With Ctrl too it is AltGr, and what is typed is the character.
            letter if event.has_alt && !event.has_control && event.is_down => {
                format!("\u{1b}{letter}")
            }
            letter => letter.to_string(),
        }
    }
}

fn of_key(event: KeyEvent) -> Option<&'static str> {
    event.is_down.then_some(())?;
    Some(match (event.code, event.has_control) {
        (LEFT, false) => "\u{1b}[D",
        (RIGHT, false) => "\u{1b}[C",
        (LEFT, true) => "\u{1b}[1;5D",
        (RIGHT, true) => "\u{1b}[1;5C",
        (HOME, _) => "\u{1b}[H",
        (END, _) => "\u{1b}[F",
        (DELETE, _) => "\u{1b}[3~",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: u16, unit: u16, modifiers: &str) -> KeyEvent {
        KeyEvent {
            is_down: !modifiers.contains("up"),
            code,
            unit,
            has_control: modifiers.contains("ctrl"),
            has_alt: modifiers.contains("alt"),
        }
    }

    fn typed(events: &[KeyEvent]) -> String {
        let mut decoder = KeyDecoder::default();
        events
            .iter()
            .map(|event| decoder.bytes_of(*event))
            .collect()
    }

    #[test]
    fn each_key_is_what_other_terminals_send() {
        for (event, bytes) in [
            (key(0x41, b'a'.into(), ""), "a"),
            (key(0x41, b'a'.into(), "up"), ""),
            (key(0x0d, 0x0d, ""), "\r"),
            (key(0x09, 0x09, ""), "\t"),
            (key(0x08, 0x08, ""), "\u{7f}"),
            (key(0x08, 0x7f, "ctrl"), "\u{17}"),
            (key(0x1b, 0x1b, ""), "\u{1b}"),
            (key(0x43, 0x03, "ctrl"), "\u{3}"),
            (key(0x55, 0x15, "ctrl"), "\u{15}"),
            (key(LEFT, 0, ""), "\u{1b}[D"),
            (key(RIGHT, 0, "ctrl"), "\u{1b}[1;5C"),
            (key(HOME, 0, ""), "\u{1b}[H"),
            (key(END, 0, ""), "\u{1b}[F"),
            (key(DELETE, 0, ""), "\u{1b}[3~"),
            (key(0x42, b'b'.into(), "alt"), "\u{1b}b"),
            // Shift, and a function key.
            (key(0x10, 0, ""), ""),
            (key(0x70, 0, ""), ""),
        ] {
            assert_eq!(typed(&[event]), bytes, "{event:?}");
        }
    }

    #[test]
    fn altgr_types_its_character() {
        for letter in ['~', '@', '\u{20ac}', '\\', '{'] {
            let event = key(0xbf, u16::try_from(u32::from(letter)).unwrap(), "ctrl alt");
            assert_eq!(typed(&[event]), letter.to_string());
        }
    }

    #[test]
    fn a_character_that_is_typed_by_its_number_comes_with_the_key_that_is_let_go() {
        let number = [
            key(0x61, 0, "alt"),
            key(0x62, 0, "alt"),
            key(0x66, 0, "alt"),
        ];
        let events = [&number[..], &[key(ALT, b'~'.into(), "up")]].concat();
        assert_eq!(typed(&events), "~");
    }

    #[test]
    fn a_character_of_two_units_is_one() {
        let mut units = [0; 2];
        '\u{1f511}'.encode_utf16(&mut units);
        let events = units.map(|unit| key(0, unit, ""));
        assert_eq!(typed(&events), "\u{1f511}");
        // Half of one is none, and what comes next is typed.
        for half in units {
            assert_eq!(typed(&[key(0, half, ""), key(0, b'a'.into(), "")]), "a");
        }
    }
}
