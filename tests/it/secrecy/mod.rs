//! No token in any output, whoever repeats it and wherever it stands.

mod echoes;
#[cfg(unix)]
mod hanging;
mod hostile_answers;
mod swapped;
mod tokens;
