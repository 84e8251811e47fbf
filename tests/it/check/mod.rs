//! The findings of `check`, and its fixes.

mod all;
mod colour;
mod fix;
mod login;
mod one;
mod pull;
mod rules;
mod templates;
