//! The mail to the desk that signs, ready to paste. What is not known stands in square brackets.

use serde::Serialize;

use super::Renews;
use crate::{
    config::Install,
    environment::{self, Environment},
    report::visible,
};

/// Who asks, as far as `ptl.toml` says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender<'a> {
    /// The install, where there is one.
    pub install: Option<&'a Install>,
    /// What is renewed, where something is.
    pub renews: Option<&'a Renews>,
}

/// Where a request goes, and the mail to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// Which environments it signs for, by id.
    pub environments: Vec<String>,
    /// Who signs.
    pub name: String,
    /// The address to write to.
    pub mail: String,
    /// The form, where there is one.
    pub form: Option<String>,
    /// What must be in hand before.
    pub before: Option<String>,
    /// Where this is stated.
    pub source: String,
    /// The mail's subject.
    pub subject: String,
    /// The mail's text, the request in it.
    pub body: String,
}

/// The desk of an environment; where it is not known, every desk, each with all that it signs for.
pub fn desks(
    environment: Option<&Environment>,
    sender: Sender<'_>,
    fqdn: &str,
    request: &str,
) -> Vec<Desk> {
    let all: Vec<&Environment> = match environment {
        Some(one) => vec![one],
        None => environment::all().iter().collect(),
    };
    let mut groups: Vec<Vec<&Environment>> = Vec::new();
    for environment in all {
        match groups
            .iter_mut()
            .find(|group| group[0].desk == environment.desk)
        {
            Some(group) => group.push(environment),
            None => groups.push(vec![environment]),
        }
    }
    groups
        .iter()
        .map(|group| desk(group, sender, fqdn, request))
        .collect()
}

fn desk(group: &[&Environment], sender: Sender<'_>, fqdn: &str, request: &str) -> Desk {
    let desk = &group[0].desk;
    let environment = match group {
        [one] => format!("{} ({})", one.name, one.id),
        several => {
            let names: Vec<&str> = several.iter().map(|it| it.name.as_str()).collect();
            format!("[{}]", names.join(" or "))
        }
    };
    Desk {
        environments: group.iter().map(|it| it.id.clone()).collect(),
        name: desk.name.clone(),
        mail: desk.mail.clone(),
        form: desk.form.clone(),
        before: desk.before.clone(),
        source: desk.provenance.source.clone(),
        subject: format!("Certificate request for {fqdn}, {environment}"),
        body: body(sender, fqdn, &environment, request),
    }
}

/// What the desk asks for: name, organisation, phone, common name, reason, environment.
fn body(sender: Sender<'_>, fqdn: &str, environment: &str, request: &str) -> String {
    let organisation = sender.install.map_or_else(
        || "[your organisation] (ODS [your ODS code])".to_owned(),
        |install| format!("{} (ODS {})", install.organisation, install.ods),
    );
    let occasion = match sender.renews {
        Some(renews) => format!("renewal, {},", renews.in_place_of()),
        None => "[new endpoint, or renewal]".to_owned(),
    };
    let product = sender.install.map_or_else(
        || "[product and version]".to_owned(),
        |install| {
            format!(
                "{} {} ({} {})",
                install.product,
                install.product_version,
                install.service,
                install.role.word(),
            )
        },
    );
    let reason = format!("{occasion} of {product}");
    format!(
        "Name:         [your name]\n\
         Organisation: {organisation}\n\
         Phone:        [your phone]\n\
         Common name:  {fqdn}\n\
         Environment:  {environment}\n\
         Reason:       {reason}\n\
         \n\
         {request}"
    )
}

impl Desk {
    /// As text for people; `csr` is the request's file, for the form.
    pub(in crate::report) fn human(&self, csr: &str) -> String {
        let mut text = format!(
            "Where it goes, {}:\n",
            visible(&self.environments.join(" and "))
        );
        text.push_str(&format!("  to          {}\n", visible(&self.name)));
        if let Some(before) = &self.before {
            text.push_str(&format!("  first       {}\n", visible(before)));
        }
        if let Some(form) = &self.form {
            text.push_str(&format!(
                "  form        {} (attach {})\n",
                visible(form),
                visible(csr)
            ));
        }
        let way = if self.form.is_some() {
            "or mail"
        } else {
            "mail"
        };
        text.push_str(&format!("  {way:<12}{}\n", visible(&self.mail)));
        text.push_str(&format!("  source      {}\n\n", visible(&self.source)));
        text.push_str(&format!("Subject: {}\n\n", visible(&self.subject)));
        for line in self.body.lines() {
            text.push_str(&visible(line));
            text.push('\n');
        }
        text
    }
}
