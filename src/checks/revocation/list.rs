//! How far a list came on its way into the cache: asked for, had, read, proven, in scope, in date, newest, long enough.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::{certificate, end, meta};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Outcome, Severity},
    crl::{
        Gap, Standing,
        fetch::{Came, Fetched, Place, Refused, Strange},
    },
    error::for_a_shell,
    net::download::End,
};

/// A list that was to be had, and when it is fetched again.
#[derive(Debug)]
pub struct ListFacts {
    /// What became of it.
    pub fetched: Fetched,
    /// How often lists are fetched, where that is said.
    pub every: Option<SignedDuration>,
}

/// Declares a check on a list; each asks what the one before has answered with yes.
const fn step(
    id: &'static str,
    title: &'static str,
    source: &'static str,
    hint: &'static str,
    requires: &'static [CheckId],
) -> crate::check::Meta {
    meta(id, Severity::Error, title, source, hint, requires)
}

/// The checks on a list, in the order in which it meets them.
pub static LIST: &[Check<ListFacts>] = &[
    Check {
        meta: step(
            "REV-010",
            "an address of the list may be asked",
            "RFC 5280, 4.2.1.13",
            "Have the list by hand, and add `--list FILE` to the command.",
            &[],
        ),
        run: may_be_asked,
    },
    Check {
        meta: step(
            "REV-011",
            "the list comes whole from its address",
            "RFC 5280, 4.2.1.13; RFC 9110",
            "See which layer is shut: `ptl check-firewall` with the address of the list as --target.",
            &[CheckId("REV-010")],
        ),
        run: comes_whole,
    },
    Check {
        meta: step(
            "REV-012",
            "what comes is a revocation list",
            "RFC 5280, 5.1",
            "Look at what the address gives; a proxy or a sign-in page may have answered in its place.",
            &[CheckId("REV-011")],
        ),
        run: is_a_list,
    },
    Check {
        meta: step(
            "REV-013",
            "the issuer of the certificates signed the list",
            "RFC 5280, 6.3.3 (f) and (g)",
            "Fetch it again; if it stays so, somebody made it up, or took the wrong file: ask the CA.",
            &[CheckId("REV-012")],
        ),
        run: is_signed_by_the_issuer,
    },
    Check {
        meta: step(
            "REV-014",
            "the list covers the certificates that name it",
            "RFC 5280, 5.2.5 and 6.3.3 (b)",
            "Have the list that the certificate itself names; if that is this one, ask the CA.",
            &[CheckId("REV-013")],
        ),
        run: covers_them,
    },
    Check {
        meta: step(
            "REV-015",
            "the list is in date",
            "RFC 5280, 5.1.2.4 and 5.1.2.5",
            "Ask the CA, or whoever keeps a copy of it on the way: what the address gives is not today's list.",
            &[CheckId("REV-014")],
        ),
        run: is_in_date,
    },
    Check {
        meta: step(
            "REV-016",
            "the list is no older than the one that is kept",
            "RFC 5280, 5.2.3",
            "Ask who serves it: a cache on the way may have kept an old one; the newer one stays in use.",
            &[CheckId("REV-015")],
        ),
        run: is_no_older,
    },
    Check {
        meta: meta(
            "REV-017",
            Severity::Warning,
            "the list outlives the next run of the job that fetches it",
            "RFC 5280, 5.1.2.5; `[revocation] every` of ptl.toml",
            "Fetch more often than the list lives: a server that checks lists refuses everybody once its list has ended.",
            &[CheckId("REV-016")],
        ),
        run: outlives_the_next_run,
    },
];

impl ListFacts {
    /// What was seen on the way, with what else was tried and what is kept all the same.
    fn evidence(&self, seen: String) -> Evidence {
        let fetched = &self.fetched;
        let mut evidence = Evidence::seen(seen).with("for", fetched.wish.labels().join(", "));
        if !fetched.besides.is_empty() {
            evidence = evidence.with("also tried", fetched.besides.join("; "));
        }
        if let (Some(refused), false) = (&fetched.wish.refused, fetched.place == Place::Nowhere) {
            evidence = evidence.with("not asked", refused);
        }
        if let (Some(kept), false) = (&fetched.at_hand, fetched.came.is_well()) {
            let list = &kept.list;
            let end = list.next_update.map(|end| end.strftime("%F %H:%MZ"));
            let end = end.map_or_else(|| "an unknown day".to_owned(), |end| end.to_string());
            evidence = evidence.with("kept", format!("the older list, until {end}"));
        }
        evidence
    }

    fn seen(&self) -> String {
        match &self.fetched.place {
            Place::Nowhere => self.fetched.came.to_string(),
            place => format!("{place}: {}", self.fetched.came),
        }
    }

    fn fail(&self, cause: Cause, hint: Option<String>) -> Outcome {
        let evidence = self.evidence(self.seen());
        Outcome::Fail(
            cause,
            match hint {
                Some(hint) => evidence.hint(hint),
                None => evidence,
            },
        )
    }

    /// The address that was asked, as a word of a shell; nothing for a file.
    fn address(&self) -> Option<String> {
        match &self.fetched.place {
            Place::Own(url) | Place::Instead(url) => Some(for_a_shell(Path::new(url.as_str()))),
            Place::ByHand(_) | Place::Nowhere => None,
        }
    }

    fn which_layer(&self) -> Option<String> {
        let (Place::Own(url) | Place::Instead(url)) = &self.fetched.place else {
            return None;
        };
        let (scheme, host) = (url.scheme(), url.host_str()?);
        let port = url.port_or_known_default()?;
        Some(format!(
            "See which layer is shut: `ptl check-firewall --target {scheme}://{host}:{port}`."
        ))
    }

    fn what_comes(&self) -> Option<String> {
        let url = self.address()?;
        Some(format!(
            "Look at what the address gives: `curl -sS {url} | head -c 300`; a proxy or a sign-in page may have answered in its place."
        ))
    }

    /// What the certificates themselves name.
    fn named(&self) -> Option<String> {
        let certificate = self.fetched.wish.certificates.first()?;
        let points = &certificate.extensions.list_points;
        let named = [points.urls.clone(), points.directories.clone()].concat();
        (!named.is_empty()).then(|| {
            format!(
                "`{}` itself names {}: have the list of just that name; if it comes from there, ask the CA.",
                certificate.label(),
                named.join(" and ")
            )
        })
    }

    fn open(&self, cause: Option<Cause>, hint: String) -> Outcome {
        Outcome::Undetermined(cause, self.evidence(self.seen()).hint(hint))
    }

    fn pass(&self, seen: impl Into<String>) -> Outcome {
        Outcome::Pass(self.evidence(seen.into()))
    }
}

fn may_be_asked(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::Refused(Refused::NoAddress(_)) => facts.open(
            Some(Cause::CrlNoAddress),
            "No program can fetch it: have the list from the CA by hand, and add `--list FILE` to the command.".to_owned(),
        ),
        Came::Refused(Refused::NotFollowed(_, host)) => {
            let hint = match host {
                Some(host) => format!("If you know that host, add `--allow-host {host}`."),
                None => "Have the list by hand, and add `--list FILE` to the command.".to_owned(),
            };
            facts.open(Some(Cause::CrlNotFollowed), hint)
        }
        Came::NotHad(End::Near(_), _) => facts.open(
            Some(Cause::CrlNotFollowed),
            "A name of the NHS that leads to this machine is a mistake of its resolver or hosts file, or worse: `ptl check-firewall` asks them all.".to_owned(),
        ),
        _ => facts.pass(facts.fetched.place.to_string()),
    }
}

fn comes_whole(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::NotHad(end, _) => {
            let cause = match is_authority_list_missing(facts, end) {
                true => Cause::AuthorityListMissing,
                false => end::cause(end),
            };
            facts.fail(cause, hint(facts, end).or_else(|| facts.which_layer()))
        }
        Came::BrokenOff(Strange::Huge(_) | Strange::LongerThanSaid(_)) => facts.fail(
            Cause::CrlTooLarge,
            Some("Nothing of it was kept. Ask who serves it: a list says at its beginning how long it is.".to_owned()),
        ),
        _ => facts.pass("it came whole"),
    }
}

/// What to do about what did not come, where the check's own hint is too general.
fn hint(facts: &ListFacts, end: &End) -> Option<String> {
    let url = facts.address().unwrap_or_default();
    let hint = match end {
        End::Status(..) if is_authority_list_missing(facts, end) => format!(
            "It is the list that the CA itself is looked up in, and servers that check the whole chain refuse everybody without it. Look whether it has moved: `curl -sSI {url}`; and ask the CA."
        ),
        End::Status(407, _) => "The proxy wants a name and a password: set them in the proxy's variable, as http://name:password@host:port.".to_owned(),
        End::Status(429, _) => "The host wants to be left alone for a while: try again in an hour.".to_owned(),
        End::Status(..) => format!(
            "Look at what it is: `curl -sSI {url}`; the list may have moved, or the CA's server has trouble."
        ),
        End::Elsewhere(_) | End::InCircles => "Ask who serves the list: a sign-in page of the network here is a usual reason.".to_owned(),
        End::Proxy(_) => "The variables http_proxy, https_proxy and all_proxy name it: correct them, or list the host in no_proxy.".to_owned(),
        End::Late | End::Slow => "Give it longer by --timeout 30s; if it stays so, the way is shut or too slow: `ptl check-firewall`.".to_owned(),
        _ => return None,
    };
    Some(hint)
}

/// Whether the list that CAs themselves are looked up in is not there.
fn is_authority_list_missing(facts: &ListFacts, end: &End) -> bool {
    matches!(end, End::Status(404 | 410, _)) && facts.fetched.wish.is_of_authorities()
}

fn is_a_list(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::BrokenOff(_) => facts.fail(Cause::HttpNotACrl, facts.what_comes()),
        Came::Unreadable(_) => facts.fail(Cause::CrlUnusable, facts.what_comes()),
        _ => facts.pass("it is a revocation list"),
    }
}

fn is_signed_by_the_issuer(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::Open(Gap::OtherIssuer) => facts.fail(Cause::CrlWrongIssuer, None),
        Came::Open(gap @ (Gap::BadSignature | Gap::WeakHash | Gap::MayNotSign)) => {
            facts.fail(certificate::cause(gap), None)
        }
        Came::Open(gap @ (Gap::SignerMissing | Gap::SignatureUnknown(_))) => facts.open(
            Some(certificate::cause(gap)),
            "Name the CA that signs the list: with --issuer, or in `trust` of ptl.toml.".to_owned(),
        ),
        _ => facts.pass("its issuer signed it"),
    }
}

fn covers_them(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::Open(Gap::OutOfScope(_) | Gap::SerialAlone) => {
            facts.fail(Cause::CrlWrongScope, facts.named())
        }
        Came::Open(gap @ Gap::NotJudgedHere(_)) => {
            facts.open(Some(Cause::CrlUnusable), gap.next().to_owned())
        }
        _ => facts.pass(format!(
            "it covers {}",
            facts.fetched.wish.labels().join(", ")
        )),
    }
}

fn is_in_date(facts: &ListFacts, context: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::Open(gap @ (Gap::Ended(_) | Gap::FromTheFuture(_))) => {
            let hint = match gap {
                Gap::FromTheFuture(_) => Some(gap.next().to_owned()),
                _ => None,
            };
            facts.fail(certificate::cause(gap), hint)
        }
        _ => facts.pass(facts.dates(context.at)),
    }
}

fn is_no_older(facts: &ListFacts, _: &Context<'_>) -> Outcome {
    match &facts.fetched.came {
        Came::Older(_) => facts.fail(Cause::CrlOlder, None),
        came => facts.pass(came.to_string()),
    }
}

fn outlives_the_next_run(facts: &ListFacts, context: &Context<'_>) -> Outcome {
    let (Some(every), Some(kept)) = (facts.every, &facts.fetched.at_hand) else {
        return Outcome::not_applicable(
            "ptl.toml does not say how often the lists are fetched: `every` under [revocation]",
        );
    };
    let standing = Standing::of(&kept.list, kept.issuer.as_deref(), context.at, Some(every));
    match standing {
        Standing::EndsBeforeNextRun => Outcome::fail(
            Cause::CrlEndsTooSoon,
            format!(
                "{}, and the lists are fetched every {every:#}",
                facts.dates(context.at)
            ),
        ),
        // Taken all the same, as ptl.toml says; a server takes no such thing.
        Standing::Ended => Outcome::fail(
            Cause::CrlExpired,
            format!(
                "{}: a server that reads it refuses everybody",
                facts.dates(context.at)
            ),
        ),
        Standing::WithoutEnd => Outcome::undetermined("it does not say when the next one is due"),
        _ => facts.pass(format!(
            "{}, and the lists are fetched every {every:#}",
            facts.dates(context.at)
        )),
    }
}

impl ListFacts {
    fn dates(&self, at: Timestamp) -> String {
        let Some(kept) = &self.fetched.at_hand else {
            return "it is in date".to_owned();
        };
        match kept.list.next_update {
            Some(end) if end.as_second() <= at.as_second() => format!(
                "it ended on {}, and is taken past that by `grace` of ptl.toml",
                end.strftime("%F %H:%MZ")
            ),
            Some(end) => format!("it holds until {}", end.strftime("%F %H:%MZ")),
            None => "it says nothing of its end".to_owned(),
        }
    }
}
