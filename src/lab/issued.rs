//! The register of what `ptl lab issue` signed: a fault revokes all of it.

use std::path::PathBuf;

use openssl::x509::X509;
use serde::{Deserialize, Serialize};

use super::{
    folder::{Lab, damaged, home},
    generation::Generation,
    register::{LIMIT, serial_bytes},
    revocation::serial,
    unmade,
};
use crate::{
    error::Result,
    files::{self, Access, Guarded},
    x509::hex,
};

/// The newest form of the register.
const SCHEMA: u32 = 1;

/// Every certificate that a generation's sub CA issued to an endpoint.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Certificates {
    schema: u32,
    /// Lower-case hex, the oldest first.
    serials: Vec<String>,
}

impl Lab {
    /// Remembers a certificate before it is handed out.
    ///
    /// # Errors
    /// Where the register is damaged or cannot be written.
    pub(super) fn remember(&self, generation: &Generation, certificate: &X509) -> Result<()> {
        let path = self.issued_file(generation);
        if !path.exists() {
            let none = Certificates {
                schema: SCHEMA,
                serials: Vec::new(),
            };
            let text = toml::to_string(&none).map_err(unmade)?;
            let made = files::create(&path, text.as_bytes(), Access::Shared);
            // Another ptl may have made it at the same moment.
            if !path.exists() {
                made?;
            }
        }
        let mut guarded = Guarded::open(&path, LIMIT)?;
        let mut known = self.read_issued(generation, guarded.bytes().to_vec())?;
        known.serials.push(hex(&serial(certificate)?));
        let text = toml::to_string(&known).map_err(unmade)?;
        guarded.replace(text.as_bytes())
    }

    /// The serial numbers of all that was issued; none where nothing was.
    ///
    /// # Errors
    /// Where the register is damaged.
    pub(super) fn issued(&self, generation: &Generation) -> Result<Vec<Vec<u8>>> {
        let path = self.issued_file(generation);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let known = self.read_issued(generation, files::read(&path, LIMIT)?)?;
        let bytes = known.serials.iter().filter_map(|text| serial_bytes(text));
        Ok(bytes.collect())
    }

    fn issued_file(&self, generation: &Generation) -> PathBuf {
        home(self.folder(), generation.shape).join("issued.toml")
    }

    fn read_issued(&self, generation: &Generation, bytes: Vec<u8>) -> Result<Certificates> {
        let path = self.issued_file(generation);
        let text = files::text(&path, bytes)?;
        let known: Certificates = toml::from_str(&text).map_err(|error| damaged(&path, error))?;
        if known.schema != SCHEMA {
            return Err(damaged(
                &path,
                format!("schema {} is unknown", known.schema),
            ));
        }
        let wrong = known.serials.iter().find(|it| serial_bytes(it).is_none());
        match wrong {
            Some(wrong) => Err(damaged(&path, format!("`{wrong}` is no serial number"))),
            None => Ok(known),
        }
    }
}
