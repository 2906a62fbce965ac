//! A lab's folder: its CAs, its lists, where its servers listen. Everything is made once and kept.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use openssl::{
    pkey::{PKey, Private},
    x509::X509,
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use super::{
    Made,
    authority::Authority,
    generation::{self, Generation, SHAPES, Shape},
    places::{Places, refuse_beyond_loopback},
    switch::RUNNING,
    unmade,
};
use crate::{
    error::{Error, Result, for_a_shell},
    files::{self, Access, CAN_KEEP_PRIVATE, NewFolders, Workshop},
    x509::{self, key},
};

/// The environment's profile, written last: the lab is ready where it is there.
pub(super) const PROFILE: &str = "lab.toml";
/// Where the servers listen. Written when every CA is there: without it a folder is no lab.
const SERVERS: &str = "servers.toml";
/// The newest form of that file.
const SCHEMA: u32 = 1;
/// Where a lab's CAs are made before they appear together.
const MAKING: &str = "making";

/// Where the servers listen, as a file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Servers {
    schema: u32,
    servers: Places,
}

/// A lab: its folder, its CAs and its places.
#[derive(Clone, Debug)]
pub struct Lab {
    folder: PathBuf,
    pub(super) places: Places,
    pub(super) generations: Vec<Generation>,
}

impl Lab {
    /// Whether a folder holds a lab.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(SERVERS).is_file()
    }

    /// Where the servers of the lab in a folder listen.
    ///
    /// # Errors
    /// Where the file is not there or not sound.
    pub(super) fn places(folder: &Path) -> Result<Places> {
        let path = folder.join(SERVERS);
        let text = files::read_text(&path, 64 * 1024)?;
        let servers: Servers = toml::from_str(&text).map_err(|error| damaged(&path, error))?;
        if servers.schema != SCHEMA {
            let why = format!("schema {} is unknown", servers.schema);
            return Err(damaged(&path, why));
        }
        if !servers.servers.have_ports() {
            return Err(damaged(&path, "0 is no port"));
        }
        refuse_beyond_loopback(servers.servers.address)?;
        Ok(servers.servers)
    }

    /// Opens the lab of a folder.
    ///
    /// # Errors
    /// Where there is none, or a part of it is gone or damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        if !Self::is_in(folder) {
            return Err(
                Error::input(format!("there is no lab in `{}`", folder.display())).hint(format!(
                    "Start one: `ptl lab up {}`; or name its folder with --lab DIR.",
                    for_a_shell(folder)
                )),
            );
        }
        let places = Self::places(folder)?;
        let generations = SHAPES
            .iter()
            .map(|shape| read(folder, shape))
            .collect::<Result<_>>()?;
        Ok(Self {
            folder: whole(folder)?,
            places,
            generations,
        })
    }

    /// Makes a lab in a folder that is empty but for its claim.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub(super) fn make(folder: &Path, places: Places, at: Timestamp) -> Result<Self> {
        let keys: Vec<_> = SHAPES
            .par_iter()
            .map(|shape| Ok((shape, generation::keys(shape)?)))
            .collect::<Made<_>>()?;
        let generations = keys
            .into_iter()
            .map(|(shape, keys)| shape.make(keys, at, &places))
            .collect::<Result<Vec<_>>>()?;
        let lab = Self {
            folder: whole(folder)?,
            places,
            generations,
        };
        let shop = Workshop::open(&lab.path(MAKING))?;
        for generation in &lab.generations {
            keep(shop.path(), generation)?;
        }
        let servers = Servers {
            schema: SCHEMA,
            servers: places,
        };
        let text = toml::to_string(&servers).map_err(unmade)?;
        files::create(&shop.path().join(SERVERS), text.as_bytes(), Access::Shared)?;
        shop.hand_over(&["ca", SERVERS])?;
        Ok(lab)
    }

    /// A path in its folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its folder, by its whole path: what is said of it is read in other folders.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The generation of an id.
    pub(super) fn generation(&self, id: &str) -> Result<&Generation> {
        self.generations
            .iter()
            .find(|generation| generation.shape.id == id)
            .ok_or_else(|| {
                let known: Vec<_> = SHAPES.iter().map(|shape| shape.id).collect();
                Error::input(format!("the lab has no generation `{id}`"))
                    .hint(format!("It has {}.", known.join(", ")))
            })
    }

    /// The file of a CA certificate that peers are to trust or to be sent: `root` or `sub`.
    pub(super) fn trust_file(&self, id: &str, which: &str) -> PathBuf {
        self.path(&format!("trust/{id}-{which}.pem"))
    }

    /// The file with the CA certificates of every generation.
    pub(super) fn trust_of_all(&self) -> PathBuf {
        self.path("trust/all.pem")
    }

    /// Writes the CA certificates for peers, from the CAs themselves.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn keep_trust(&self) -> Result<()> {
        NewFolders::make(&self.path("trust"))?.keep();
        let mut all = Vec::new();
        for generation in &self.generations {
            for (which, authority) in generation.authorities() {
                let pem = authority.certificate.to_pem().map_err(unmade)?;
                let file = self.trust_file(generation.shape.id, which);
                files::put(&file, &pem)?;
                all.extend(pem);
            }
        }
        files::put(&self.trust_of_all(), &all)
    }
}

/// Writes a generation's keys and certificates into the folder of a lab.
fn keep(lab: &Path, generation: &Generation) -> Result<()> {
    let folder = home(lab, generation.shape);
    NewFolders::make(&folder)?.keep();
    for (which, authority) in generation.authorities() {
        let pem = key::to_pem(&authority.key, None)?;
        // Where no file can be kept private, this key is none worth keeping: it signs for the lab alone.
        let access = match CAN_KEEP_PRIVATE {
            true => Access::Private,
            false => Access::Shared,
        };
        files::create(&folder.join(format!("{which}.key")), &pem, access)?;
        let pem = authority.certificate.to_pem().map_err(unmade)?;
        let file = folder.join(format!("{which}.pem"));
        files::create(&file, &pem, Access::Shared)?;
    }
    Ok(())
}

/// The path of a file or folder that is there, from the root on.
pub(super) fn whole(path: &Path) -> Result<PathBuf> {
    // On Windows the former gives a form that few programs take.
    let whole = match cfg!(windows) {
        false => std::fs::canonicalize(path),
        true => std::path::absolute(path),
    };
    whole.map_err(|error| {
        Error::input(format!("`{}` has no whole path", path.display()))
            .because(error)
            .hint("Check that it is still there.")
    })
}

/// The folder of a generation's CAs.
pub(super) fn home(lab: &Path, shape: &Shape) -> PathBuf {
    lab.join("ca").join(shape.id)
}

fn read(lab: &Path, shape: &'static Shape) -> Result<Generation> {
    let folder = home(lab, shape);
    Ok(Generation {
        shape,
        root: read_authority(&folder, "root")?,
        sub: read_authority(&folder, "sub")?,
    })
}

fn read_authority(folder: &Path, which: &str) -> Result<Authority> {
    let file = folder.join(format!("{which}.pem"));
    let certificates = x509::certificates(&file).map_err(|error| damaged(&file, error))?;
    let certificate: X509 = match certificates.as_slice() {
        [one] => one.x509().clone(),
        _ => return Err(damaged(&file, "it does not hold one certificate")),
    };
    let file = folder.join(format!("{which}.key"));
    let bytes = files::read_secret(&file).map_err(|error| damaged(&file, error))?;
    let key: PKey<Private> = key::read_private(&bytes, None, &file.display().to_string())
        .map_err(|error| damaged(&file, error))?;
    let fits = certificate
        .public_key()
        .is_ok_and(|own| own.public_eq(&key));
    if !fits {
        return Err(damaged(
            &file,
            "it is not the key of the certificate beside it",
        ));
    }
    Ok(Authority { certificate, key })
}

pub(super) fn damaged(
    path: &Path,
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::input(format!("`{}` of the lab is damaged", path.display()))
        .because(why)
        .hint("Delete the lab's folder and start a new one: `ptl lab up`.")
}

/// Refuses a folder that holds anything but the claim of a lab that is about to be made.
///
/// # Errors
/// Where it does; `hint` says what to do then.
pub(super) fn refuse_a_full(folder: &Path, hint: &str) -> Result<()> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let other = entries.any(|entry| {
        entry.is_ok_and(|it| ![RUNNING, MAKING].iter().any(|own| it.file_name() == *own))
    });
    match other {
        false => Ok(()),
        true => Err(Error::input(format!(
            "`{}` holds other files, perhaps of an earlier start that was broken off",
            folder.display()
        ))
        .hint(hint)),
    }
}
