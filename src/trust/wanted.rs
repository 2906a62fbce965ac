//! Which CAs are to be had: those of the generations in force, or of those that are chosen.

use jiff::Timestamp;

use super::file_name;
use crate::{
    config::Endpoint,
    environment::{Authority, Environment, Generation, Standing},
    error::{Error, Result, nearest},
};

/// A CA that is to be had.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The first of the generations that it belongs to.
    pub generation: &'a Generation,
    /// The CA.
    pub authority: &'a Authority,
    /// The name of its file.
    pub file: String,
}

/// The CAs of the generations that are chosen; without a choice, of those that must be presented or accepted at a
/// time. Each counts once, roots before sub CAs.
///
/// # Errors
/// Where the environment has no such generation, or none is in force.
pub fn wanted<'a>(
    environment: &'a Environment,
    endpoint: &Endpoint,
    at: Timestamp,
    chosen: &[String],
) -> Result<Vec<Wanted<'a>>> {
    let ids = || environment.generations.iter().map(|it| it.id.as_str());
    let listed = || ids().collect::<Vec<_>>().join(", ");
    let id = &environment.id;
    if let Some(stranger) = chosen.iter().find(|it| !ids().any(|known| known == *it)) {
        let guess = nearest(stranger, ids())
            .map_or_else(String::new, |guess| format!(" Did you mean `{guess}`?"));
        let stranger = stranger.escape_debug();
        return Err(Error::input(format!("{id} has no generation `{stranger}`"))
            .hint(format!("It has {}.{guess}", listed())));
    }
    let mut wanted: Vec<Wanted<'a>> = Vec::new();
    for generation in &environment.generations {
        let takes = match chosen.is_empty() {
            true => is_in_force(generation, endpoint, at),
            false => chosen.contains(&generation.id),
        };
        for authority in generation.authorities().filter(|_| takes) {
            if wanted
                .iter()
                .all(|it| it.authority.sha256 != authority.sha256)
            {
                wanted.push(Wanted {
                    generation,
                    authority,
                    file: file_name(authority, environment),
                });
            }
        }
    }
    if wanted.is_empty() {
        return Err(
            Error::input(format!("no generation of {id} is in force at {at}"))
                .hint(format!("Choose by --generation: {}.", listed())),
        );
    }
    Ok(wanted)
}

/// Whether a generation must be presented or accepted at a time.
pub(super) fn is_in_force(generation: &Generation, endpoint: &Endpoint, at: Timestamp) -> bool {
    [generation.accept_at(at), generation.present_at(at)]
        .into_iter()
        .any(|by_date| endpoint.in_force(generation, by_date) == Standing::Required)
}
