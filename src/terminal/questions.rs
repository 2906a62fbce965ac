//! Asks on the terminal: a text, or yes or no.
//!
//! No menus with a moving cursor: they hide the terminal's own, which an interrupt would leave hidden.

use dialoguer::{Confirm, Input};

use crate::error::{Error, Result};

/// Asks for a text until it is sound; `sound` says what is the matter with one that is not.
/// Enter alone takes `usual`, where there is one.
///
/// # Errors
/// Where the terminal goes away.
pub fn ask(
    question: &str,
    usual: Option<&str>,
    sound: impl Fn(&str) -> Result<(), String>,
) -> Result<String> {
    let mut input = Input::<String>::new()
        .with_prompt(question)
        .validate_with(|text: &String| sound(text.trim()));
    if let Some(usual) = usual {
        input = input.default(usual.to_owned());
    }
    input
        .interact_text()
        .map(|text| text.trim().to_owned())
        .map_err(|error| gone().because(error))
}

/// As [`ask`], and Enter alone answers nothing.
///
/// # Errors
/// Where the terminal goes away.
pub fn ask_or_nothing(
    question: &str,
    sound: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>> {
    let answer = Input::<String>::new()
        .with_prompt(question)
        .allow_empty(true)
        .validate_with(|text: &String| match text.trim() {
            "" => Ok(()),
            text => sound(text),
        })
        .interact_text()
        .map_err(|error| gone().because(error))?;
    Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
}

/// Asks for a yes or a no; Enter alone is a yes.
///
/// # Errors
/// Where the terminal goes away.
pub fn confirm(question: &str) -> Result<bool> {
    Confirm::new()
        .with_prompt(question)
        .default(true)
        .interact()
        .map_err(|error| gone().because(error))
}

fn gone() -> Error {
    Error::input("the question was not answered")
        .hint("Run it again, or give every answer as a flag, with --yes.")
}
