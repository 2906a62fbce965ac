//! One step: how far it is, what it wants, who acts, what proves it, and what to type.

use serde::Serialize;

use super::{are, awaited, bold, done_command, listed, since, word};
use crate::{
    checklist::{
        copies::Standing,
        definition::ProvenBy,
        state::Status,
        view::{EvidenceView, StageView, StepView, View},
    },
    report::{Explanation, human::columns, visible},
};

/// One step.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct OneStep<'a> {
    /// The checklist, without the other steps.
    pub view: &'a View<'a>,
    /// How many steps rely on it, directly or through others.
    #[serde(skip)]
    pub relying: usize,
}

impl Explanation for OneStep<'_> {
    fn text(&self, width: u16) -> String {
        let stages = &self.view.stages;
        let Some((stage, step)) = stages
            .first()
            .and_then(|stage| Some((stage, stage.steps.first()?)))
        else {
            return String::new();
        };
        let answer = format!("{} {}", step.id, standing(stage, step));
        let mut text = format!("{}\n{}\n\n", bold(&answer), step.title);
        let rows = self.rows(stage, step);
        let rows = rows
            .into_iter()
            .map(|(label, said)| vec![format!("  {label}"), said]);
        text += &columns(rows, &[21], width);
        text.push('\n');
        text += &columns(
            commands(step).into_iter().map(|line| vec![line]),
            &[],
            width,
        );
        text
    }
}

impl OneStep<'_> {
    fn rows(&self, stage: &StageView<'_>, step: &StepView<'_>) -> Vec<(&'static str, String)> {
        let mut rows = task(stage, step);
        if !stage.gate.requires.is_empty() {
            rows.push(("Stage opens with", stage.gate.requires.join(", ")));
        }
        if !step.requires.is_empty() {
            rows.push(("Requires", step.requires.join(", ")));
        }
        if !step.missing.is_empty() {
            rows.push(("Not done of these", listed(&step.missing, 6)));
        }
        let relying = match self.relying {
            1 => "1 step".to_owned(),
            many => format!("{many} steps"),
        };
        rows.push(("Relied on by", relying));
        if step.on.is_some() {
            rows.push(("Waits for", awaited(step)));
        }
        if let Some(turned) = &step.turned {
            rows.push(("Open again", turned.clone()));
        }
        if let Some(reason) = step.reason {
            rows.push(("Reason", visible(reason).into_owned()));
        }
        for evidence in &step.evidence {
            rows.push(("Evidence given", proof(evidence)));
        }
        if let Some(seed) = step.seed {
            rows.push(("Deployment Toolkit", seed.to_owned()));
        }
        rows.push(("Source", step.source.to_owned()));
        if step.own {
            rows.push(("Comes from", "your own steps.toml".to_owned()));
        }
        rows
    }
}

/// Who does what, what proves it, and how long it usually takes.
pub(super) fn task(stage: &StageView<'_>, step: &StepView<'_>) -> Vec<(&'static str, String)> {
    let environment = step.environment.map_or(String::new(), |environment| {
        format!(", environment {environment}")
    });
    let mut rows = vec![
        (
            "Stage",
            format!("{} ({}){environment}", stage.title, stage.id),
        ),
        ("Who acts", step.owner.to_owned()),
        ("Do", step.instructions.to_owned()),
        ("Evidence wanted", step.evidence_wanted.to_owned()),
    ];
    rows.extend(checked(step));
    if !step.about.is_empty() {
        let names = step.about.iter().map(|artefact| artefact.called());
        let names = names.collect::<Vec<_>>().join(" and the ");
        rows.push((
            "Proof is about",
            format!("the {names}: with another it must be given anew"),
        ));
    }
    if let Some(fresh) = step.fresh {
        rows.push((
            "Proof holds for",
            format!("{} ({})", fresh.word(), fresh.source),
        ));
    }
    if let Some(wait) = step.wait {
        rows.push(("Usually takes", format!("{} ({})", wait.text, wait.source)));
    }
    rows
}

/// The commands that run a step's checks, and whether they prove it alone.
fn checked(step: &StepView<'_>) -> Option<(&'static str, String)> {
    let environment = step.environment?;
    // What the endpoint shows is seen by a visit alone, which `preflight` does not make.
    let (visit, rest): (Vec<_>, Vec<_>) =
        step.checks.iter().partition(|glob| glob.starts_with("EP-"));
    let only = |globs: &[&String]| {
        let globs = globs.iter();
        globs
            .map(|glob| format!(" --only '{glob}'"))
            .collect::<String>()
    };
    let mut commands = Vec::new();
    if !rest.is_empty() {
        let only = only(&rest);
        commands.push(format!("`ptl preflight --env {environment}{only}`"));
    }
    if !visit.is_empty() {
        let only = only(&visit);
        commands.push(format!(
            "`ptl check-chain --env {environment} --connect FQDN{only}`"
        ));
    }
    let label = match step.proven_by {
        _ if commands.is_empty() => return None,
        ProvenBy::Checks => "Proven by checks",
        ProvenBy::Person => "Proven in part by",
    };
    Some((label, commands.join(" and ")))
}

/// How far a step is, as the rest of a sentence.
pub(super) fn standing(stage: &StageView<'_>, step: &StepView<'_>) -> String {
    let since = since(step).unwrap_or_default();
    match word(step) {
        "recheck" => format!(
            "is done since {since}, but relies on {}, not done.",
            listed(&step.missing, 4)
        ),
        "done" => format!("is done since {since}."),
        "in progress" => format!("is in progress since {since}."),
        "waiting" => format!("waits for {} since {since}.", awaited(step)),
        "failed" => format!("failed on {since}."),
        "blocked" => format!("is blocked since {since}."),
        "waived" => format!(
            "counts as done until the end of {}, since {since}.",
            step.until.map(|day| day.to_string()).unwrap_or_default()
        ),
        "n/a" => format!("does not apply here, since {since}."),
        "ready" => "is open, and can be done now.".to_owned(),
        _ if !stage.gate.open => format!(
            "must wait: the stage `{}` is shut until {} done.",
            stage.title,
            are(&stage.gate.missing, 4)
        ),
        _ => format!("must wait until {} done.", are(&step.missing, 4)),
    }
}

fn proof(evidence: &EvidenceView<'_>) -> String {
    let what = match (evidence.text, evidence.file) {
        (Some(text), _) => visible(text).into_owned(),
        (None, Some(file)) => format!(
            "{}, {} bytes, SHA-256 {}",
            visible(file),
            evidence.size.unwrap_or_default(),
            evidence.sha256.unwrap_or_default()
        ),
        (None, None) => String::new(),
    };
    let copy = copy(evidence).unwrap_or_default();
    format!("{what} ({} by {}){copy}", evidence.at, visible(evidence.by))
}

/// Where its copy is, and whether that is what was written down.
fn copy(evidence: &EvidenceView<'_>) -> Option<String> {
    let name = visible(evidence.copy?);
    Some(match evidence.standing? {
        Standing::Kept => format!(", kept as evidence/{name}"),
        Standing::Changed => format!(", but evidence/{name} was changed since"),
        Standing::Missing => format!(", but evidence/{name} is not there any more"),
    })
}

/// What can be typed about a step as far as it is.
fn commands(step: &StepView<'_>) -> Vec<String> {
    let id = step.id;
    let mut lines = Vec::new();
    if !step.checks.is_empty() && (step.ready || step.state == Status::Done) {
        lines.push(format!("To run its checks:  `ptl checklist verify {id}`"));
    }
    if step.state.satisfies() {
        lines.push(format!(
            "To prove it again: `ptl checklist reopen {id} --reason \"...\"`"
        ));
    } else if step.ready {
        match step.state {
            Status::InProgress => {}
            Status::Blocked => {
                lines.push(format!("When it is free:    `ptl checklist start {id}`"));
            }
            _ => lines.push(format!("When you begin:     `ptl checklist start {id}`")),
        }
        lines.push(format!("When it is proven:  `{}`", done_command(id)));
        if step.state != Status::Blocked {
            lines.push(format!(
                "When it is stuck:   `ptl checklist block {id} --reason \"...\"`"
            ));
        }
        if step.state != Status::Waiting {
            lines.push(format!(
                "When it waits:      `ptl checklist wait {id} --on WHO`"
            ));
        }
    } else {
        lines.push("What comes first: `ptl checklist next`".to_owned());
    }
    lines
}
