//! What a step says of its proof: what it is about, how long it holds, whether checks give it, and how long it takes.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::config::duration_of;

/// The hours of a day, as ptl.toml counts them.
const DAY: i64 = 24;

/// What a proof can be about, and what gets old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Artefact {
    /// The private key's certificate request.
    Request,
    /// The endpoint's certificate.
    Certificate,
    /// The endpoint's names and addresses, as ptl.toml has them for the environment.
    Hosts,
    /// The product's version: the Technical Conformance Certificate is for one alone.
    Version,
}

impl Artefact {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Request, Self::Certificate, Self::Hosts, Self::Version];

    /// Its word in the file and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Certificate => "certificate",
            Self::Hosts => "hosts",
            Self::Version => "version",
        }
    }

    /// What people call it.
    pub fn called(self) -> &'static str {
        match self {
            Self::Request => "certificate request",
            Self::Certificate => "certificate",
            Self::Hosts => "set of hosts",
            Self::Version => "product version",
        }
    }
}

/// Who can prove a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvenBy {
    /// A person, with evidence; what checks say is a part of it at most.
    #[default]
    Person,
    /// Its checks alone: where all of them pass in its environment, their report is the proof.
    Checks,
}

impl ProvenBy {
    /// Its words in the file and in JSON.
    pub const WORDS: [&'static str; 2] = ["person", "checks"];
}

/// A usual waiting time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wait {
    /// As the source words it.
    pub text: String,
    /// The longest that it means, in working days.
    pub working_days: u32,
    /// Who says so.
    pub source: String,
}

/// How long a proof holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// From when the proof was given; a day has 24 hours. `for = "365d"` in the file and in JSON.
    #[serde(
        rename = "for",
        deserialize_with = "lasting",
        serialize_with = "worded"
    )]
    pub lasts: SignedDuration,
    /// Who says so: a page, or `ptl` and the reason where it is our judgement.
    pub source: String,
}

impl Fresh {
    /// How long, as the file words it: `365d`, or `36h` where it is no whole number of days.
    pub fn word(&self) -> String {
        word(self.lasts)
    }
}

fn word(lasts: SignedDuration) -> String {
    let hours = lasts.as_hours();
    if hours % DAY == 0 && SignedDuration::from_hours(hours) == lasts {
        format!("{}d", hours / DAY)
    } else {
        format!("{lasts:#}")
    }
}

fn lasting<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration_of(&text).ok_or_else(|| D::Error::custom("no duration: write it as 24h or 365d"))
}

fn worded<S: Serializer>(lasts: &SignedDuration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&word(*lasts))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn fresh(text: &str) -> Result<Fresh, toml::de::Error> {
        toml::from_str(&format!("for = {text}\nsource = \"a page\""))
    }

    #[test]
    fn a_duration_is_read_as_in_ptl_toml_and_worded_as_it_was() {
        for (text, hours) in [("365d", 365 * 24), ("36h", 36), ("2w", 14 * 24)] {
            let fresh = fresh(&format!("\"{text}\"")).unwrap();
            assert_eq!(fresh.lasts, SignedDuration::from_hours(hours));
            let json = serde_json::to_value(&fresh).unwrap();
            assert_eq!(json["for"], fresh.word());
        }
        assert_eq!(fresh("\"2w\"").unwrap().word(), "14d");
        assert_eq!(fresh("\"36h\"").unwrap().word(), "36h");
        for wrong in ["\"0d\"", "\"-3d\"", "\"soon\"", "30"] {
            assert!(fresh(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_words_are_those_of_the_file() {
        for artefact in Artefact::ALL {
            let word = serde_json::to_value(artefact).unwrap();
            assert_eq!(word, artefact.word());
        }
        for (proven_by, word) in [ProvenBy::Person, ProvenBy::Checks]
            .iter()
            .zip(ProvenBy::WORDS)
        {
            assert_eq!(serde_json::to_value(proven_by).unwrap(), word);
        }
    }
}
