//! Which CAs each environment takes, from when to when, and who says so.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{Explanation, headline, labelled};
use crate::{
    environment::{Confidence, Environment, Generation, Life, Standing},
    report::human,
};

/// The advice of the toolkit page that this project began with, and what became of it.
const STALE: &str = "\
The NHS deployment toolkit page (developer.nhs.uk/apis/uec-appointments/dep_devptl.html, last changed on 18 June \
2021) says to install both certificates, SHA1 and SHA2. That advice is stale: the SHA-1 CAs have expired, and since \
the week of 6 May 2024 Spine accepts and issues second-generation (G2) certificates alone \
(digital.nhs.uk/services/spine/updating-nhs-public-key-infrastructure-certificates, pki.nhs.uk/G2Transition). A \
trust store that holds only the SHA1 and SHA2 CAs fails, even where the dates of those CAs run on.";

/// The word for what must be there.
const REQUIRED: &str = "required";

/// The trust generations of every environment.
#[derive(Debug, Serialize)]
pub struct GenerationsDocument {
    schema: u32,
    kind: &'static str,
    at: Timestamp,
    note: &'static str,
    generations: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    environment: String,
    generation: String,
    title: String,
    accept: Span,
    present: Span,
    confidence: Confidence,
    source: String,
    revocation: String,
}

/// From when to when a generation holds in one direction, and how it stands.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Span {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    standing: &'static str,
}

impl GenerationsDocument {
    /// The generations of these environments, as they stand at a time.
    pub fn of(environments: &[Environment], at: Timestamp) -> Self {
        let lines = environments.iter().flat_map(|environment| {
            let generations = environment.generations.iter();
            generations.map(|generation| line(environment, generation, at))
        });
        Self {
            schema: 1,
            kind: "generations",
            at: Timestamp::from_second(at.as_second()).unwrap_or(at),
            note: STALE,
            generations: lines.collect(),
        }
    }
}

fn line(environment: &Environment, generation: &Generation, at: Timestamp) -> Line {
    Line {
        environment: environment.id.clone(),
        generation: generation.id.clone(),
        title: generation.title.clone(),
        accept: Span::of(&generation.accept, generation.accept_at(at), generation),
        present: Span::of(&generation.present, generation.present_at(at), generation),
        confidence: generation.provenance.confidence,
        source: generation.provenance.source.clone(),
        revocation: generation.revocation.clone(),
    }
}

impl Explanation for GenerationsDocument {
    fn text(&self, width: u16) -> String {
        let mut text = headline("Trust generations");
        text += &human::columns([vec![STALE.to_owned()]], &[], width);
        for line in &self.generations {
            text.push('\n');
            text += &headline(&format!(
                "{} {}: {}",
                line.environment, line.generation, line.title
            ));
            let rows = [
                ("accept", line.accept.sentence()),
                ("present", line.present.sentence()),
                ("revocation", line.revocation.clone()),
                (
                    "source",
                    format!("{} (confidence {:?})", line.source, line.confidence),
                ),
            ];
            text += &labelled(&rows, width);
        }
        let after = format!(
            "Judged by {}; --at judges by another day. `[environment.X] require` in ptl.toml overrides the dates.",
            self.at
        );
        text.push('\n');
        text + &human::columns([vec![after]], &[], width)
    }
}

impl Span {
    /// A span of a generation, and how that stands.
    pub(in crate::report) fn of(life: &Life, standing: Standing, generation: &Generation) -> Self {
        Self {
            from: life.from,
            until: life.until,
            standing: match standing {
                Standing::Required => REQUIRED,
                Standing::Early => "early",
                Standing::Over if generation.superseded => "superseded",
                Standing::Over => "over",
            },
        }
    }

    /// Whether the generation is in force.
    pub(in crate::report) fn is_required(&self) -> bool {
        self.standing == REQUIRED
    }

    /// `from 2024-05-06: required`
    pub(in crate::report) fn sentence(&self) -> String {
        let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date().to_string();
        let from = self.from.map(|from| format!("from {}", day(from)));
        let until = self.until.map(|until| format!("until {}", day(until)));
        let when: Vec<_> = from.into_iter().chain(until).collect();
        let when = if when.is_empty() {
            "always".to_owned()
        } else {
            when.join(" ")
        };
        format!("{when}: {}", self.standing)
    }
}
