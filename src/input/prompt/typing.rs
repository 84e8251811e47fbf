//! Lines that are typed key by key, shown or not.

use std::io;

use super::field::Field;
use super::line::{Line, Typed};
use super::theme::Look;
use super::{show, PromptError};
use crate::input::terminal::Keys;

/// Reads a line key by key, showing nothing of it.
pub fn hidden_line(label: &str, plain: bool) -> Result<Line, PromptError> {
    let mut keys = Keys::open(plain)?;
    show(label)?;
    let mut line = Line::hidden();
    read_keys(&mut keys, &mut line, |_| Ok(()))?;
    if keys.throw_away() {
        line.add_line_break();
    }
    Ok(line)
}

/// Reads a line key by key, showing it under its question until Enter; then both are taken off the
/// screen.
pub fn shown_line(
    look: impl Fn() -> Look,
    label: &str,
    line: &mut Line,
) -> Result<(), PromptError> {
    let mut keys = Keys::open(false)?;
    let mut field = Field::put(&look(), label)?;
    field.draw(line)?;
    read_keys(&mut keys, line, |line| {
        if field.is_too_wide() {
            // Nobody knows what the terminal made of it: it is put again below.
            show("\r\x1b[J")?;
            field = Field::put(&look(), label)?;
        }
        field.draw(line)
    })?;
    Ok(field.clear()?)
}

/// Reads keys up to Enter; what they make of the line is drawn where no more have come.
fn read_keys(
    keys: &mut Keys,
    line: &mut Line,
    mut draw: impl FnMut(&Line) -> io::Result<()>,
) -> Result<(), PromptError> {
    loop {
        let Some((byte, is_followed)) = keys.next()? else {
            return Err(PromptError::Cancelled);
        };
        match line.push(byte, is_followed) {
            Typed::Entered => return Ok(()),
            Typed::Stopped => return Err(PromptError::Cancelled),
            Typed::More if is_followed => {}
            Typed::More => draw(line)?,
        }
    }
}
