//! What an endpoint sends and accepts, under each generation of the environment.

use std::sync::Arc;

use super::Visit;
use crate::{
    check::{self, Context, Finding},
    checks::endpoint::{ACCEPTED, AcceptedFacts, EndpointFacts, Reached, SENT, SentFacts},
    environment::{Generation, Standing},
    error::Result,
    x509::path::{Judge, Policy},
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
        let mut sent = self.sent(facts, context)?;
        let through: Vec<String> = sent
            .iter()
            .filter(|one| one.standing == Standing::Required && gets_through(&one.reached))
            .map(|one| one.generation.id.clone())
            .collect();
        let mut findings = Vec::new();
        for sent in &mut sent {
            let id = &sent.generation.id;
            sent.others = through.iter().filter(|one| *one != id).cloned().collect();
            let accepted = AcceptedFacts {
                generation: sent.generation.clone(),
                standing: endpoint
                    .in_force(&sent.generation, sent.generation.accept_at(context.at)),
                at: facts.clone(),
                ours: self.ours.clone(),
            };
            let about = format!("{subject}: {} {id}", environment.id);
            let name = format!("{about} (present)");
            findings.extend(check::run_after(earlier, SENT, &name, &*sent, context));
            let name = format!("{about} (accept)");
            findings.extend(check::run_after(
                earlier, ACCEPTED, &name, &accepted, context,
            ));
        }
        Ok(findings)
    }

    fn sent(&self, facts: &EndpointFacts, context: &Context<'_>) -> Result<Vec<SentFacts>> {
        let Some((environment, endpoint, _)) = &self.environment else {
            return Ok(Vec::new());
        };
        let sent = environment.generations.iter().map(|generation| {
            Ok(SentFacts {
                generation: generation.clone(),
                standing: endpoint.in_force(generation, generation.present_at(context.at)),
                reached: self.reached(generation, facts, context)?,
                others: Vec::new(),
            })
        });
        sent.collect()
    }

    /// What becomes of the chain as sent, for a caller that holds a generation's root and nothing else.
    fn reached(
        &self,
        generation: &Generation,
        facts: &EndpointFacts,
        context: &Context<'_>,
    ) -> Result<Reached> {
        let Some((leaf, sent)) = facts.presented.split_first() else {
            return Ok(Reached::Nothing);
        };
        let mut held = self.judge.anchors().iter().chain(&facts.presented);
        let Some(root) = held.find(|one| one.sha256 == generation.root.sha256) else {
            return Ok(Reached::NoRoot);
        };
        let judge = Judge::new(vec![Arc::clone(root)], Policy::at(context.at))?;
        Ok(Reached::Judged(Box::new(judge.judge(leaf, sent)?)))
    }
}

fn gets_through(reached: &Reached) -> bool {
    matches!(reached, Reached::Judged(judgement) if judgement.is_accepted())
}
