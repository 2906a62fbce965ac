//! `ptl lab`.

use super::{Exit, hand_over, layout, open_output, runtime};
use crate::{
    check::{Context, Selection},
    cli::{
        Global,
        lab::{
            CrlArgs, FaultArgs, IssueArgs, LabArgs, LabCommand, RehearseArgs, RevokeArgs, UpArgs,
        },
    },
    error::{Error, Result},
    files::Output,
    lab::{self, Fault, Lab, Order, Running, Wanted},
    report::{self, Explanation, Format, lab::LabCertificate, visible},
    terminal, x509,
};

/// Runs `ptl lab`.
///
/// # Errors
/// Where a file, a folder or a port is wrong, or a desk would refuse the request.
pub(super) fn run(args: &LabArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    match &args.command {
        LabCommand::Up(args) => up(args, global),
        LabCommand::Rehearse(args) => rehearse(args, global),
        LabCommand::Issue(args) => issue(args, global),
        LabCommand::Revoke(args) => revoke(args, global),
        LabCommand::Crl(args) => list(args, global),
        LabCommand::Fault(args) => fault(args, global),
    }
}

fn up(args: &UpArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let wanted = Wanted {
        address: args.address,
        first_port: args.ports,
    };
    let runtime = runtime()?;
    let running = runtime.block_on(Running::start(&args.folder, wanted))?;
    say(&running.lab().document(), global, output)?;
    runtime.block_on(running.until_stopped(args.until_eof))?;
    Ok(Exit::Pass)
}

fn rehearse(args: &RehearseArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let shown = global.format == Format::Human && !global.quiet && output.is_none();
    let mut show = |text: &str| match shown {
        true => terminal::print(text),
        false => Ok(()),
    };
    let document = lab::rehearse(&args.folder, &mut show)?;
    show("\n")?;
    say(&document, global, output)?;
    Ok(match document.wrong {
        None => Exit::Pass,
        Some(_) => Exit::Fail,
    })
}

fn issue(args: &IssueArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let lab = Lab::open(&args.lab.lab)?;
    let order = Order {
        generation: args.generation.clone(),
        expired: args.expired,
        not_yet: args.not_yet,
        revoked: args.revoked,
        wrong_name: args.wrong_name,
        no_client_auth: args.no_client_auth,
        alternative_name: args.san,
        ocsp: args.ocsp,
        no_list: args.no_list,
    };
    let to = args
        .out
        .clone()
        .unwrap_or_else(|| args.request.with_extension("crt"));
    let selection = Selection::default();
    let context = Context {
        at: global.time()?,
        environment: None,
        install: None,
        selection: &selection,
    };
    let issued = lab::issue(&lab, &args.request, &order, &to, &context)?;
    let document = LabCertificate::new(
        &issued.certificate,
        order.generation,
        [&issued.file, &issued.chain, &issued.trust].map(|path| path.display().to_string()),
        issued.list.map(|list| list.display().to_string()),
    );
    say(&document, global, output)
}

fn revoke(args: &RevokeArgs, global: &Global) -> Result<Exit> {
    let lab = Lab::open(&args.lab.lab)?;
    let certificates = x509::certificates(&args.certificate)?;
    let [certificate] = certificates.as_slice() else {
        return Err(Error::input(format!(
            "`{}` holds {} certificates",
            args.certificate.display(),
            certificates.len()
        ))
        .hint("Save the one that is to be revoked in a file of its own."));
    };
    let list = lab.revoke(certificate.x509(), args.reason, global.time()?)?;
    line(&format!(
        "{} is revoked, by {}.",
        certificate.label(),
        list.display()
    ))
}

fn list(args: &CrlArgs, global: &Global) -> Result<Exit> {
    let lab = Lab::open(&args.lab.lab)?;
    let file = lab.fill(
        &args.generation,
        args.partition,
        args.entries,
        global.time()?,
    )?;
    line(&format!(
        "{} has {} made-up entries now.",
        file.display(),
        args.entries
    ))
}

fn fault(args: &FaultArgs, global: &Global) -> Result<Exit> {
    let Some(name) = &args.name else {
        let output = open_output(global)?;
        return say(&lab::faults(), global, output);
    };
    let fault = Fault::parse(name)?;
    lab::turn_on(&args.lab.lab, fault)?;
    line(&match fault {
        None => "No fault is on.".to_owned(),
        Some(fault) => format!(
            "{fault} is on: {} {} must find it by {} as {}.{}",
            fault.says(),
            fault.found_by(),
            fault.check(),
            fault.cause(),
            fault.own_part(&args.lab.lab)
        ),
    })
}

/// One line to stdout.
fn line(text: &str) -> Result<Exit> {
    terminal::print(&format!("{}\n", visible(text)))?;
    Ok(Exit::Pass)
}

fn say(document: &impl Explanation, global: &Global, output: Option<Output>) -> Result<Exit> {
    let layout = layout(global, output.as_ref());
    hand_over(&report::explain(document, global.format, layout)?, output)?;
    Ok(Exit::Pass)
}
