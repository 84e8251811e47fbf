//! [`Search`]: finds the beginnings of many texts in another, in one pass.

use std::cell::OnceCell;

use zeroize::Zeroizing;

/// So many bytes of a sought text are looked up.
const KEY: usize = 4;

/// How many bits of a key's hash tell its slot.
const SLOT_BITS: u32 = 12;

/// The texts that are sought, each with what is known of it. However often one repeats itself, and
/// is repeated, each byte of a text that is searched is compared about once with it: what a place
/// before has shown is not compared again.
pub struct Search<T> {
    sought: Vec<Sought<T>>,
    /// For each slot the number of the last text with such a key, counted from one, or zero. Empty
    /// as long as there is no text.
    slots: Vec<usize>,
    /// Those that are too short for a key.
    short: Vec<usize>,
}

/// One text.
struct Sought<T> {
    known: T,
    bytes: Zeroizing<Vec<u8>>,
    /// So much of its beginning is worth being found.
    least: usize,
    /// The last bytes of that, since many tokens begin alike.
    key: [u8; KEY],
    /// The number of the text before it in its slot, as in the slots.
    next: usize,
    /// How long the text is itself again from each of its places on; made where it is needed.
    again: OnceCell<Vec<u32>>,
}

/// Where a text was found that reached farther than all before.
#[derive(Clone, Default)]
struct Farthest {
    start: usize,
    end: usize,
}

impl<T> Default for Search<T> {
    fn default() -> Self {
        Self {
            sought: Vec::new(),
            slots: Vec::new(),
            short: Vec::new(),
        }
    }
}

impl<T> Search<T> {
    pub fn is_empty(&self) -> bool {
        self.sought.is_empty()
    }

    /// Adds a text that is found from `least` bytes of its beginning on.
    pub fn add(&mut self, bytes: Zeroizing<Vec<u8>>, least: usize, known: T) {
        let number = self.sought.len();
        self.slots.resize(1 << SLOT_BITS, 0);
        let (mut key, mut next) = ([0; KEY], 0);
        if let Some(last) = bytes[..least].last_chunk::<KEY>() {
            key = *last;
            next = std::mem::replace(&mut self.slots[slot(key)], number + 1);
        } else {
            self.short.push(number);
        }
        self.sought.push(Sought {
            known,
            bytes,
            least,
            key,
            next,
            again: OnceCell::new(),
        });
    }

    /// Calls with what is known of each text that begins somewhere, where that is, and how much of
    /// it is there.
    pub fn find(&self, text: &[u8], mut found: impl FnMut(&T, usize, usize)) {
        if self.is_empty() {
            return;
        }
        let mut farthest = vec![Farthest::default(); self.sought.len()];
        let mut look = |number: usize, start: usize| {
            let sought = &self.sought[number];
            let length = sought.length_at(start, text, &mut farthest[number]);
            if length >= sought.least {
                found(&sought.known, start, length);
            }
        };
        for (at, key) in text.windows(KEY).enumerate() {
            let Some(key) = key.first_chunk::<KEY>() else {
                continue;
            };
            let mut next = self.slots[slot(*key)];
            while let Some(number) = next.checked_sub(1) {
                let sought = &self.sought[number];
                let start = (at + KEY).checked_sub(sought.least);
                if let Some(start) = start.filter(|_| sought.key == *key) {
                    look(number, start);
                }
                next = sought.next;
            }
        }
        for number in &self.short {
            (0..text.len()).for_each(|start| look(*number, start));
        }
    }
}

impl<T> Sought<T> {
    /// How much of it a text has at a place. The places come from the first to the last.
    fn length_at(&self, start: usize, text: &[u8], farthest: &mut Farthest) -> usize {
        let known = farthest.end.saturating_sub(start);
        if known > 0 {
            let again = self.again.get_or_init(|| again(&self.bytes));
            let again = again[start - farthest.start] as usize;
            if again < known {
                return again;
            }
        }
        let length = known + common(&self.bytes[known..], &text[start + known..]);
        if start + length > farthest.end {
            *farthest = Farthest {
                start,
                end: start + length,
            };
        }
        length
    }
}

/// How long a text is itself again from each of its places on: the Z function.
fn again(bytes: &[u8]) -> Vec<u32> {
    let mut lengths = vec![u32::try_from(bytes.len()).unwrap_or(u32::MAX)];
    let mut farthest = Farthest::default();
    for start in 1..bytes.len() {
        let known = farthest.end.saturating_sub(start);
        let mut length = lengths
            .get(start - farthest.start)
            .map_or(0, |length| (*length as usize).min(known));
        if length == known {
            length += common(&bytes[known..], &bytes[start + known..]);
            farthest = Farthest {
                start,
                end: start + length,
            };
        }
        lengths.push(u32::try_from(length).unwrap_or(u32::MAX));
    }
    lengths
}

/// How long two texts begin alike.
fn common(one: &[u8], other: &[u8]) -> usize {
    let alike = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other);
    let length = alike.count();
    #[cfg(test)]
    tests::COMPARED.with(|compared| compared.set(compared.get() + length + 1));
    length
}

fn slot(key: [u8; KEY]) -> usize {
    // The golden ratio spreads keys that are alike.
    (u32::from_le_bytes(key).wrapping_mul(0x9e37_79b9) >> (u32::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    thread_local! {
        /// How many bytes were compared in this thread.
        pub static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_is_there(
            sought in proptest::collection::vec(("[ab]{1,20}", 0_usize..20), 0..8),
            text in "[ab]{0,60}",
        ) {
            let text = text.as_bytes();
            let mut search = Search::default();
            let mut expected = Vec::new();
            for (number, (bytes, least)) in sought.into_iter().enumerate() {
                let bytes = bytes.into_bytes();
                let least = (least % bytes.len()) + 1;
                search.add(Zeroizing::new(bytes.clone()), least, number);
                for start in 0..text.len() {
                    let length = common(&bytes, &text[start..]);
                    if length >= least {
                        expected.push((number, start, length));
                    }
                }
            }
            let mut found = Vec::new();
            search.find(text, |number, start, length| found.push((*number, start, length)));
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
