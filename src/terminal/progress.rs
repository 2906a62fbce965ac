//! How far slow work has come: on stderr, only where that is a terminal, and not with `--quiet`.

use std::{sync::atomic::Ordering, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::QUIET;

/// Slow work that is going on. Its line disappears when this is dropped.
#[derive(Debug)]
pub struct Progress(ProgressBar);

/// Shows a line such as `probing 3/12` until the progress is dropped.
pub fn progress(label: &str, total: usize) -> Progress {
    // indicatif itself hides what goes to no terminal.
    let target = if QUIET.load(Ordering::Relaxed) {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(u64::try_from(total).ok(), target)
        .with_message(label.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {pos}/{len}  {elapsed}") {
        bar.set_style(style);
    }
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    Progress(bar)
}

impl Progress {
    /// One more is done.
    pub fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
