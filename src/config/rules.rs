//! What each value of `ptl.toml` must be like: wrong is a problem, merely unusual a warning.
//!
//! Only what a source states is a problem; shapes that are known from examples alone are warnings.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{
    Fqdn, fresh as words,
    section::{Notes, Text},
};
use crate::environment::{Role, is_host_name};

/// The registered name, in lower case.
pub(super) fn fqdn(text: &Text, notes: &mut Notes) -> Option<String> {
    let name = match Fqdn::parse(&text.value) {
        Ok(name) => name,
        Err(problems) => {
            for problem in problems {
                notes.problem(&text.span, format!("`fqdn` is `{}`: {problem}", text.value));
            }
            return None;
        }
    };
    let name = name.as_str().to_owned();
    if name != text.value {
        notes.warning(
            &text.span,
            format!("`fqdn` has capital letters; it is read as `{name}`"),
        );
    }
    // NHS domain and record naming: labels have 3 to 63 characters. Older names have shorter ones, and DNS takes them.
    let own = name.trim_end_matches(".nhs.uk");
    for label in own.split('.').filter(|label| label.len() < 3) {
        notes.warning(
            &text.span,
            format!("the label `{label}` of `fqdn` is shorter than the 3 characters of the NHS naming guidance"),
        );
    }
    Some(name)
}

/// The accredited system id: every one that sources show has twelve digits, but none states the rule.
pub(super) fn asid(text: Text, notes: &mut Notes) -> String {
    let digits = text.value.bytes().all(|byte| byte.is_ascii_digit());
    if !digits && text.value.contains('-') {
        let message = format!("`asid` is `{}`: that looks like a party key", text.value);
        notes.warning(&text.span, message);
    } else if !digits || text.value.len() != 12 {
        let message = format!(
            "`asid` is `{}`: an ASID usually has twelve digits, as 200000000306",
            text.value
        );
        notes.warning(&text.span, message);
    }
    text.value
}

/// The party key: `YES-0000806` is the form that sources show.
pub(super) fn party_key(text: Text, notes: &mut Notes) -> String {
    let usual = text.value.split_once('-').is_some_and(|(code, number)| {
        is_ods(code) && number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !usual {
        let message = format!(
            "`party_key` is `{}`: it usually is an ODS code, a hyphen and digits, as YES-0000806",
            text.value
        );
        notes.warning(&text.span, message);
    }
    text.value
}

/// The ODS code: no source states its form.
pub(super) fn ods(text: Text, notes: &mut Notes) -> String {
    if !is_ods(&text.value) {
        let message = format!(
            "`ods` is `{}`: an ODS code usually has 3 to 6 capital letters and digits, as A12345",
            text.value
        );
        notes.warning(&text.span, message);
    }
    text.value
}

fn is_ods(text: &str) -> bool {
    (3..=6).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// One of some words, or a note that says which there are.
pub(super) fn one_of<'a>(
    key: &str,
    text: &Text,
    known: &[&'a str],
    notes: &mut Notes,
) -> Option<&'a str> {
    match words::one_of(&text.value, known) {
        Ok(word) => Some(word),
        Err(problem) => {
            notes.problem(
                &text.span,
                format!("`{key}` is `{}`: {problem}", text.value),
            );
            None
        }
    }
}

/// What is onboarded.
pub(super) fn service(text: &Text, notes: &mut Notes) -> Option<&'static str> {
    words::service(&text.value)
        .map_err(|problem| {
            let message = format!("`service` is `{}`: {problem}", text.value);
            notes.problem(&text.span, message);
        })
        .ok()
}

/// Provider or consumer.
pub(super) fn role(text: &Text, notes: &mut Notes) -> Option<Role> {
    one_of("role", text, &Role::WORDS, notes).and_then(Role::of)
}

/// The endpoint's URL: https, the registered name, no port (NEMS guide; NRL retrieval by SSP).
pub(super) fn endpoint(text: Text, fqdn: Option<&str>, notes: &mut Notes) -> String {
    for problem in endpoint_problems(&text.value, fqdn) {
        notes.problem(&text.span, format!("`endpoint` {problem}"));
    }
    if text.value.ends_with('/') && text.value.matches('/').count() > 3 {
        let message =
            "`endpoint` ends in `/`, which GP Connect's guide leaves out: requests would have two";
        notes.warning(&text.span, message);
    }
    text.value
}

fn endpoint_problems(text: &str, fqdn: Option<&str>) -> Vec<String> {
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => {
            return vec![format!(
                "is no URL ({error}); write it as https://NAME/PATH"
            )];
        }
    };
    let mut problems = Vec::new();
    if url.scheme() != "https" {
        problems.push(format!(
            "begins with `{}://`; Spine calls https alone",
            url.scheme()
        ));
    }
    match (url.host(), fqdn) {
        (Some(Host::Domain(host)), Some(fqdn)) if !host.eq_ignore_ascii_case(fqdn) => {
            problems.push(format!("names `{host}`, but `fqdn` is `{fqdn}`"));
        }
        (Some(Host::Domain(_)), _) => {}
        (Some(_), _) => {
            problems.push("names an address: it must name the registered host".to_owned())
        }
        (None, _) => problems.push("names no host".to_owned()),
    }
    if let Some(port) = written_port(text) {
        problems.push(format!(
            "has the port `:{port}`; it is 443, and the registered URL must not say so"
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        problems.push("has a user name or password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        problems.push("has a `?` or `#`: give the service's root alone".to_owned());
    }
    problems
}

/// The port as it is written: a parsed URL no longer knows a `:443`.
fn written_port(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit('@').next()?;
    let port = host_and_port.rsplit(']').next()?.rsplit_once(':')?.1;
    Some(port)
}

/// The address that outbound connections are seen from.
pub(super) fn source_address(text: &Text, notes: &mut Notes) -> Option<IpAddr> {
    let address = text.value.parse().ok();
    if address.is_none() {
        let message = format!("`source_address` is `{}`: it is one IP address", text.value);
        notes.problem(&text.span, message);
    }
    address
}

/// A host's name, of any length of label that DNS takes.
pub(super) fn host(key: &str, text: Text, notes: &mut Notes) -> String {
    if !is_host_name(&text.value) {
        let message = format!("`{key}` is `{}`: that is no host name", text.value);
        notes.problem(&text.span, message);
    }
    text.value
}

/// A host's name, an address, or a range of addresses.
pub(super) fn host_or_range(key: &str, text: Text, notes: &mut Notes) -> String {
    if !is_host_name(&text.value) && text.value.parse::<IpAddr>().is_err() && !is_range(&text.value)
    {
        let message = format!(
            "`{key}` has `{}`: that is no host name, address or range as 10.0.0.0/24",
            text.value
        );
        notes.problem(&text.span, message);
    }
    text.value
}

fn is_range(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| {
        let longest = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        bits.parse::<u8>().is_ok_and(|bits| bits <= longest)
    })
}

/// A name server as people write one: an address, in brackets or not, with a port where it is not 53.
pub fn name_server(text: &str) -> Option<SocketAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    match bare.parse::<IpAddr>() {
        Ok(address) => Some((address, 53).into()),
        Err(_) => text
            .parse()
            .ok()
            .filter(|address: &SocketAddr| address.port() != 0),
    }
}

/// A name server: an address, with a port where it is not 53.
pub(super) fn resolver(text: &Text, notes: &mut Notes) -> Option<SocketAddr> {
    let address = name_server(&text.value);
    if address.is_none() {
        let message = format!(
            "`resolvers` has `{}`: write an address, as 10.0.0.1 or 10.0.0.1:5353",
            text.value
        );
        notes.problem(&text.span, message);
    }
    address
}
