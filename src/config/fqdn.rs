//! The name of an endpoint: fully qualified, under nhs.uk, fit for DNS and for a certificate's common name.

use std::{fmt, net::IpAddr};

/// The longest common name (RFC 5280 appendix A, `ub-common-name`); the name must stand there whole.
const LONGEST: usize = 64;
/// The longest label (RFC 1035 section 2.3.4).
const LONGEST_LABEL: usize = 63;
/// The only suffix under which NHS England signs.
const SUFFIX: &str = ".nhs.uk";

/// A fully qualified domain name under nhs.uk, in lower case, without port, wildcard or trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fqdn(String);

impl Fqdn {
    /// Checks a name and puts it into lower case.
    ///
    /// # Errors
    /// Every problem of the name, each as a lowercase fragment.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        // What is no name at all is said first and alone: the rest would only confuse.
        if let Some(problem) = not_a_name(text) {
            return Err(vec![problem]);
        }
        let name = text.to_ascii_lowercase();
        let mut problems: Vec<String> = name.split('.').filter_map(label_problem).collect();
        if !name.ends_with(SUFFIX) {
            problems.push("it is not under nhs.uk, and no other name is signed".to_owned());
        }
        if name.len() > LONGEST {
            problems.push(format!(
                "it is {} characters long, and a certificate's common name holds {LONGEST}",
                name.len()
            ));
        }
        if problems.is_empty() {
            Ok(Self(name))
        } else {
            Err(problems)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn not_a_name(text: &str) -> Option<String> {
    let problem = if text.is_empty() {
        "it is empty"
    } else if text.parse::<IpAddr>().is_ok() {
        "it is an address, not a name"
    } else if text.contains("://") || text.contains('/') {
        "it is a URL: give the host's name alone"
    } else if text.contains('@') {
        "it is an e-mail address: give the host's name alone"
    } else if text.contains(':') {
        "it has a port: give the name alone"
    } else if text.contains('*') {
        "it has a wildcard, and Spine compares the whole name"
    } else if text.ends_with('.') {
        "it ends in a dot: leave the dot out"
    } else if text.contains(char::is_whitespace) {
        "it has a space in it"
    } else if !text.is_ascii() {
        "it has letters that are not ASCII: give its `xn--` form"
    } else {
        return None;
    };
    Some(problem.to_owned())
}

fn label_problem(label: &str) -> Option<String> {
    let shown = label.escape_default();
    if label.is_empty() {
        Some("two dots follow each other, or it begins with one".to_owned())
    } else if label.len() > LONGEST_LABEL {
        Some(format!(
            "the label `{shown}` is longer than {LONGEST_LABEL} characters"
        ))
    } else if label.starts_with('-') || label.ends_with('-') {
        Some(format!("the label `{shown}` begins or ends with a hyphen"))
    } else if !label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        Some(format!(
            "the label `{shown}` has a character other than letters, digits and hyphens"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
