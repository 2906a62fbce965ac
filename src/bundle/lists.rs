//! The revocation lists of a bundle: their files, and what is to be known of them.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Content, Server};
use crate::{
    crl::{Edition, Form},
    survey::lists::{Lists, Taken},
    x509::store,
};

/// The file of all lists, where a server takes them in one.
const ONE_FILE: &str = "lists.pem";

/// What a bundle says of revocation.
#[derive(Clone, Copy, Debug)]
pub enum Revocation<'a> {
    /// These lists go in.
    Given(&'a Lists),
    /// None goes in, as somebody told: why, as the end of a sentence.
    None(&'static str),
}

/// What is known of the lists of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListsEntry {
    /// The moment that they were judged by when they were written.
    pub judged: Timestamp,
    /// Whether nothing was missing.
    pub complete: bool,
    /// When the first of them ends; nothing where none says it.
    pub until: Option<Timestamp>,
    /// The command that renews them, as a shell takes it from wherever it stands.
    pub renew: String,
    /// How the server takes up new ones.
    pub reload: String,
    /// Each of them.
    pub each: Vec<ListEntry>,
    /// What deserves attention about them, each as a sentence.
    pub warnings: Vec<String>,
}

/// A list of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListEntry {
    /// The file that it is in.
    pub file: String,
    /// The subject of the CA that signed it, most specific part first.
    pub issuer: String,
    /// SHA-256 of that CA's public key, lower-case hex; nothing in a bundle of an older ptl.
    pub issuer_key: Option<String>,
    /// That CA's generation, where that is known.
    pub generation: Option<String>,
    /// Which kind of certificates it covers.
    pub covers: Covers,
    /// The names of its partition; none for a list that is no partition.
    pub partition: Vec<String>,
    /// Its number, lower-case hex.
    pub number: Option<String>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Option<Timestamp>,
    /// How many certificates it lists.
    pub entries: u64,
}

/// Which kind of certificates a list covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Covers {
    /// CAs and endpoints.
    All,
    /// CAs alone.
    Authorities,
    /// Endpoints alone.
    Endpoints,
}

impl<'a> Revocation<'a> {
    /// The lists that go in.
    pub(super) fn taken(self) -> &'a [Taken] {
        match self {
            Self::Given(lists) => &lists.taken,
            Self::None(_) => &[],
        }
    }
}

/// The files of lists, in the form that a server takes.
pub(super) fn contents(server: Server, taken: &[Taken]) -> Vec<Content<'_>> {
    if taken.is_empty() {
        // A server does not start with a file that holds none.
        return Vec::new();
    }
    match server {
        Server::Iis => {
            let names = names(taken.iter().map(|one| one.issuer.label()));
            let named = names.into_iter().zip(taken);
            named
                .map(|(name, one)| Content::of_lists(name, Form::Der, vec![one]))
                .collect()
        }
        Server::OpensslDir => {
            let mut numbers: HashMap<u32, usize> = HashMap::new();
            let hashed = taken.iter().map(|one| {
                let hash = one.issuer.x509().subject_name_hash();
                let number = numbers.entry(hash).or_default();
                let name = format!("{hash:08x}.r{number}");
                *number += 1;
                Content::of_lists(name, Form::Pem, vec![one])
            });
            hashed.collect()
        }
        _ => {
            let all = taken.iter().collect();
            vec![Content::of_lists(ONE_FILE, Form::Pem, all)]
        }
    }
}

/// A file's name for each list, by its issuer's. No issuer's has a dot, so what follows one is never part of another's.
fn names(issuers: impl Iterator<Item = String>) -> Vec<String> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let named = issuers.map(|issuer| {
        let name = store::word(&issuer);
        let number = numbers.entry(name.clone()).or_default();
        *number += 1;
        match number {
            1 => format!("list-{name}.crl"),
            number => format!("list-{name}.{number}.crl"),
        }
    });
    named.collect()
}

impl ListsEntry {
    /// What is known of the lists in these files; nothing where there are none.
    pub(super) fn of(
        server: Server,
        lists: &Lists,
        files: &[Content<'_>],
        judged: Timestamp,
        renew: &str,
    ) -> Option<Self> {
        let each: Vec<_> = files
            .iter()
            .flat_map(|file| {
                file.lists()
                    .iter()
                    .map(|taken| ListEntry::of(taken, &file.name))
            })
            .collect();
        if each.is_empty() {
            return None;
        }
        Some(Self {
            judged: Timestamp::from_second(judged.as_second()).unwrap_or(judged),
            complete: lists.is_complete(),
            until: each.iter().filter_map(|list| list.next_update).min(),
            renew: renew.to_owned(),
            reload: server.reload_lists().to_owned(),
            warnings: cautions(server, lists, &each),
            each,
        })
    }
}

impl ListEntry {
    /// Which one it is among those of its issuer and scope.
    pub(super) fn edition(&self) -> Edition<'_> {
        Edition {
            number: self.number.as_deref(),
            this_update: self.this_update,
        }
    }

    fn of(taken: &Taken, file: &str) -> Self {
        let list = &taken.looked.list;
        let scope = &list.extensions.scope;
        Self {
            file: file.to_owned(),
            issuer: taken.issuer.subject.clone(),
            issuer_key: Some(taken.issuer.spki_sha256.clone()),
            generation: taken.generation.clone(),
            covers: match (scope.only_authorities, scope.only_leaves) {
                (true, _) => Covers::Authorities,
                (_, true) => Covers::Endpoints,
                _ => Covers::All,
            },
            partition: scope.names(),
            number: list.extensions.number.clone(),
            this_update: list.this_update,
            next_update: list.next_update,
            entries: list.entries,
        }
    }

    /// Whether another is of the same CA, by name and key, and covers the same certificates.
    pub(super) fn is_of_the_same_scope(&self, other: &Self) -> bool {
        let is_another_key = match (&self.issuer_key, &other.issuer_key) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        };
        !is_another_key
            && (&self.issuer, self.covers, &self.partition)
                == (&other.issuer, other.covers, &other.partition)
    }

    /// What it is called among people: its CA, and its partition.
    pub(super) fn label(&self) -> String {
        match self.partition.is_empty() {
            true => format!("the list of `{}`", self.issuer),
            false => format!("the list `{}`", self.partition.join(", ")),
        }
    }
}

/// What deserves attention about lists.
fn cautions(server: Server, lists: &Lists, each: &[ListEntry]) -> Vec<String> {
    let mut said = lists.left_out.clone();
    said.extend(partitions(each));
    for revoked in &lists.revoked {
        said.push(format!(
            "`{}` is revoked: everybody below it is refused",
            revoked.label()
        ));
    }
    said.extend(of_server(server).map(str::to_owned));
    said
}

/// Whoever is of another partition is refused: OpenSSL's error 44, or 3.
fn partitions(each: &[ListEntry]) -> Vec<String> {
    let mut issuers: Vec<&str> = Vec::new();
    for list in each {
        if !list.partition.is_empty() && !issuers.contains(&list.issuer.as_str()) {
            issuers.push(&list.issuer);
        }
    }
    let is_whole = |issuer: &str| {
        let mut of = each.iter().filter(|list| list.issuer == issuer);
        of.any(|list| list.partition.is_empty() && list.covers != Covers::Authorities)
    };
    let said = issuers.into_iter().filter(|issuer| !is_whole(issuer));
    said.map(|issuer| {
        let of = each.iter().filter(|list| list.issuer == issuer);
        let points: Vec<_> = of.flat_map(|list| list.partition.iter().cloned()).collect();
        format!(
            "of `{issuer}` these partitions are covered: {}; a peer of another one is refused until its list is there: name its certificate in `peers` under [revocation] of ptl.toml, and run `ptl crl fetch`",
            points.join(", ")
        )
    })
    .collect()
}

/// What a server does with lists that its lines do not show.
fn of_server(server: Server) -> Option<&'static str> {
    match server {
        Server::Java => Some(
            "no property of Java names a file of lists: the program reads lists.pem (CertificateFactory.generateCRLs) into a CertStore of its PKIXBuilderParameters, and until it does, revoked clients get in; com.sun.net.ssl.checkRevocation=true with com.sun.security.enableCRLDP=true fetches lists from the addresses in certificates instead, and refuses whomever's it cannot reach, as a directory's entry",
        ),
        Server::Iis => Some(
            "Windows keeps lists in memory, and each program its own: without the reload the old ones stay in use; under CertCheckMode 2 a list that has ended refuses everybody, and under 1 none is looked at",
        ),
        _ => None,
    }
}

/// What is to be said of a bundle without lists.
pub(super) fn none(server: Server, why: &str) -> String {
    format!(
        "no revocation list is in the bundle{why}: {} will let revoked clients in",
        match server {
            Server::OpensslDir => "a program that uses it",
            server => server.title(),
        }
    )
}

/// Whether a name is one that this server's lists are written under: what comes from a manifest is not believed, and what
/// it calls a list may be withdrawn.
pub(super) fn is_file_name(server: Server, name: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match server {
        Server::Iis => {
            let word = name
                .strip_prefix("list-")
                .and_then(|it| it.strip_suffix(".crl"));
            word.is_some_and(|word| {
                let (ca, number) = word.split_once('.').unwrap_or((word, "2"));
                let is_number = number.bytes().all(|it| it.is_ascii_digit());
                !ca.is_empty() && ca.chars().all(plain) && is_number && !number.is_empty()
            })
        }
        Server::OpensslDir => name.split_once(".r").is_some_and(|(hash, number)| {
            let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
            hash.len() == 8 && hash.chars().all(is_hex) && is_number
        }),
        _ => name == ONE_FILE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_name_that_ptl_gives_it_and_nothing_else_is_one() {
        for (server, names) in [
            (Server::Nginx, &["lists.pem"][..]),
            (
                Server::Iis,
                &["list-nhs-int-1c.crl", "list-nhs-int-1c.2.crl"],
            ),
            (Server::OpensslDir, &["0a1b2c3d.r0", "0a1b2c3d.r12"]),
        ] {
            assert!(names.iter().all(|name| is_file_name(server, name)));
            for name in [
                "key.pem",
                "chain.pem",
                "manifest.json",
                "0a1b2c3d.0",
                "list-.crl",
                "list-.2.crl",
                "list-a..crl",
                "list-a.2.3.crl",
                "list-a.b.crl",
                "list-a/../b.crl",
                "../lists.pem",
                "0A1B2C3D.r0",
                "0a1b2c3d.r",
                "0a1b2c3d.r0/x",
                ".r0",
                "",
            ] {
                assert!(!is_file_name(server, name), "{server:?} {name}");
            }
        }
    }

    #[test]
    fn lists_of_two_keys_of_one_name_are_not_of_the_same_scope() {
        let entry = |key: Option<&str>| ListEntry {
            file: "lists.pem".to_owned(),
            issuer: "CN=CA".to_owned(),
            issuer_key: key.map(str::to_owned),
            generation: None,
            covers: Covers::All,
            partition: Vec::new(),
            number: None,
            this_update: Timestamp::UNIX_EPOCH,
            next_update: None,
            entries: 0,
        };
        let (one, other) = (entry(Some("a")), entry(Some("b")));
        assert!(one.is_of_the_same_scope(&one) && !one.is_of_the_same_scope(&other));
        // A bundle of an older ptl does not say: there the name counts.
        assert!(one.is_of_the_same_scope(&entry(None)));
    }

    #[test]
    fn no_two_lists_have_the_file_of_one() {
        let issuers = ["Sub", "Sub", "Sub 2", "Sub 2", "SUB-2", "Sub 2 2", "Sub.2"];
        let made = names(issuers.into_iter().map(str::to_owned));
        let mut unique = made.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), issuers.len(), "{made:?}");
        assert!(
            made.iter().all(|name| is_file_name(Server::Iis, name)),
            "{made:?}"
        );
    }
}
