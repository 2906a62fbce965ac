//! What an endpoint sends and accepts, under each generation of the environment.

use std::sync::Arc;

use super::{NOTHING, Visit};
use crate::{
    check::{self, Context, Finding},
    checks::endpoint::{ACCEPTED, AcceptedFacts, EndpointFacts, Reached, SENT, SentFacts},
    environment::{Generation, Standing},
    error::Result,
    x509::{
        Certificate,
        path::{Judge, Policy},
    },
};

impl Visit<'_> {
    /// Each generation, in both directions; none where no environment is known.
    pub(super) fn generations(
        &self,
        subject: &str,
        facts: &EndpointFacts,
        earlier: &[Finding],
        context: &Context<'_>,
    ) -> Result<Vec<Finding>> {
        let Some((environment, endpoint, _)) = &self.environment else {
            return Ok(Vec::new());
        };
        // Said once, and not of every generation: nothing can be known of any.
        let Some((leaf, along)) = facts.presented.split_first() else {
            let selection = context.selection;
            let mut findings = check::skipped(SENT, subject, NOTHING, selection);
            findings.extend(check::skipped(ACCEPTED, subject, NOTHING, selection));
            return Ok(findings);
        };
        let mut findings = Vec::new();
        for sent in self.sent(leaf, along, context)? {
            let id = &sent.generation.id;
            let accepted = AcceptedFacts {
                generation: sent.generation.clone(),
                standing: endpoint
                    .in_force(&sent.generation, sent.generation.accept_at(context.at)),
                at: facts.clone(),
                ours: self.ours.clone(),
            };
            let about = format!("{subject}: {} {id}", environment.id);
            let name = format!("{about} (present)");
            findings.extend(check::run_after(earlier, SENT, &name, &sent, context));
            let name = format!("{about} (accept)");
            findings.extend(check::run_after(
                earlier, ACCEPTED, &name, &accepted, context,
            ));
        }
        Ok(findings)
    }

    /// The chain as sent, under each generation.
    fn sent(
        &self,
        leaf: &Arc<Certificate>,
        along: &[Arc<Certificate>],
        context: &Context<'_>,
    ) -> Result<Vec<SentFacts>> {
        let mut sent = Vec::new();
        if let Some((environment, endpoint, _)) = &self.environment {
            for generation in &environment.generations {
                sent.push(SentFacts {
                    generation: generation.clone(),
                    standing: endpoint.in_force(generation, generation.present_at(context.at)),
                    reached: self.reached(generation, leaf, along, context)?,
                    others: Vec::new(),
                });
            }
        }
        let through: Vec<String> = sent
            .iter()
            .filter(|one| one.standing == Standing::Required && gets_through(&one.reached))
            .map(|one| one.generation.id.clone())
            .collect();
        for one in &mut sent {
            let id = &one.generation.id;
            one.others = through.iter().filter(|it| *it != id).cloned().collect();
        }
        Ok(sent)
    }

    /// What becomes of the chain as sent, for a caller that holds a generation's root and nothing else.
    fn reached(
        &self,
        generation: &Generation,
        leaf: &Arc<Certificate>,
        along: &[Arc<Certificate>],
        context: &Context<'_>,
    ) -> Result<Reached> {
        let mut held = self.judge.anchors().iter().chain(along);
        let Some(root) = held.find(|one| one.sha256 == generation.root.sha256) else {
            return Ok(Reached::NoRoot);
        };
        let judge = Judge::new(vec![Arc::clone(root)], Policy::at(context.at))?;
        Ok(Reached::Judged(Box::new(judge.judge(leaf, along)?)))
    }
}

fn gets_through(reached: &Reached) -> bool {
    matches!(reached, Reached::Judged(judgement) if judgement.is_accepted())
}
