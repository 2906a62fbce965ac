//! Damaged certificates and lists: an answer comes back for each, whatever it is.

use std::path::Path;

use ptl::x509::read;

use crate::cases::{self, Case};

/// A small generator, so that a failure can be had again: xorshift64 (Marsaglia, 2003).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below this.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Judges cases with damaged leaves and lists; returns how many could still be read.
pub(crate) fn judge_damaged(cases: &[Case], rounds: usize) -> usize {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut read_all_the_same = 0;
    for _ in 0..rounds {
        let case = &cases[dice.below(cases.len())];
        let damaged = case.with(|der| {
            for _ in 0..=dice.below(3) {
                let place = dice.below(der.len());
                match dice.below(3) {
                    0 => der[place] ^= 1 << dice.below(8),
                    1 => der[place] = 0xff,
                    _ => der.truncate(place.max(1)),
                }
            }
        });
        for bytes in damaged.files() {
            // What is read may be anything; that it comes back is the point.
            let _ = read::parse(bytes, Path::new("damaged"), None);
        }
        read_all_the_same += usize::from(cases::judgement(&damaged).is_ok());
    }
    read_all_the_same
}
