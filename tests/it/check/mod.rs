//! What `check` finds in one secret, in all, in their rules and logins, and what it fixes.

mod all;
mod colour;
mod fix;
mod login;
mod one;
mod pull;
mod rules;
mod templates;
