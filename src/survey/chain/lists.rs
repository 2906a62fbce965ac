//! The revocation lists of a command line: small ones are for OpenSSL, large ones are read as a stream.
//!
//! OpenSSL takes sixteen times a list's size in memory, and its word is what a path is searched by. So of a large
//! list only what it says of the certificates at hand goes into the policy, beside the small lists. A large list of
//! a kind that only OpenSSL judges is handed to it all the same, as long as it is no larger than other files may be.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{held::held, large::Large};
use crate::{
    check::{self, Context, Finding},
    checks::files::{CHECKS, FileFacts, Found, Held, LISTS},
    crl::ListFile,
    error::{Error, Result},
    files,
    x509::{
        self, Certificate, Contents, RevocationList,
        path::{Policy, Told},
    },
};

/// The most lists of a folder that are read as a stream; a CA of a million certificates has some dozens.
const MOST_LARGE: usize = 1000;

/// Revocation lists, as far as they are read at once.
#[derive(Debug, Default)]
pub struct Lists {
    small: Vec<Arc<RevocationList>>,
    /// The files of those that are read as a stream, and how large they are.
    large: Vec<(PathBuf, u64)>,
    /// What each file or folder that was named holds.
    named: Vec<Held>,
}

impl Lists {
    /// Reads the lists in files and in folders; of large ones only that they are there.
    ///
    /// # Errors
    /// Where a file cannot be read, or one that is named holds no list.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut lists = Self::default();
        for path in paths {
            let large = large_of(path)?;
            let contents = match (path.is_dir(), large.is_empty()) {
                (true, _) => {
                    let is_small = |file: &Path| !large.iter().any(|(known, _)| known == file);
                    Contents::of_folder(path, None, is_small)?
                }
                (false, true) => Contents::of_file(path, None)?,
                (false, false) => Contents::default(),
            };
            if large.is_empty() {
                contents.refuse_without_lists(path)?;
            }
            lists.named.push(held_of(path, &contents, &large));
            lists.large.extend(large);
            lists.small.extend(contents.lists.into_iter().map(Arc::new));
        }
        Ok(lists)
    }

    /// What is to be said of the files.
    pub fn findings(&self, context: &Context<'_>) -> Vec<Finding> {
        let each = self.named.iter().flat_map(|held| {
            let subject = format!("{LISTS} {}", held.file);
            let facts = FileFacts {
                setting: LISTS,
                found: Found::Read(held.clone()),
            };
            check::run(CHECKS, &subject, &facts, context)
        });
        each.collect()
    }

    /// The policy with these lists, as far as they say something of these certificates.
    ///
    /// # Errors
    /// Where a large list cannot be read.
    pub fn join(&self, mut policy: Policy, certificates: &[Arc<Certificate>]) -> Result<Policy> {
        policy.lists = without_forged(&self.small, certificates);
        policy.told = Told::default();
        policy.told.lists = self.small.len() - policy.lists.len();
        let mut read = Vec::new();
        for (file, size) in &self.large {
            read.push((Large::read(file, certificates)?, *size));
        }
        let deltas = self.small.iter().filter(|list| list.is_delta);
        let mut with_deltas: Vec<Vec<u8>> = deltas
            .filter_map(|list| list.x509().issuer_name().to_der().ok())
            .collect();
        with_deltas.extend(read.iter().filter_map(|(list, _)| list.delta_of()));
        for (list, size) in &read {
            let is_openssls = list.is_openssls(policy.at, &with_deltas);
            if is_openssls && *size <= files::SMALL {
                policy.lists.extend(whole(&list.file)?);
                continue;
            }
            policy.told.lists += 1;
            for (certificate, issuer, said) in list.said(policy.at, is_openssls) {
                policy.told.add(certificate, issuer, said);
            }
            for (certificate, issuer, why) in list.scopes(policy.at) {
                policy.told.add_scope(certificate, issuer, why);
            }
        }
        Ok(policy)
    }
}

/// The lists but for those that no key of their issuer's name signed, where another of that name is sound: OpenSSL
/// may look at the first alone.
fn without_forged(
    lists: &[Arc<RevocationList>],
    certificates: &[Arc<Certificate>],
) -> Vec<Arc<RevocationList>> {
    let name = |list: &RevocationList| list.x509().issuer_name().to_der().unwrap_or_default();
    let is_sound = |list: &RevocationList| {
        let name = name(list);
        let named = |it: &&Arc<Certificate>| x509::is_name(&name, it.x509().subject_name());
        let mut named = certificates.iter().filter(named);
        named.any(|it| list.is_signed_by(it))
    };
    let (sound, rest): (Vec<_>, Vec<_>) = lists.iter().cloned().partition(|it| is_sound(it));
    let names: Vec<Vec<u8>> = sound.iter().map(|list| name(list)).collect();
    let rest = rest.into_iter().filter(|it| !names.contains(&name(it)));
    rest.chain(sound.iter().cloned()).collect()
}

/// The files of lists that are read as a stream: this one, or those that stand in this folder.
fn large_of(path: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let files = match path.is_dir() {
        true => x509::files_of(path, u64::MAX)?,
        false => vec![path.to_owned()],
    };
    let mut large = Vec::new();
    for file in files {
        // A file of a folder that cannot be opened is told of with the small ones.
        if path.is_dir() && files::open_regular(&file).is_err() {
            continue;
        }
        if let Some(size) = ListFile::large(&file)? {
            large.push((file, size));
        }
    }
    match large.len() > MOST_LARGE {
        true => Err(Error::input(format!(
            "`{}` holds more than {MOST_LARGE} large revocation lists",
            path.display()
        ))
        .hint("Name the files that are meant.")),
        false => Ok(large),
    }
}

fn held_of(path: &Path, contents: &Contents, large: &[(PathBuf, u64)]) -> Held {
    let sizes: u64 = large.iter().map(|(_, size)| size).sum();
    let megabytes = sizes.div_ceil(1_000_000);
    let streamed = match large.len() {
        0 => None,
        1 => Some(format!("1 large revocation list of {megabytes} MB")),
        count => Some(format!("{count} large revocation lists of {megabytes} MB")),
    };
    let small = Some(contents.to_string()).filter(|_| large.is_empty() || !contents.is_empty());
    let everything: Vec<String> = streamed.into_iter().chain(small).collect();
    Held {
        everything: everything.join(", "),
        besides: contents.besides_lists(),
        ..held(path, contents, None)
    }
}

/// A list for OpenSSL.
fn whole(file: &Path) -> Result<Vec<Arc<RevocationList>>> {
    let contents = Contents::of_file(file, None)?;
    Ok(contents.lists.into_iter().map(Arc::new).collect())
}
