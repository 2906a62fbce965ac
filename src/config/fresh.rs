//! The `ptl.toml` of a new install, commented so that a newcomer can go on.
//!
//! What a person typed is data: every value is written by `toml_edit`, so that no quote or line break can end it early.

use toml_edit::Value;

use super::Fqdn;
use crate::{
    environment::{Environment, Role, SERVICES},
    error::nearest,
};

/// What a new install must say of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// `provider` or `consumer`.
    pub role: String,
    /// What is onboarded.
    pub service: String,
    /// The supplier's name.
    pub organisation: String,
    /// The supplier's ODS code.
    pub ods: String,
    /// The product's name.
    pub product: String,
    /// The product's version.
    pub product_version: String,
    /// The registered name, or the one that is to be registered.
    pub fqdn: String,
}

/// Whether a text may stand where one must.
///
/// # Errors
/// What is the matter, as a lowercase fragment.
pub fn filled(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("it holds a line break or another control character".to_owned())
    } else {
        Ok(())
    }
}

/// The one of some words that a text is.
///
/// # Errors
/// Which words there are, as a lowercase fragment.
pub fn one_of<'a>(text: &str, known: &[&'a str]) -> Result<&'a str, String> {
    if let Some(word) = known.iter().find(|word| **word == text) {
        return Ok(word);
    }
    Err(nearest(text, known.iter().copied()).map_or_else(
        || format!("it is one of {}", known.join(", ")),
        |guess| format!("did you mean `{guess}`?"),
    ))
}

/// The service that a text names.
///
/// # Errors
/// Which there are, as a lowercase fragment; of BaRS, where its road is told.
pub fn service(text: &str) -> Result<&'static str, String> {
    if is_bars(text) {
        return Err(
            "BaRS is another road, without HSCN and Spine proxy: `ptl explain bars`".to_owned(),
        );
    }
    one_of(text, SERVICES)
}

/// Whether a text means the standard that took the place of Care Connect Booking.
pub fn is_bars(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("bars")
}

impl Answers {
    /// What is wrong with each answer, by its flag; an answer that is not there yet is not judged.
    pub fn problems(&self) -> Vec<String> {
        let fqdn = Fqdn::parse(&self.fqdn).map_or_else(|problems| problems, |_| Vec::new());
        let judged = [
            (
                "role",
                &self.role,
                Vec::from_iter(one_of(&self.role, &Role::WORDS).err()),
            ),
            (
                "service",
                &self.service,
                Vec::from_iter(service(&self.service).err()),
            ),
            (
                "organisation",
                &self.organisation,
                Vec::from_iter(filled(&self.organisation).err()),
            ),
            ("ods", &self.ods, Vec::from_iter(filled(&self.ods).err())),
            (
                "product",
                &self.product,
                Vec::from_iter(filled(&self.product).err()),
            ),
            (
                "product-version",
                &self.product_version,
                Vec::from_iter(filled(&self.product_version).err()),
            ),
            ("fqdn", &self.fqdn, fqdn),
        ];
        judged
            .into_iter()
            .flat_map(|(flag, value, problems)| {
                problems
                    .into_iter()
                    .map(move |problem| format!("--{flag} `{value}`: {problem}"))
            })
            .collect()
    }

    /// The file's text for an environment that is begun with; `named` is how the install names it.
    pub fn text(&self, environment: &Environment, named: &str, others: &[Environment]) -> String {
        let mut text = head(self, named);
        text.push_str(&section(environment, Some(&self.fqdn)));
        for other in others.iter().filter(|other| other.id != environment.id) {
            text.push_str(&section(other, None));
        }
        text.push_str(TAIL);
        text
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn head(answers: &Answers, named: &str) -> String {
    format!(
        r#"# An install on its way to live on Spine: what ptl knows of it. Edit it by hand; ptl does not change it.
#
#   ptl preflight      runs every check that applies
#   ptl explain ID     says what a check wants, and how to mend it
#   ptl checklist      says where you are on the way
#
# Paths are relative to this folder. Keep this file under version control, but no private key.

schema = {schema}

# Which side the product is: "provider" answers requests that come through Spine, "consumer" sends them.
role = {role}

# What is onboarded: "booking" or "gp-connect". It decides which hosts and which checklist apply.
service = {service}

# The environment where --env is not given: "int", "dep", "live", or the path of a profile file.
default_environment = {environment}

[organisation]
# The supplier, as in the registration of the product (MPV).
name = {organisation}
# Its ODS code.
ods = {ods}

[product]
# The product, as in its registration (MPV).
name = {product}
# The Technical Conformance Certificate is for one version.
version = {version}
"#,
        schema = super::SCHEMA,
        role = quoted(&answers.role),
        service = quoted(&answers.service),
        environment = quoted(named),
        organisation = quoted(&answers.organisation),
        ods = quoted(&answers.ods),
        product = quoted(&answers.product),
        version = quoted(&answers.product_version),
    )
}

/// The section of an environment; without a name yet, it is commented out as a whole.
fn section(environment: &Environment, fqdn: Option<&str>) -> String {
    let id = &environment.id;
    let mark = if fqdn.is_some() { "" } else { "# " };
    let known = fqdn.and_then(|fqdn| Fqdn::parse(fqdn).ok()).map_or_else(
        || "NAME.thirdparty.nhs.uk".to_owned(),
        |fqdn| fqdn.to_string(),
    );
    format!(
        r#"
{heading}{mark}[environment.{id}]

# The name that is registered with the NHS DNS service: under nhs.uk, the certificate's common name.
{mark}fqdn = {fqdn}
{certificates}{registration}{spine}"#,
        heading = heading(environment, fqdn.is_some()),
        fqdn = quoted(&known),
        certificates = certificates(id, &known, mark),
        registration = registration(&known),
        spine = spine(environment),
    )
}

fn heading(environment: &Environment, is_first: bool) -> String {
    let Environment {
        name, page, desk, ..
    } = environment;
    let own = if is_first {
        ""
    } else {
        "# Everything is its own here: name, ASID, key and certificate.\n"
    };
    let needs = desk
        .before
        .as_ref()
        .map_or_else(String::new, |needs| format!("# Before that: {needs}\n"));
    format!(
        "# ---- {name}: {page}\n{own}# Certificate requests and questions go to {}.\n{needs}",
        desk.mail
    )
}

fn certificates(id: &str, fqdn: &str, mark: &str) -> String {
    format!(
        r#"
# The private key: `ptl csr --env {id}` makes it, and the certificate request beside it. It never leaves this machine.
{mark}key = "{fqdn}.key"

# The certificate that came back by mail.
# certificate = "{fqdn}.crt"

# What is sent after it: the certificate of the sub CA.
# chain = "{id}-sub.pem"

# The root and sub CAs that are trusted, of every generation that is required (`ptl explain generations`).
# trust = ["{id}-root.pem", "{id}-sub.pem"]
"#
    )
}

fn registration(fqdn: &str) -> String {
    format!(
        r#"
# The ASID and the party key, from the answer to the endpoint request.
# asid = "200000000000"
# party_key = "A12345-000000"

# The endpoint's URL as it is registered: https, this name, no port.
# endpoint = "https://{fqdn}/"

# The address that connections to Spine are seen from, after NAT: the source in the outbound firewall rule.
# source_address = "10.0.0.1"
"#
    )
}

fn spine(environment: &Environment) -> String {
    let generations = environment
        .generations
        .iter()
        .map(|generation| quoted(&generation.id))
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        r#"
# Where calls from Spine come from: names, addresses, ranges. Needed where the profile does not know them; the list
# is on the page above, section "Outbound NAT addresses".
# msg_out = ["10.0.0.0/28"]

# The names that the Spine proxy's client certificate may bear. No source states them: ask the desk.
# ssp_client_names = ["NAME.nhs.uk"]

# The Spine proxy and the directory (LDAP), where the desk names others than the profile does.
# ssp = "NAME.ncrs.nhs.uk"
# sds = "NAME.ncrs.nhs.uk"

# The generations that must be there, in place of the profile's dates. It knows {generations}.
# require = [{generations}]
"#
    )
}

const TAIL: &str = r#"
# ---- The network here
# [network]

# Whether this machine is on HSCN. Where it is said to be, being cut off from HSCN is a failure; else it is "unknown".
# hscn = true

# Name servers to ask besides the system's own and HSCN's.
# resolvers = ["10.0.0.53"]

# ---- Revocation: `ptl crl fetch` keeps the lists, `ptl crl status` says how long they hold
# [revocation]

# The folder of the lists; each environment has its own in it.
# folder = "crl"

# How often the lists are fetched. A list that ends before the next time is a warning.
# every = "24h"

# Certificates of peers, as the Spine proxy's: a list is a part of its CA's certificates, and theirs may be another one.
# peers = ["ssp.pem"]

# Where nobody can tell whether a certificate is revoked: require (unknown: nothing passes), warn, or off; and how long
# past its next update a list is still taken: not at all where it is not said.
# policy = "require"
# grace = "24h"

# The same for one generation.
# [revocation.generation.sha1]
# policy = "warn"

# ---- A failure that somebody answers for, until a day. One [[waive]] for each check.
# [[waive]]
# check = "CHAIN-001"
# reason = "why it may fail"
# by = "who answers for it"
# until = 2027-01-31
"#;
