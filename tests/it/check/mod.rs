//! The findings of `check`, and its fixes.

mod all;
mod color;
mod fix;
mod login;
mod one;
mod pull;
mod rules;
mod templates;
