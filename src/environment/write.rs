//! Writes an environment in the form of the shipped profiles, so that `--env` reads it back.

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::Error as _};
use toml::value::Datetime;

use super::{Environment, raw};
use crate::error::{Error, Result};

/// A profile file: the form's version, then the environment.
#[derive(Serialize)]
struct Profile<'a> {
    schema: u64,
    #[serde(flatten)]
    environment: &'a Environment,
}

impl Environment {
    /// The profile file's text; comments are for whoever writes it to add.
    ///
    /// # Errors
    /// Where a moment lies outside what TOML can hold.
    pub fn to_profile(&self) -> Result<String> {
        let profile = Profile {
            schema: raw::SCHEMA,
            environment: self,
        };
        toml::to_string(&profile)
            .map_err(|error| Error::internal("could not write a profile").because(error))
    }
}

/// A moment as TOML's own date-time.
pub(super) fn moment<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let moment: Datetime = moment.to_string().parse().map_err(S::Error::custom)?;
    moment.serialize(serializer)
}

/// The end of a life, where it has one.
pub(super) fn end<S: Serializer>(
    end: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match end {
        Some(end) => moment(end, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use crate::environment::{all, profile};

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        for environment in all() {
            let text = environment.to_profile().unwrap();
            let read = profile::parse(&text, "written").unwrap();
            assert_eq!(&read, environment);
        }
    }
}
