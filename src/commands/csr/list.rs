//! `ptl csr --list`: a pair for each name of a file, made on all cores.

use std::{collections::BTreeMap, path::Path};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::Exit;
use crate::{
    cli::{Global, csr::MakeArgs},
    commands::{hand_over, layout, open_output, passphrase},
    config::Fqdn,
    error::{Error, Result, for_a_shell},
    files,
    report::{
        self,
        csr::{ListedPair, MadeList},
    },
    terminal::{self, Counting},
    x509::{
        csr,
        key::{self, Passphrase},
        pair::Pair,
    },
};

/// The most that is read of a list, and the most names in it.
const LARGEST: u64 = 1024 * 1024;
const MOST: usize = 10_000;

/// Makes a pair for each name of the list; a name whose pair cannot be made leaves the others alone.
pub(super) fn run(list: &Path, args: &MakeArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let names = names(list)?;
    let folder = args.out.as_deref().unwrap_or(Path::new("."));
    // A folder that is not there would fail for each name alike.
    files::Folder::open(folder)?;
    let secret = passphrase::for_new_key(&args.passphrase, global)?;
    passphrase::refuse_plain_where_others_read(secret.as_ref(), passphrase::FOR_A_NEW_KEY)?;
    let progress = terminal::counting("making keys", names.len());
    let pairs = names
        .par_iter()
        .map(|fqdn| one(fqdn, folder, args, secret.as_ref(), &progress))
        .collect();
    drop(progress);
    let made = MadeList {
        schema: MadeList::SCHEMA,
        kind: "csr-list",
        tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
        folder: folder.display().to_string(),
        encrypted: secret.is_some(),
        bits: args.bits.unwrap_or_default().number(),
        subject_alternative_name: !args.no_san,
        pairs,
    };
    let layout = layout(global, output.as_ref());
    hand_over(&report::explain(&made, global.format, layout)?, output)?;
    Ok(match made.not_made() {
        0 => Exit::Pass,
        _ => Exit::Usage,
    })
}

fn one(
    fqdn: &Fqdn,
    folder: &Path,
    args: &MakeArgs,
    secret: Option<&Passphrase>,
    progress: &Counting,
) -> ListedPair {
    let made = make(fqdn, folder, args, secret);
    progress.one_more();
    let mut listed = ListedPair {
        fqdn: fqdn.to_string(),
        key: None,
        csr: None,
        spki_sha256: None,
        problem: None,
        hint: None,
    };
    match made {
        Ok((pair, spki)) => {
            listed.key = Some(pair.key_path().display().to_string());
            listed.csr = Some(pair.request_path().display().to_string());
            listed.spki_sha256 = Some(spki);
        }
        Err(error) => {
            listed.problem = Some(format!("{error}."));
            listed.hint = error.next_action().map(str::to_owned);
        }
    }
    listed
}

fn make(
    fqdn: &Fqdn,
    folder: &Path,
    args: &MakeArgs,
    secret: Option<&Passphrase>,
) -> Result<(Pair, String)> {
    let pair = Pair::named(folder, fqdn.as_str())?;
    let command = format!("ptl csr --fqdn {fqdn} --out {}", for_a_shell(folder));
    // Before the key is made, which takes longest.
    pair.refuse_existing(&command)?;
    let key = key::generate(args.bits.unwrap_or_default())?;
    let names = match args.no_san {
        true => &[],
        false => std::slice::from_ref(fqdn),
    };
    let request = csr::make(&key, fqdn, names)?;
    let pem = key::to_pem(&key, secret)?;
    pair.write(&pem, request.as_bytes(), &command)?;
    let spki = key::spki_sha256(&key)?;
    Ok((pair, spki))
}

/// The names of a list, one a line; what is wrong with any of them is said of all at once, and nothing is made.
fn names(list: &Path) -> Result<Vec<Fqdn>> {
    let text = files::read_text(list, LARGEST)?;
    let mut names = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (number, name) = (number + 1, line.trim());
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        match Fqdn::parse(name) {
            Ok(fqdn) => match first.insert(fqdn.to_string(), number) {
                Some(before) => problems.push(format!(
                    "{number}: `{fqdn}` stands on line {before} already"
                )),
                None => names.push(fqdn),
            },
            Err(why) => problems.push(format!(
                "{number}: `{}`: {}",
                name.escape_debug(),
                why.join("; ")
            )),
        }
    }
    let shown = list.display();
    if names.len() > MOST {
        return Err(
            Error::input(format!("`{shown}` holds more than {MOST} names"))
                .hint("Split it into several lists."),
        );
    }
    if !problems.is_empty() {
        return Err(Error::input(format!("`{shown}` is wrong, and nothing was made"))
            .details(problems)
            .hint("Write one full name a line, as example.thirdparty.nhs.uk; `#` begins a comment."));
    }
    match names.is_empty() {
        false => Ok(names),
        true => Err(Error::input(format!("`{shown}` holds no name"))
            .hint("Write one full name a line, as example.thirdparty.nhs.uk.")),
    }
}
