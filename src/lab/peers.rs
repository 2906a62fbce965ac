//! Who calls a provider: certificates of msg-out, one of each generation.

use jiff::Timestamp;

use super::{
    extension::Usage,
    folder::Lab,
    generation::rsa,
    leaf::{Dates, Leaf, ToldBy},
    places::MSG_OUT,
    unmade,
};
use crate::{
    error::Result,
    files::{self, NewFolders},
};

/// The certificates of whoever calls, PEM: `peers` of ptl.toml may name the file.
const FILE: &str = "peers/msg-out.pem";

impl Lab {
    /// Makes the callers' certificates where they are not there yet. Nothing calls by them: their key is not kept.
    ///
    /// # Errors
    /// Where one cannot be made, or the file cannot be written.
    pub(super) fn keep_peers(&self, at: Timestamp) -> Result<()> {
        let file = self.path(FILE);
        if file.exists() {
            return Ok(());
        }
        let leaf = Leaf {
            name: MSG_OUT,
            alternative_name: true,
            dates: Dates::Now,
            usage: Usage::Both,
            told_by: ToldBy::default(),
        };
        let key = rsa(2048)?;
        let mut all = Vec::new();
        for generation in &self.generations {
            let certificate = generation.issue(&leaf, &key, at, &self.places)?;
            all.extend(certificate.to_pem().map_err(unmade)?);
        }
        NewFolders::make(&self.path("peers"))?.keep();
        files::put(&file, &all)
    }
}
