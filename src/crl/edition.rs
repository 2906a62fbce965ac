//! Which of two lists of one issuer and scope is the older one.

use std::fmt;

use jiff::Timestamp;

use super::List;

/// What lists of one issuer and scope are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition<'a> {
    /// Its number, hex without leading zeros, where it has one.
    pub number: Option<&'a str>,
    /// When it was made.
    pub this_update: Timestamp,
}

impl List {
    /// Which one it is among those of its issuer and scope.
    pub fn edition(&self) -> Edition<'_> {
        Edition {
            number: self.extensions.number.as_deref(),
            this_update: self.this_update,
        }
    }
}

impl Edition<'_> {
    /// Whether it came before another: numbers only ever grow (RFC 5280, 5.2.3), and so do dates.
    pub fn is_older_than(&self, other: &Self) -> bool {
        let number = |edition: &Self| {
            let digits = edition.number.unwrap_or_default().to_owned();
            (digits.len(), digits)
        };
        number(self) < number(other) || self.this_update < other.this_update
    }
}

impl fmt::Display for Edition<'_> {
    /// As a fragment: "number 0x5 of 2026-11-20 08:00Z".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.number {
            write!(f, "number 0x{number} ")?;
        }
        write!(f, "of {}", self.this_update.strftime("%F %H:%MZ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers_and_dates_besides() {
        let edition = |number, second| Edition {
            number,
            this_update: Timestamp::from_second(second).expect("it is a time"),
        };
        let nine = edition(Some("9"), 100);
        for older in [
            edition(Some("8"), 100),
            edition(Some("8"), 200),
            edition(Some("a0"), 99),
            edition(None, 100),
        ] {
            assert!(older.is_older_than(&nine), "{older}");
        }
        for newer in [nine, edition(Some("10"), 100), edition(Some("9"), 101)] {
            assert!(!newer.is_older_than(&nine), "{newer}");
        }
    }
}
