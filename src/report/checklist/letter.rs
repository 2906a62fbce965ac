//! A short text to whoever acts on a step, ready to send. What is not known stands in square brackets.

use super::bold;
use crate::{
    checklist::view::StepView,
    config::{Endpoint, Install},
    report::{csr::Desk, human::columns, visible},
};

/// The widest line of a mail that is still quoted well.
const MAIL: usize = 72;

/// The text to whoever acts on a step: what has to be so, for whom, and what would prove it.
pub fn letter(step: &StepView<'_>, install: Option<&Install>) -> String {
    let endpoint = step
        .environment
        .and_then(|environment| install?.environments.get(environment));
    let name = endpoint.and_then(|endpoint| endpoint.fqdn.as_deref());
    let about: Vec<&str> = [name, step.environment].into_iter().flatten().collect();
    let about = match about.is_empty() {
        true => String::new(),
        false => format!(" ({})", about.join(", ")),
    };
    let mut lines = vec![
        format!("To: {}", step.owner),
        format!("Subject: {}{about}", step.title),
        String::new(),
        "For us to go on, this has to be so:".to_owned(),
        format!("  {}.", step.title),
        String::new(),
    ];
    lines.extend(facts(step, install, endpoint));
    // Who is outside does not follow our notes.
    if step.owner.starts_with("supplier") {
        lines.extend([String::new(), format!("What to do: {}", step.instructions)]);
    }
    lines.extend([
        String::new(),
        format!("What we keep as proof: {}.", step.evidence_wanted),
        "Please tell us your reference, and by which day we can expect an answer.".to_owned(),
        String::new(),
        "[your name], [your phone]".to_owned(),
    ]);
    let lines = lines.iter().map(|line| wrapped(line));
    format!(
        "\n{}\n\n{}",
        bold("A text to send"),
        lines.collect::<String>()
    )
}

/// A line as mails have it; only what is long is broken, so that names stay whole.
fn wrapped(line: &str) -> String {
    match line.chars().count() {
        0..=MAIL => format!("{}\n", visible(line)),
        _ => columns([vec![visible(line).into_owned()]], &[], MAIL as u16),
    }
}

/// What the other side has to know, as far as `ptl.toml` says it.
fn facts(
    step: &StepView<'_>,
    install: Option<&Install>,
    endpoint: Option<&Endpoint>,
) -> Vec<String> {
    let organisation = install.map_or_else(
        || "[your organisation] (ODS [your ODS code])".to_owned(),
        |install| format!("{} (ODS {})", install.organisation, install.ods),
    );
    let product = install.map_or_else(
        || "[product and version]".to_owned(),
        |install| {
            let (service, role) = (&install.service, install.role.word());
            let Install {
                product,
                product_version,
                ..
            } = install;
            format!("{product} {product_version} ({service} {role})")
        },
    );
    let address = endpoint.and_then(|endpoint| endpoint.source_address);
    let of_endpoint = |field: fn(&Endpoint) -> Option<&String>| endpoint.and_then(field).cloned();
    let rows = [
        ("Organisation", Some(organisation)),
        ("Product", Some(product)),
        ("Environment", step.environment.map(str::to_owned)),
        ("Name", of_endpoint(|endpoint| endpoint.fqdn.as_ref())),
        (
            "Endpoint",
            of_endpoint(|endpoint| endpoint.endpoint.as_ref()),
        ),
        ("Address", address.map(|address| address.to_string())),
        ("ASID", of_endpoint(|endpoint| endpoint.asid.as_ref())),
        (
            "Party key",
            of_endpoint(|endpoint| endpoint.party_key.as_ref()),
        ),
    ];
    rows.into_iter()
        .filter_map(|(label, value)| Some(format!("{:<14}{}", format!("{label}:"), value?)))
        .collect()
}

/// The mail to the desk that signs, with the request in it; `csr` is the request's file.
pub fn request(desk: &Desk, csr: &str) -> String {
    format!("\n{}\n\n{}", bold("A text to send"), desk.human(csr))
}
