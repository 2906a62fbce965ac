//! Reads `ptl.toml` into an [`Install`]: every section, every key, every problem at once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    Endpoint, Install, Network, Problem, Revocation, revocation, rules,
    section::{Notes, Section, Text, section},
    waiver,
};
use crate::{
    environment::{self, SHIPPED},
    error::{Error, Result, nearest},
    files,
};

/// The name of the file that makes a folder an install.
pub const FILE: &str = "ptl.toml";

/// The most that is read of it: forty times a fresh one.
const LIMIT: u64 = 256 * 1024;

/// The newest form that this ptl reads.
pub const SCHEMA: i64 = 1;

impl Install {
    /// Reads and checks the `ptl.toml` of a folder; a waiver may name any check id of the right form.
    ///
    /// # Errors
    /// Where there is none, it is of a newer form, or with all its problems at once.
    pub fn read(folder: &Path) -> Result<Self> {
        Self::read_knowing(folder, &[])
    }

    /// As [`Install::read`], and a waiver must name one of these checks.
    ///
    /// # Errors
    /// As [`Install::read`].
    pub fn read_knowing(folder: &Path, checks: &[&str]) -> Result<Self> {
        let path = folder.join(FILE);
        if std::fs::symlink_metadata(&path)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            return Err(
                Error::input(format!("no `{FILE}` in `{}`", folder.display())).hint(
                    "Start an install there with `ptl init`, or name its folder with --install DIR.",
                ),
            );
        }
        let text = files::read_text(&path, LIMIT)?;
        parse(&text, folder, checks)
    }
}

/// Reads a file's text; paths in it are relative to `folder`.
///
/// # Errors
/// As [`Install::read_knowing`].
pub fn parse(text: &str, folder: &Path, checks: &[&str]) -> Result<Install> {
    let (document, errors) = DeTable::parse_recoverable(text);
    refuse_newer(document.get_ref())?;
    let mut notes = Notes::default();
    for error in &errors {
        let message = error.message().trim().replace('\n', ", ");
        notes.problem(&error.span().unwrap_or(0..0), message);
    }
    // What a broken line would have said is not known: to judge the rest would invent problems.
    if !errors.is_empty() {
        return Err(wrong(folder, text, notes)
            .hint("Mend the TOML; the settings themselves are checked once it can be read."));
    }
    let document = Section::new(String::new(), 0..0, document.get_ref());
    match install(document, folder, checks, &mut notes) {
        Some(install) if notes.count() == 0 => Ok(Install {
            warnings: notes.warnings(text),
            ..install
        }),
        _ => Err(wrong(folder, text, notes)
            .hint("Mend every line above; nothing was judged or changed.")),
    }
}

/// A newer form may mean anything: it is named alone, and the file left as it is.
fn refuse_newer(document: &DeTable<'_>) -> Result<()> {
    let schema = document
        .iter()
        .find(|(key, _)| key.get_ref() == "schema")
        .and_then(|(_, value)| value.get_ref().as_integer()?.as_str().parse::<i64>().ok());
    match schema {
        Some(schema) if schema > SCHEMA => Err(Error::input(format!(
            "`{FILE}` has schema {schema}, and this ptl reads schema {SCHEMA} at most"
        ))
        .hint("Use a newer ptl; the file was left as it is.")),
        _ => Ok(()),
    }
}

fn wrong(folder: &Path, text: &str, notes: Notes) -> Error {
    let path = folder.join(FILE);
    let path = path
        .strip_prefix(".")
        .unwrap_or(&path)
        .display()
        .to_string();
    let count = notes.count();
    let plural = if count == 1 { "" } else { "s" };
    let problems = notes.problems(text);
    let more = count - problems.len();
    let lines = problems.into_iter().map(|problem| {
        let Problem {
            line,
            column,
            message,
        } = problem;
        format!("{path}:{line}:{column}: {message}")
    });
    let rest = (more > 0).then(|| format!("and {more} more"));
    Error::input(format!("`{path}` has {count} problem{plural}")).details(lines.chain(rest))
}

fn install(
    mut document: Section<'_>,
    folder: &Path,
    checks: &[&str],
    notes: &mut Notes,
) -> Option<Install> {
    schema(&mut document, notes);
    let organisation = pair(&mut document, "organisation", "ods", notes);
    let product = pair(&mut document, "product", "version", notes);
    let role = document
        .required("role", notes)
        .and_then(|text| rules::role(&text, notes));
    let service = document
        .required("service", notes)
        .and_then(|text| rules::service(&text, notes));
    let default_environment = document
        .required("default_environment", notes)
        .and_then(|text| default_environment(text, folder, notes));
    let has_profile = default_environment
        .as_deref()
        .is_some_and(|name| !shipped().contains(&name));
    let environments = environments(&mut document, has_profile, folder, notes);
    let network = document
        .table("network", notes)
        .map_or_else(Network::default, |section| network(section, notes));
    let waivers = waiver::all(&mut document, checks, notes);
    let revocation = match document.table("revocation", notes) {
        Some(section) => revocation::read(section, folder, has_profile, notes),
        None => Revocation::usual(folder),
    };
    document.finish(notes);
    let (organisation, ods) = organisation?;
    let (product, product_version) = product?;
    Some(Install {
        folder: folder.to_owned(),
        organisation: organisation.value,
        ods: rules::ods(ods, notes),
        product: product.value,
        product_version: product_version.value,
        role: role?,
        service: service?.to_owned(),
        default_environment: default_environment?,
        environments,
        network,
        revocation,
        waivers,
        warnings: Vec::new(),
    })
}

fn schema(document: &mut Section<'_>, notes: &mut Notes) {
    match document.integer("schema", notes) {
        Some((SCHEMA, _)) => {}
        Some((other, span)) => notes.problem(
            &span,
            format!("`schema` is {other}; this ptl knows {SCHEMA}"),
        ),
        None if document.entries().any(|(key, ..)| key == "schema") => {}
        None => notes.problem(&(0..0), format!("`schema` is missing; it is {SCHEMA}")),
    }
}

/// The `name` of a table and one more text of it, both needed.
fn pair(
    document: &mut Section<'_>,
    table: &'static str,
    second: &'static str,
    notes: &mut Notes,
) -> Option<(Text, Text)> {
    let mut section = document.required_table(table, notes)?;
    let name = section.line("name", notes);
    let second = section.line(second, notes);
    section.finish(notes);
    Some((name?, second?))
}

/// A shipped environment, or the path of a profile file, told by its ending or its folder.
fn default_environment(text: Text, folder: &Path, notes: &mut Notes) -> Option<String> {
    if text.value.ends_with(".toml") || Path::new(&text.value).components().count() > 1 {
        let path = folder.join(&text.value);
        return path.to_str().map(str::to_owned);
    }
    rules::one_of("default_environment", &text, &shipped(), notes).map(str::to_owned)
}

fn shipped() -> Vec<&'static str> {
    SHIPPED.iter().map(|(id, _)| *id).collect()
}

fn environments(
    document: &mut Section<'_>,
    has_profile: bool,
    folder: &Path,
    notes: &mut Notes,
) -> BTreeMap<String, Endpoint> {
    let mut environments = BTreeMap::new();
    let Some(all) = document.table("environment", notes) else {
        return environments;
    };
    for (id, span, value) in all.entries() {
        let shipped = shipped();
        // A profile file may be about any environment, so a strange name is not wrong; and where the
        // install uses one, it is not even unusual.
        if !shipped.contains(&id) && !has_profile {
            let guess = nearest(id, shipped.iter().copied())
                .map_or_else(String::new, |guess| format!("; did you mean `{guess}`?"));
            notes.warning(
                &span,
                format!(
                    "ptl ships no environment `{id}`: this is used with a profile file alone{guess}"
                ),
            );
        }
        if let Some(section) = section(format!("[environment.{id}]"), value, notes) {
            environments.insert(id.to_owned(), endpoint(section, id, folder, notes));
        }
    }
    environments
}

fn endpoint(mut section: Section<'_>, id: &str, folder: &Path, notes: &mut Notes) -> Endpoint {
    let fqdn = section
        .string("fqdn", notes)
        .and_then(|text| rules::fqdn(&text, notes));
    let path = |text: Text| folder_relative(folder, &text.value);
    let endpoint = Endpoint {
        asid: section
            .string("asid", notes)
            .map(|text| rules::asid(text, notes)),
        party_key: section
            .string("party_key", notes)
            .map(|text| rules::party_key(text, notes)),
        key: section.string("key", notes).map(path),
        certificate: section.string("certificate", notes).map(path),
        chain: section.string("chain", notes).map(path),
        trust: section
            .strings("trust", notes)
            .unwrap_or_default()
            .into_iter()
            .map(path)
            .collect(),
        endpoint: section
            .string("endpoint", notes)
            .map(|text| rules::endpoint(text, fqdn.as_deref(), notes)),
        source_address: section
            .string("source_address", notes)
            .and_then(|text| rules::source_address(&text, notes)),
        require: require(&mut section, id, notes),
        msg_out: hosts(&mut section, "msg_out", rules::host_or_range, notes),
        ssp: section
            .string("ssp", notes)
            .map(|text| rules::host("ssp", text, notes)),
        sds: section
            .string("sds", notes)
            .map(|text| rules::host("sds", text, notes)),
        ssp_client_names: hosts(&mut section, "ssp_client_names", rules::host, notes),
        fqdn,
    };
    section.finish(notes);
    endpoint
}

pub(super) fn folder_relative(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") {
        path.into()
    } else {
        folder.join(path)
    }
}

fn hosts(
    section: &mut Section<'_>,
    key: &'static str,
    rule: fn(&str, Text, &mut Notes) -> String,
    notes: &mut Notes,
) -> Vec<String> {
    section
        .strings(key, notes)
        .unwrap_or_default()
        .into_iter()
        .map(|text| rule(key, text, notes))
        .collect()
}

/// Generations that must be there; those of a shipped environment are known by name.
fn require(section: &mut Section<'_>, id: &str, notes: &mut Notes) -> Option<Vec<String>> {
    let span = section.span.clone();
    let wanted = section.strings("require", notes)?;
    if wanted.is_empty() {
        notes.problem(
            &section.value_span("require").unwrap_or(span),
            "`require` is empty: leave it out, and the profile's dates decide",
        );
    }
    let known: Option<Vec<String>> = shipped().contains(&id).then(|| generations(id));
    for text in &wanted {
        if let Some(known) = &known {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            rules::one_of("require", text, &known, notes);
        }
    }
    Some(wanted.into_iter().map(|text| text.value).collect())
}

/// The generations of every shipped environment, each once.
pub(super) fn known_generations() -> Vec<String> {
    let mut known: Vec<String> = shipped().into_iter().flat_map(generations).collect();
    known.sort();
    known.dedup();
    known
}

fn generations(id: &str) -> Vec<String> {
    environment::find(id).map_or_else(
        |_| Vec::new(),
        |environment| {
            environment
                .generations
                .into_iter()
                .map(|generation| generation.id)
                .collect()
        },
    )
}

fn network(mut section: Section<'_>, notes: &mut Notes) -> Network {
    let network = Network {
        hscn: section.boolean("hscn", notes),
        resolvers: section
            .strings("resolvers", notes)
            .unwrap_or_default()
            .iter()
            .filter_map(|text| rules::resolver(text, notes))
            .collect(),
    };
    section.finish(notes);
    network
}
