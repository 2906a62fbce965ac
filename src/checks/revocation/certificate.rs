//! Whether a certificate is revoked, by what is kept; and what it is when nobody can tell.

use super::meta;
use crate::{
    check::{Cause, Check, Context, Evidence, Outcome, Severity},
    config::Policy,
    crl::{Gap, status::Status},
};

/// What is known of one certificate's revocation.
#[derive(Debug)]
pub struct CertificateFacts {
    /// Whether it is a CA's.
    pub is_authority: bool,
    /// Its generation, where it is of one of the environment's.
    pub generation: Option<String>,
    /// What the install makes of it when nobody can tell.
    pub policy: Policy,
    /// What the lists say of it.
    pub status: Status,
    /// Which list decides: its file, number and dates, as a fragment.
    pub by: Option<String>,
    /// Why nobody can tell, where that is so.
    pub doubt: Doubt,
}

/// What stands between a certificate and a word on its revocation.
#[derive(Debug, Default)]
pub struct Doubt {
    /// Where the lists are, as a fragment: "in `crl/int`".
    pub place: String,
    /// The command that fetches them there.
    pub fetch: String,
    /// What each list of its issuer lacks, as `FILE: why`.
    pub lists: Vec<String>,
    /// Why nothing is asked about the peer, where that is so.
    pub unasked: Option<Unasked>,
    /// Why the responder's answer that is kept says nothing of it.
    pub answer: Option<String>,
    /// Why the last fetch of its list brought nothing.
    pub last_fetch: Option<String>,
    /// Whether it names neither a list that can be asked for nor a responder; the directory's entry where it names one.
    pub unnamed: Option<Option<String>>,
}

/// Why nothing is asked about a peer's revocation: it showed no certificate, or none of a CA that is known.
#[derive(Clone, Debug)]
pub struct Unasked {
    /// The cause.
    pub cause: Cause,
    /// Why, as a fragment.
    pub why: String,
    /// What to do, as an imperative sentence.
    pub next: String,
}

/// The checks on a certificate.
pub static CERTIFICATE: &[Check<CertificateFacts>] = &[
    Check {
        meta: meta(
            "REV-001",
            Severity::Error,
            "the certificate is not revoked",
            "RFC 5280, 6.3; Deployment Toolkit, Certificates, 5",
            "Fetch the lists: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; then look again.",
            &[],
        ),
        run: is_not_revoked,
    },
    Check {
        meta: meta(
            "REV-002",
            Severity::Warning,
            "it can be told whether the certificate is revoked",
            "RFC 5280, 6.3; `[revocation] policy` of ptl.toml",
            "Fetch the lists: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; or have the list by hand, and add `--list FILE`.",
            &[],
        ),
        run: can_be_told,
    },
];

fn is_not_revoked(facts: &CertificateFacts, _: &Context<'_>) -> Outcome {
    match (facts.policy, &facts.status) {
        (Policy::Off, _) => Outcome::not_applicable(facts.switched_off()),
        (_, Status::Good) => Outcome::pass(format!(
            "nothing is against it in {}",
            facts.by.clone().unwrap_or_default()
        )),
        (_, Status::Revoked { since, reason }) => {
            let since = since.map_or_else(String::new, |at| {
                format!(" since {}", at.strftime("%F %H:%MZ"))
            });
            let reason = reason.map_or_else(String::new, |reason| format!(" ({})", reason.word()));
            let by = facts.by.clone().unwrap_or_default();
            let (cause, hint) = match facts.is_authority {
                true => (
                    Cause::AuthorityRevoked,
                    "Use nothing that it signed: ask the NHS which CA takes its place, and have a certificate issued under that one.",
                ),
                false => (
                    Cause::Revoked,
                    "Use it no more: make a new key and request by `ptl csr`, and ask the desk why it was revoked.",
                ),
            };
            Outcome::fail(cause, format!("it is revoked{since}{reason}, by {by}")).hint(hint)
        }
        (Policy::Warn, Status::Undetermined(_)) => {
            Outcome::not_applicable("nobody can tell, and ptl.toml makes that a warning: REV-002")
        }
        (Policy::Require, Status::Undetermined(gap)) => {
            let (why, hint) = facts.doubt.told(gap);
            Outcome::Undetermined(Some(facts.doubt.cause(gap)), Evidence::seen(why).hint(hint))
        }
    }
}

fn can_be_told(facts: &CertificateFacts, _: &Context<'_>) -> Outcome {
    match (facts.policy, &facts.status) {
        (Policy::Off, _) => Outcome::not_applicable(facts.switched_off()),
        (_, Status::Good | Status::Revoked { .. }) => {
            Outcome::pass(format!("by {}", facts.by.clone().unwrap_or_default()))
        }
        (Policy::Require, Status::Undetermined(_)) => {
            Outcome::not_applicable("it is required, and REV-001 says why it cannot be told")
        }
        (Policy::Warn, Status::Undetermined(gap)) => {
            let (why, hint) = facts.doubt.told(gap);
            Outcome::fail(facts.doubt.cause(gap), why).hint(hint)
        }
    }
}

impl CertificateFacts {
    fn switched_off(&self) -> String {
        match &self.generation {
            Some(generation) => {
                format!("ptl.toml switches revocation off for `{generation}`: nobody looked")
            }
            None => "ptl.toml switches revocation off: nobody looked".to_owned(),
        }
    }
}

impl Doubt {
    fn cause(&self, gap: &Gap) -> Cause {
        let unasked = self.unasked.as_ref().map(|unasked| unasked.cause);
        unasked.unwrap_or_else(|| cause(gap))
    }

    /// Why nobody can tell, and what to do.
    fn told(&self, gap: &Gap) -> (String, String) {
        if let Some(unasked) = &self.unasked {
            return (unasked.why.clone(), unasked.next.clone());
        }
        let mut why = match self.lists.as_slice() {
            [] => format!("no list of its issuer is {}", self.place),
            lists => lists.join("; "),
        };
        if let Some(answer) = &self.answer {
            why = format!("{why}; the OCSP answer: {answer}");
        }
        match (&self.last_fetch, &self.unnamed) {
            (Some(failed), _) => why = format!("{why}; the last fetch: {failed}"),
            (None, Some(Some(entry))) => {
                why = format!("{why}; it names only the directory's entry `{entry}`");
            }
            (None, Some(None)) => {
                why = format!("{why}; it names neither a list nor a responder (OCSP)")
            }
            (None, None) => {}
        }
        let fetch = &self.fetch;
        let by_hand = format!("have the list by hand, and hand it over: `{fetch} --list FILE`");
        let hint = match (&self.unnamed, gap) {
            (Some(_), Gap::OtherIssuer) => {
                format!("Run `{fetch}`, which asks where the profile says; else {by_hand}.")
            }
            (_, Gap::OtherIssuer) => format!("Run `{fetch}`; without the network, {by_hand}."),
            (_, Gap::Ended(_)) => format!(
                "Run `{fetch}`: a list past its end says nothing, and servers refuse everybody by it."
            ),
            (_, gap) => format!("Run `{fetch}`. {}", gap.next()),
        };
        (why, hint)
    }
}

/// The cause that a gap is.
pub(in crate::checks) fn cause(gap: &Gap) -> Cause {
    match gap {
        Gap::OtherIssuer => Cause::CrlMissing,
        Gap::BadSignature => Cause::BadSignature,
        Gap::WeakHash => Cause::WeakSignature,
        Gap::OutOfScope(_) | Gap::SerialAlone => Cause::CrlWrongScope,
        Gap::Ended(_) => Cause::CrlExpired,
        Gap::FromTheFuture(_) => Cause::CrlNotYetValid,
        Gap::SignerMissing | Gap::SignatureUnknown(_) | Gap::MayNotSign | Gap::NotJudgedHere(_) => {
            Cause::CrlUnusable
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::check::{Evidence, Selection};

    fn facts(policy: Policy, status: Status) -> CertificateFacts {
        CertificateFacts {
            is_authority: false,
            generation: Some("sha1".to_owned()),
            policy,
            status,
            by: Some("a.crl, number 0x5".to_owned()),
            doubt: Doubt {
                place: "in `crl/int`".to_owned(),
                fetch: "ptl crl fetch".to_owned(),
                ..Doubt::default()
            },
        }
    }

    fn run(facts: &CertificateFacts) -> [Outcome; 2] {
        let selection = Selection::default();
        let context = Context {
            at: Timestamp::UNIX_EPOCH,
            environment: None,
            install: None,
            selection: &selection,
        };
        [
            is_not_revoked(facts, &context),
            can_be_told(facts, &context),
        ]
    }

    fn seen(evidence: &Evidence) -> &str {
        &evidence.seen
    }

    #[test]
    fn what_nobody_can_tell_never_passes_but_where_nobody_is_to_look() {
        let open = || Status::Undetermined(Gap::OtherIssuer);
        let [required, _] = run(&facts(Policy::Require, open()));
        assert!(
            matches!(required, Outcome::Undetermined(Some(Cause::CrlMissing), ref it) if seen(it).contains("no list of its issuer is in `crl/int`"))
        );
        let [quiet, warned] = run(&facts(Policy::Warn, open()));
        assert!(matches!(quiet, Outcome::NotApplicable(_)));
        assert!(matches!(warned, Outcome::Fail(Cause::CrlMissing, _)));
        for outcome in run(&facts(Policy::Off, open())) {
            assert!(
                matches!(outcome, Outcome::NotApplicable(ref it) if seen(it).contains("off for `sha1`"))
            );
        }
    }

    #[test]
    fn revoked_fails_under_every_policy_that_looks() {
        let revoked = || Status::Revoked {
            since: Some(Timestamp::UNIX_EPOCH),
            reason: None,
        };
        for policy in [Policy::Require, Policy::Warn] {
            let [word, _] = run(&facts(policy, revoked()));
            assert!(
                matches!(word, Outcome::Fail(Cause::Revoked, ref it) if seen(it).contains("since 1970-01-01"))
            );
            let authority = CertificateFacts {
                is_authority: true,
                ..facts(policy, revoked())
            };
            let [word, _] = run(&authority);
            assert!(matches!(word, Outcome::Fail(Cause::AuthorityRevoked, _)));
        }
    }

    #[test]
    fn a_certificate_that_names_nothing_is_told_by_name() {
        let mut facts = facts(Policy::Require, Status::Undetermined(Gap::OtherIssuer));
        facts.doubt.unnamed = Some(None);
        let [word, _] = run(&facts);
        assert!(matches!(word, Outcome::Undetermined(_, ref it)
            if seen(it).contains("neither a list nor a responder")));
        facts.doubt.last_fetch = Some("status 404".to_owned());
        let [word, _] = run(&facts);
        assert!(matches!(word, Outcome::Undetermined(_, ref it)
            if seen(it).contains("the last fetch: status 404")));
    }
}
