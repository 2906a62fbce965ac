//! What became of a list that was to be had, and in words.

use std::{fmt, path::PathBuf};

use url::Url;

use super::{Refused, Strange, Wish};
use crate::{
    crl::{Gap, lookup::Looked},
    net::download::End,
};

/// What became of a list that was to be had.
#[derive(Debug)]
pub struct Fetched {
    /// What was to be had.
    pub wish: Wish,
    /// Where it came from, or should have.
    pub place: Place,
    /// How far it came.
    pub came: Came,
    /// What else was tried before or after, each as a fragment.
    pub besides: Vec<String>,
    /// The lists by hand that say something of the certificates, whether they were the newest or not.
    pub by_hand: Vec<PathBuf>,
    /// The list that is at hand now: the new one, or the one that was kept already.
    pub at_hand: Option<Looked>,
}

/// Where a list comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The address that the certificates name.
    Own(Url),
    /// One that the profile names in its place.
    Instead(Url),
    /// A file.
    ByHand(PathBuf),
    /// Nowhere.
    Nowhere,
}

/// How far a list came.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    /// No address is followed.
    Refused(Refused),
    /// Nobody was asked, since there is no network.
    NotAsked,
    /// It did not come, by this proxy where there is one.
    NotHad(End, Option<String>),
    /// What came was broken off.
    BrokenOff(Strange),
    /// What came cannot be read as a list.
    Unreadable(String),
    /// What came says nothing of a certificate that names it.
    Open(Gap),
    /// What came is older than what is kept; both as a fragment.
    Older(String),
    /// It is new, and kept.
    Kept,
    /// It is the one that is kept already.
    Unchanged,
}

impl Came {
    /// Whether a list that holds is there for it.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Kept | Self::Unchanged)
    }

    /// Whether there was nothing to ask for, or no network to ask by: nothing went wrong.
    pub fn is_not_asked(&self) -> bool {
        matches!(self, Self::NotAsked | Self::Refused(Refused::ByResponder))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(url) | Self::Instead(url) => url.fmt(f),
            Self::ByHand(file) => write!(f, "`{}`", file.display()),
            Self::Nowhere => f.write_str("nowhere"),
        }
    }
}

impl fmt::Display for Came {
    /// As a fragment, which follows the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::NotAsked => f.write_str("nobody was asked"),
            Self::NotHad(end, proxy) => {
                end.fmt(f)?;
                match proxy {
                    Some(proxy) => write!(f, " (by the proxy {proxy})"),
                    None => Ok(()),
                }
            }
            Self::BrokenOff(strange) => strange.fmt(f),
            Self::Unreadable(why) => f.write_str(why),
            Self::Open(gap) => gap.fmt(f),
            Self::Older(why) => f.write_str(why),
            Self::Kept => f.write_str("it is new, and kept"),
            Self::Unchanged => f.write_str("it is the one that is kept already"),
        }
    }
}

/// What decides of all that was tried: what is well, of several the last, which is kept now; else what came first.
pub(super) fn settle(
    mut tried: Vec<(Place, Came)>,
    wish: &Wish,
    online: bool,
) -> (Place, Came, Vec<String>) {
    let well = tried.iter().rposition(|(_, came)| came.is_well());
    if tried.is_empty() {
        let has_place = !wish.urls.is_empty() || !wish.instead.is_empty();
        let came = match &wish.refused {
            // There is another place, which the network alone keeps from being asked.
            _ if has_place && !online => Came::NotAsked,
            Some(refused) => Came::Refused(refused.clone()),
            None if online => Came::Refused(Refused::NoAddress(None)),
            None => Came::NotAsked,
        };
        return (Place::Nowhere, came, Vec::new());
    }
    let (place, came) = tried.remove(well.unwrap_or(0));
    let besides = tried
        .iter()
        .map(|(place, came)| format!("{place}: {came}"))
        .collect();
    (place, came, besides)
}
