//! The answers of a new install: by flags, and by questions where somebody is there to be asked.

use crate::{
    cli::{Global, init::InitArgs},
    config::{
        Fqdn,
        fresh::{Answers, filled, is_bars, one_of, service},
    },
    environment::{self, Environment, Role, SERVICES},
    error::{Error, Result},
    terminal,
};

/// What somebody is told who wants to onboard BaRS.
const BARS: &str = "Read `ptl explain bars`: what its suppliers need instead, and what of ptl helps them. Care Connect Booking, which it replaces, is `--service booking`; nothing was written.";

/// What an install is begun with.
pub(super) struct Given {
    pub(super) answers: Answers,
    pub(super) environment: Environment,
}

/// Everything that flags say, and the rest by asking.
///
/// # Errors
/// With every flag that is missing or wrong, at once.
pub(super) fn given(args: &InitArgs, global: &Global) -> Result<Given> {
    let asks = !args.yes && terminal::can_ask();
    let mut problems = Vec::new();
    let environment = match global.env.as_deref() {
        Some(name) => environment::find(name)
            .map_err(|error| {
                problems.push(format!("--env: {error}"));
                problems.extend(
                    error
                        .problems()
                        .iter()
                        .map(|problem| format!("--env: {problem}")),
                );
            })
            .ok(),
        None => None,
    };
    problems.extend(wrong(args));
    let missing = missing(args, global);
    if !asks {
        problems.extend(missing.iter().map(|flag| format!("{flag} is missing")));
    }
    if !problems.is_empty() {
        let error = refused(problems, asks || missing.is_empty(), args.yes);
        return Err(if args.service.as_deref().is_some_and(is_bars) {
            error.hint(BARS)
        } else {
            error
        });
    }
    let environment = match environment {
        Some(environment) => environment,
        None => ask_environment()?,
    };
    let answers = ask_the_rest(args)?;
    if !missing.is_empty() && !terminal::confirm("Write the install?")? {
        return Err(Error::input("nothing was written")
            .hint("Run it again with other answers, or give them as flags."));
    }
    Ok(Given {
        answers,
        environment,
    })
}

fn refused(problems: Vec<String>, all_there: bool, yes: bool) -> Error {
    let hint = if all_there {
        "Give other values; nothing was written."
    } else if yes {
        "Give every flag, as in `ptl init --help`, or leave --yes out on a terminal to be asked."
    } else {
        "Give every flag, as in `ptl init --help`: there is no terminal to ask on."
    };
    let count = problems.len();
    Error::input(if count == 1 {
        "an install cannot be started with this".to_owned()
    } else {
        format!("an install cannot be started: {count} problems")
    })
    .details(problems)
    .hint(hint)
}

/// The problems of the flags that are given.
fn wrong(args: &InitArgs) -> Vec<String> {
    let sound = Answers {
        role: "provider".to_owned(),
        service: "booking".to_owned(),
        organisation: "-".to_owned(),
        ods: "-".to_owned(),
        product: "-".to_owned(),
        product_version: "-".to_owned(),
        fqdn: "example.nhs.uk".to_owned(),
    };
    filled_in(args, sound).problems()
}

fn filled_in(args: &InitArgs, otherwise: Answers) -> Answers {
    let or = |flag: &Option<String>, other: String| flag.clone().unwrap_or(other);
    Answers {
        role: or(&args.role, otherwise.role),
        service: or(&args.service, otherwise.service),
        organisation: or(&args.organisation, otherwise.organisation),
        ods: or(&args.ods, otherwise.ods),
        product: or(&args.product, otherwise.product),
        product_version: or(&args.product_version, otherwise.product_version),
        fqdn: or(&args.fqdn, otherwise.fqdn),
    }
}

fn missing(args: &InitArgs, global: &Global) -> Vec<&'static str> {
    [
        ("--env NAME|FILE", &global.env),
        ("--role ROLE", &args.role),
        ("--service SERVICE", &args.service),
        ("--organisation NAME", &args.organisation),
        ("--ods CODE", &args.ods),
        ("--product NAME", &args.product),
        ("--product-version VERSION", &args.product_version),
        ("--fqdn NAME", &args.fqdn),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_none())
    .map(|(flag, _)| flag)
    .collect()
}

fn ask_environment() -> Result<Environment> {
    let ids: Vec<&str> = environment::SHIPPED.iter().map(|(id, _)| *id).collect();
    let id = text(&None, "Environment to begin with", &ids)?;
    environment::find(&id)
}

fn ask_the_rest(args: &InitArgs) -> Result<Answers> {
    Ok(Answers {
        role: text(
            &args.role,
            "Role: a provider answers through Spine, a consumer asks",
            &Role::WORDS,
        )?,
        service: match &args.service {
            Some(name) => name.clone(),
            None => terminal::ask(
                &format!("Service ({})", SERVICES.join(", ")),
                SERVICES.first().copied(),
                |name| service(name).map(drop),
            )?,
        },
        organisation: text(&args.organisation, "Organisation, the supplier's name", &[])?,
        ods: text(&args.ods, "Its ODS code, as A12345", &[])?,
        product: text(&args.product, "Product", &[])?,
        product_version: text(&args.product_version, "Its version", &[])?,
        fqdn: match &args.fqdn {
            Some(name) => name.clone(),
            None => terminal::ask(
                "Registered name, as example.thirdparty.nhs.uk",
                None,
                |name| {
                    Fqdn::parse(name)
                        .map(drop)
                        .map_err(|problems| problems.join("; "))
                },
            )?,
        },
    })
}

/// A flag's text, or what is answered: one of some words, the first being usual, or any where there are none.
fn text(given: &Option<String>, question: &str, words: &[&str]) -> Result<String> {
    if let Some(text) = given {
        return Ok(text.clone());
    }
    if words.is_empty() {
        return terminal::ask(question, None, filled);
    }
    let question = format!("{question} ({})", words.join(", "));
    terminal::ask(&question, words.first().copied(), |text| {
        one_of(text, words).map(drop)
    })
}
