//! The texts that are shown at a step when they are asked for.

use super::Walk;
use crate::{
    checklist::{
        book::Book,
        definition::{Artefact, Step},
        view::{StepView, View},
    },
    config::Install,
    environment,
    error::Result,
    files,
    report::{
        self, Format, OneStep,
        csr::{Sender, desks},
        letter,
    },
    survey,
};

/// All about a step.
pub(super) fn all_about(walk: &Walk<'_>, book: &Book, id: &str) -> Result<String> {
    let progress = book.progress();
    let document = OneStep {
        view: &View::of(&progress).only(id),
        relying: progress.relying_on(id).len(),
    };
    let text = report::explain(&document, Format::Human, walk.layout)?;
    Ok(format!("\n{text}"))
}

/// The text to whoever acts on a step: with a request that was made the mail to the desk, as `ptl csr` words it.
pub(super) fn to_send(walk: &Walk<'_>, book: &Book, step: &StepView<'_>) -> String {
    let install = Install::read(&walk.global.install).ok();
    let of_the_desk = || {
        sends_a_request(book, step.id).then_some(())?;
        request_letter(install.as_ref()?, step.environment?)
    };
    of_the_desk().unwrap_or_else(|| letter::letter(step, install.as_ref()))
}

/// The mail with the request of an environment; nothing where none was made yet.
fn request_letter(install: &Install, environment: &str) -> Option<String> {
    let endpoint = install.environments.get(environment)?;
    let fqdn = endpoint.fqdn.as_deref()?;
    let file = survey::csr::beside_the_key(endpoint, install)?;
    // A file of that name that holds no request is none.
    survey::csr::public_key(&file)?;
    let request = files::read_text(&file, files::SMALL).ok()?;
    let environment = environment::find(environment).ok()?;
    let sender = Sender {
        install: Some(install),
        renews: None,
    };
    let desks = desks(Some(&environment), sender, fqdn, &request);
    let file = file.display().to_string();
    Some(letter::request(desks.first()?, &file))
}

/// Whether a step is that of making a request, or the first that relies on one: there it is sent.
fn sends_a_request(book: &Book, id: &str) -> bool {
    let definition = &book.definition;
    let makes = |step: &Step| step.about.contains(&Artefact::Request);
    let relies = |step: &Step, on: &str| step.requires.iter().any(|need| need == on);
    definition.steps().filter(|step| makes(step)).any(|made| {
        let first = definition.steps().find(|step| relies(step, &made.id));
        made.id == id || first.is_some_and(|first| first.id == id)
    })
}
