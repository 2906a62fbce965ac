//! Another CA of the same name: one that somebody made up, or the CA itself once it has a new key.

use std::fs;

use super::{Authority, CA_EXTENSIONS, FROM, UNTIL};

impl Authority {
    /// A self-signed CA of this one's name with the key of another; `folder` is unique in the run.
    pub(crate) fn namesake(&self, folder: &str, other: &Self) -> Self {
        let (namesake, request) = self.renamed(folder, other);
        let dates = (FROM, UNTIL);
        namesake.sign("ca", &request, CA_EXTENSIONS, &self.digest, dates, true);
        namesake
    }

    /// As [`Authority::namesake`], signed by a CA above it: this one has a new key.
    pub(crate) fn with_new_key(&self, folder: &str, other: &Self, above: &Self) -> Self {
        let (renewed, request) = self.renamed(folder, other);
        let dates = (FROM, UNTIL);
        above.sign(folder, &request, CA_EXTENSIONS, &self.digest, dates, false);
        fs::copy(
            above.home.join(format!("{folder}.pem")),
            renewed.certificate(),
        )
        .unwrap();
        renewed
    }

    /// The folder of a CA of this one's name, with the key of another in it, and its request.
    fn renamed(&self, folder: &str, other: &Self) -> (Self, std::path::PathBuf) {
        let namesake = Self::prepare(folder, &self.digest);
        fs::copy(other.key(), namesake.key()).unwrap();
        let name = self.home.file_name().unwrap().to_str().unwrap();
        let subject = format!("/O=nhs/OU=CA/CN={}", name.replace('-', " "));
        let request = namesake.request("ca", &subject, Some(&namesake.key()));
        (namesake, request)
    }
}
