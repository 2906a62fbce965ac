//! A round of fetching: each list and each responder's answer, and what the checks say of them and of the certificates.

use super::{Watched, findings};
use crate::{
    check::{self, Context, Finding},
    checks::revocation::{Heard, LIST, ListFacts, OCSP, OcspFacts},
    crl::{
        cache::Cache,
        fetch::{Answered, Came, Fetched, Fetcher, Question, Refused, Wish},
    },
    error::Result,
};

/// Why nothing is asked for.
const OFFLINE: &str = "it needs a network, and --offline was given";

/// What a round of fetching brought.
#[derive(Debug)]
pub struct Round {
    /// What became of each list.
    pub lists: Vec<Fetched>,
    /// What the responders answered; nothing where nobody was asked.
    pub answers: Vec<(Question, Option<Answered>)>,
}

impl Round {
    /// Fetches each list, and asks each responder; what a list is called is told before it is fetched.
    ///
    /// # Errors
    /// Where the cache cannot be written to.
    pub async fn of(
        fetcher: &Fetcher<'_>,
        wishes: Vec<Wish>,
        questions: Vec<Question>,
        begins: impl Fn(&str),
    ) -> Result<Self> {
        let mut lists = Vec::new();
        for wish in wishes {
            begins(&wish.title());
            lists.push(fetcher.fetch(wish).await?);
        }
        let mut answers = Vec::new();
        for question in questions {
            let answer = match &question.place {
                Ok(url) => fetcher.ask_for(&question, url).await?,
                Err(_) => None,
            };
            answers.push((question, answer));
        }
        Ok(Self { lists, answers })
    }

    /// What the checks say of it, and of each certificate by what is kept now.
    ///
    /// # Errors
    /// Where the cache cannot be read.
    pub fn findings(
        self,
        watched: &Watched,
        cache: &Cache,
        context: &Context<'_>,
    ) -> Result<Vec<Finding>> {
        let lists = self.lists.into_iter();
        let mut all: Vec<Finding> = lists.flat_map(|it| of_list(it, context)).collect();
        for (question, answered) in self.answers {
            all.extend(of_answer(&question, answered, context));
        }
        all.extend(findings(watched, cache, context)?);
        Ok(all)
    }
}

fn of_list(fetched: Fetched, context: &Context<'_>) -> Vec<Finding> {
    let subject = fetched.wish.title();
    match &fetched.came {
        Came::NotAsked => return check::skipped(LIST, &subject, OFFLINE, context.selection),
        Came::Refused(why @ Refused::ByResponder) => {
            let why = why.to_string();
            return check::not_applicable(LIST, &subject, &why, context.selection);
        }
        _ => {}
    }
    let every = context.install.and_then(|it| it.revocation.every);
    check::run(LIST, &subject, &ListFacts { fetched, every }, context)
}

fn of_answer(
    question: &Question,
    answered: Option<Answered>,
    context: &Context<'_>,
) -> Vec<Finding> {
    let subject = format!("{} by OCSP", question.certificate.label());
    let heard = match (answered, &question.place) {
        (Some(Answered::Nothing(end)), _) => Heard::Nothing(end),
        (Some(Answered::Answer(judged)), _) => Heard::Answer(judged),
        (None, Err(refused)) => Heard::NotAsked(refused.clone()),
        (None, Ok(_)) => return check::skipped(OCSP, &subject, OFFLINE, context.selection),
    };
    let responder = question.place.as_ref().ok().map(ToString::to_string);
    check::run(OCSP, &subject, &OcspFacts { responder, heard }, context)
}
