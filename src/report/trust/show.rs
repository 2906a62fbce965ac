//! Where each pinned CA is: the document of kind `trust`.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    environment::{Confidence, Environment, Provenance},
    report::{
        Explanation,
        explain::{Span, headline, labelled},
        human::columns,
        visible,
    },
    trust::{Held, Holding, Place, State},
};

/// The generations of an environment, their CAs, and where each is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trust {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    environment: String,
    /// The moment that generations are judged by.
    judged: Timestamp,
    generations: Vec<OneGeneration>,
    /// The places that were looked into, and what could not be read there.
    places: Vec<OnePlace>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneGeneration {
    id: String,
    title: String,
    accept: Span,
    present: Span,
    /// Whether `require` of ptl.toml decides the standing, and not the dates.
    overridden: bool,
    source: String,
    confidence: Confidence,
    authorities: Vec<OneAuthority>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneAuthority {
    role: &'static str,
    name: String,
    subject: String,
    sha256: String,
    sha1: Option<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    url: Option<String>,
    source: String,
    confidence: Confidence,
    old: bool,
    conflict: Option<String>,
    state: State,
    found: Vec<String>,
    namesakes: Vec<Namesake>,
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct Namesake {
    place: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct OnePlace {
    name: String,
    certificates: usize,
    problems: Vec<String>,
}

impl Trust {
    /// The document of what was found. `flags` is what a command in a hint needs to speak of the same, as ` --env int`.
    pub fn new(
        environment: &Environment,
        flags: &str,
        holdings: &[Holding<'_>],
        places: &[Place],
        judged: Timestamp,
    ) -> Self {
        let ways = Ways { environment, flags };
        Self {
            schema: 1,
            kind: "trust",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            environment: environment.id.clone(),
            judged: Timestamp::from_second(judged.as_second()).unwrap_or(judged),
            generations: holdings.iter().map(|it| ways.generation(it)).collect(),
            places: places
                .iter()
                .map(|place| OnePlace {
                    name: place.name.clone(),
                    certificates: place.certificates.len(),
                    problems: place.problems.clone(),
                })
                .collect(),
        }
    }

    /// How many CAs are in this state.
    pub fn count(&self, state: State) -> usize {
        self.authorities().filter(|it| it.state == state).count()
    }

    /// Whether a generation is in force at all.
    pub fn is_anything_required(&self) -> bool {
        let mut all = self.generations.iter();
        all.any(|it| it.accept.is_required() || it.present.is_required())
    }

    fn authorities(&self) -> impl Iterator<Item = &OneAuthority> {
        self.generations.iter().flat_map(|it| &it.authorities)
    }

    fn answer(&self) -> String {
        let environment = &self.environment;
        if !self.is_anything_required() {
            return format!(
                "{environment}: no generation is in force at {}.",
                self.judged
            );
        }
        let lacking = [State::Missing, State::Unknown]
            .into_iter()
            .find_map(|state| Some((state, self.authorities().find(|it| it.state == state)?)));
        let Some((state, first)) = lacking else {
            return format!("{environment}: every CA of the generations in force was found.");
        };
        let word = match state {
            State::Missing => "was found nowhere",
            _ => "may be missing",
        };
        let more = match self.count(State::Missing) + self.count(State::Unknown) {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let hint = first.hint.as_deref().unwrap_or_default();
        format!("{environment}: {} {word}{more}. Next: {hint}", first.name)
    }
}

/// How a person gets at what is missing.
struct Ways<'a> {
    environment: &'a Environment,
    flags: &'a str,
}

impl Ways<'_> {
    fn generation(&self, holding: &Holding<'_>) -> OneGeneration {
        let it = holding.generation;
        let authorities = holding.authorities.iter();
        OneGeneration {
            id: it.id.clone(),
            title: it.title.clone(),
            accept: Span::of(&it.accept, holding.accept, it),
            present: Span::of(&it.present, holding.present, it),
            overridden: holding.overridden,
            source: it.provenance.source.clone(),
            confidence: it.provenance.confidence,
            authorities: authorities
                .map(|held| self.authority(held, holding))
                .collect(),
        }
    }

    fn authority(&self, held: &Held<'_>, holding: &Holding<'_>) -> OneAuthority {
        let it = held.authority;
        let Provenance {
            source,
            confidence,
            old,
            conflict,
        } = it.provenance.clone();
        OneAuthority {
            role: if held.is_root { "root" } else { "sub" },
            name: it.name.clone(),
            subject: it.subject.clone(),
            sha256: it.sha256.clone(),
            sha1: it.sha1.clone(),
            not_before: it.not_before,
            not_after: it.not_after,
            url: it.url.clone(),
            source,
            confidence,
            old,
            conflict,
            state: held.state,
            found: held.found.clone(),
            namesakes: held
                .namesakes
                .iter()
                .map(|(place, sha256)| Namesake {
                    place: place.clone(),
                    sha256: sha256.clone(),
                })
                .collect(),
            hint: self.hint(held, holding),
        }
    }

    /// What to do where a CA is not found.
    fn hint(&self, held: &Held<'_>, holding: &Holding<'_>) -> Option<String> {
        let choice = match held.state {
            State::Found => return None,
            State::Missing | State::Unknown => String::new(),
            State::NotNeeded => format!(" --generation {}", holding.generation.id),
        };
        let flags = self.flags;
        if held.authority.url.is_some() {
            return Some(format!(
                "`ptl trust fetch{flags}{choice}` downloads it, and keeps it only if it is this one."
            ));
        }
        if held.state == State::NotNeeded {
            return None;
        }
        let desk = &self.environment.desk;
        Some(format!(
            "No source says where it can be downloaded: ask {} ({}) for it, then look: `ptl trust show{flags} FILE`.",
            desk.name, desk.mail
        ))
    }
}

impl Explanation for Trust {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        // One fetch does for all of a kind, so it is said once.
        let mut said = None;
        for generation in &self.generations {
            text.push('\n');
            let line = format!(
                "{} {}: {}",
                self.environment, generation.id, generation.title
            );
            text += &headline(&visible(&line));
            text += &generation.text(width);
            for authority in &generation.authorities {
                text.push('\n');
                let hint = authority.hint.as_ref().filter(|hint| said != Some(*hint));
                said = hint.or(said);
                text += &authority.text(hint, self.judged, width);
            }
        }
        text.push('\n');
        let places = self.places.iter().map(|place| match place.certificates {
            0 => format!("{} (none)", place.name),
            count => format!("{} ({count})", place.name),
        });
        let looked = format!("Looked into: {}.", places.collect::<Vec<_>>().join(", "));
        let closing = format!(
            "Judged by {}. `ptl explain generations` says how the generations came about.",
            self.judged
        );
        let problems = self.places.iter().flat_map(|place| {
            let problems = place.problems.iter();
            problems.map(|problem| format!("Unread: {}: {problem}.", place.name))
        });
        let lines = [looked].into_iter().chain(problems).chain([closing]);
        text + &columns(
            lines.map(|line| vec![visible(&line).into_owned()]),
            &[],
            width,
        )
    }
}

impl OneGeneration {
    fn text(&self, width: u16) -> String {
        let by = match self.overridden {
            true => " (`require` of ptl.toml decides)",
            false => "",
        };
        labelled(
            &[
                ("accept", self.accept.sentence() + by),
                ("present", self.present.sentence() + by),
                (
                    "source",
                    visible(&sourced(&self.source, self.confidence)).into_owned(),
                ),
            ],
            width,
        )
    }
}

impl OneAuthority {
    fn text(&self, hint: Option<&String>, at: Timestamp, width: u16) -> String {
        let day = |time: Timestamp| time.strftime("%F").to_string();
        let where_found = match (self.state, self.found.is_empty()) {
            (_, false) => self.found.join(", "),
            (State::Missing, true) => "NOWHERE, and it must be there".to_owned(),
            (State::NotNeeded, true) => "nowhere, and it need not be there".to_owned(),
            (_, true) => "nowhere; whether it must be there is not certain".to_owned(),
        };
        let mut rows = vec![
            (self.role, self.name.clone()),
            ("SHA-256", self.sha256.clone()),
        ];
        rows.extend(self.sha1.clone().map(|sha1| ("SHA-1", sha1)));
        let ended = match (self.not_before > at, self.not_after < at) {
            (true, _) => ": NOT YET valid",
            (_, true) => ": ENDED, so no path through it is taken",
            _ => "",
        };
        let valid = format!("{} to {}{ended}", day(self.not_before), day(self.not_after));
        rows.push(("valid", valid));
        rows.extend(self.url.clone().map(|url| ("URL", url)));
        rows.push(("source", sourced(&self.source, self.confidence)));
        let conflict = self.conflict.as_ref();
        rows.extend(conflict.map(|other| ("but", other.clone())));
        rows.push(("found", where_found));
        rows.extend(self.namesakes.iter().map(|it| {
            let text = format!(
                "{}: a certificate of this name with the SHA-256 {}: do not trust it",
                it.place, it.sha256
            );
            ("NOT IT", text)
        }));
        rows.extend(hint.cloned().map(|hint| ("do", hint)));
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(label, text)| (label, visible(&text).into_owned()))
            .collect();
        labelled(&rows, width)
    }
}

fn sourced(source: &str, confidence: Confidence) -> String {
    format!("{source} (confidence {confidence:?})")
}
