//! That slow work goes on, and for how long: on stderr, only where that is a terminal, and not with `--quiet`.

use std::{sync::atomic::Ordering, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::QUIET;
use crate::report::visible;

/// Slow work that is going on. Its line disappears when this is dropped.
#[derive(Debug)]
pub struct Waiting(ProgressBar);

/// Shows a line such as `| probing (2s of at most 5s)` until the result is dropped.
pub fn waiting(label: &str, at_most: Duration) -> Waiting {
    let message = format!("of at most {}s", at_most.as_secs_f32().ceil());
    let bar = ProgressBar::with_draw_target(None, target())
        .with_prefix(label.to_owned())
        .with_message(message);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} ({elapsed} {msg})") {
        bar.set_style(style.tick_chars(r"|/-\ "));
    }
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    Waiting(bar)
}

/// Work of many pieces that is going on. Its line disappears when this is dropped.
#[derive(Debug)]
pub struct Counting(ProgressBar);

/// Shows a line such as `making keys [=====>    ] 51/100` until the result is dropped.
pub fn counting(label: &str, pieces: usize) -> Counting {
    let bar =
        ProgressBar::with_draw_target(Some(pieces as u64), target()).with_prefix(label.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    Counting(bar)
}

impl Counting {
    /// Another piece is done.
    pub fn one_more(&self) {
        self.0.inc(1);
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A download that is going on. Its line disappears when this is dropped.
#[derive(Debug)]
pub struct Downloading(ProgressBar);

/// Shows a line such as `| http://crl.nhs.uk/int/1c/crlc2.crl 12 MiB` until the result is dropped.
pub fn downloading() -> Downloading {
    let bar = ProgressBar::with_draw_target(None, target());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bytes}") {
        bar.set_style(style.tick_chars(r"|/-\ "));
    }
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    Downloading(bar)
}

impl Downloading {
    /// The next one begins.
    pub fn name(&self, what: &str) {
        self.0.set_message(visible(what).into_owned());
        self.0.set_position(0);
    }

    /// So many bytes of it have come.
    pub fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Downloading {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// stderr, unless nobody wants to see it.
fn target() -> ProgressDrawTarget {
    // indicatif itself hides what goes to no terminal.
    match QUIET.load(Ordering::Relaxed) {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
