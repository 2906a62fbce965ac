//! The old download page, as the one that the SHA-1 generation had on HSCN: lists of several environments' CAs
//! side by side, of which one environment's are the right ones.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use jiff::{SignedDuration, Span, Timestamp};
use openssl::pkey::{PKey, Private};

use super::{
    authority::{Authority, Content, Digest, Serial, name},
    extension,
    folder::Lab,
    generation::{around, rsa},
    list::{List, Scope},
    unmade,
};
use crate::error::{Error, Result};

/// The path of the page, that of the real one: http://checkit/public/pki/crls.php.
pub(super) const PAGE: &str = "public/pki/crls.php";
/// The environments whose lists stand there for others to take by mistake: title, root, sub CA.
const OTHERS: [(&str, [&str; 2]); 2] = [
    ("Live", ["Rehearsal Live RootCA", "Rehearsal Live SubCA02"]),
    (
        "Training",
        ["Rehearsal Training RootCA", "Rehearsal Training SubCA02"],
    ),
];
/// The environment of the lab's own lists, and its place among the others.
const OWN: &str = "Rehearsal";
const PLACE: usize = 1;
/// The others' lists are signed daily, and live for a week.
const DAY: i64 = 24 * 3600;
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The page, and the CAs of other environments.
#[derive(Debug)]
pub(super) struct Page {
    html: Bytes,
    others: BTreeMap<String, Authority>,
    /// When those CAs were made.
    made: Timestamp,
}

/// The path on the page's host of the list of a CA with this common name.
pub(super) fn list_path(common_name: &str) -> String {
    let file = common_name.to_lowercase().replace(' ', "-");
    format!("public/pki/{file}.crl")
}

impl Page {
    /// The page of a lab, with new CAs for the other environments: nobody is to trust them.
    ///
    /// # Errors
    /// Where no key or certificate can be made.
    pub(super) fn of(lab: &Lab, at: Timestamp) -> Result<Self> {
        let key = rsa(2048)?;
        let mut others = BTreeMap::new();
        for common_name in OTHERS.iter().flat_map(|(_, names)| names) {
            others.insert(list_path(common_name), stranger(common_name, &key, at)?);
        }
        let mut rows = OTHERS.map(|(title, names)| row(title, &names)).to_vec();
        let unlisted = lab.generations.iter().map(|generation| generation.shape);
        for shape in unlisted.filter(|shape| shape.partitions == 0) {
            rows.insert(PLACE, row(OWN, &[shape.root, shape.sub]));
        }
        let html = format!(
            "<!DOCTYPE html>\n<html>\n<head><title>Certificate revocation lists</title></head>\n<body>\n\
             <h1>Certificate revocation lists</h1>\n\
             <p>Updated daily. Take those of the environment that you connect to.</p>\n\
             <table>\n<tr><th>Environment</th><th>Authority</th><th>List</th></tr>\n{}</table>\n\
             </body>\n</html>\n",
            rows.concat()
        );
        Ok(Self {
            html: html.into(),
            others,
            made: at,
        })
    }

    /// The page itself.
    pub(super) fn html(&self) -> Bytes {
        self.html.clone()
    }

    /// The paths of the lists of other environments.
    pub(super) fn others(&self) -> impl Iterator<Item = &String> {
        self.others.keys()
    }

    /// The list of another environment's CA, DER, and since when it is this one.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub(super) fn other(&self, path: &str, at: Timestamp) -> Result<(Bytes, Timestamp)> {
        let authority = self.others.get(path);
        let authority =
            authority.ok_or_else(|| Error::internal(format!("the lab has no list `{path}`")))?;
        let day = at.as_second().div_euclid(DAY);
        let morning = Timestamp::from_second(day * DAY).map_err(unmade)?;
        let list = List {
            number: day.unsigned_abs(),
            this_update: morning,
            next_update: morning + LIFE,
            scope: Scope::Whole,
            entries: Vec::new(),
        };
        let der = list.sign(authority, Digest::Sha1)?;
        Ok((der.into(), morning.max(self.made)))
    }
}

/// An environment's rows of the table.
fn row(environment: &str, authorities: &[&str]) -> String {
    let cells = authorities.iter().map(|common_name| {
        let path = list_path(common_name);
        let file = path.rsplit('/').next().unwrap_or_default();
        format!(
            "<tr><td>{environment}</td><td>{common_name}</td><td><a href=\"/{path}\">{file}</a></td></tr>\n"
        )
    });
    cells.collect()
}

fn stranger(common_name: &str, key: &PKey<Private>, at: Timestamp) -> Result<Authority> {
    let subject = name(&[("O", "nhs"), ("OU", "CA"), ("CN", common_name)])?;
    let content = Content {
        subject: &subject,
        key,
        serial: Serial::random(4)?,
        validity: around(at, Span::new().years(5), Span::new().years(5))?,
        extensions: vec![extension::ca(false, None)?],
    };
    Authority::self_signed(key.clone(), content, Digest::Sha1)
}
