//! Turns the global flags into what a run needs: time, timeout, selection, install, environment.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wildmatch::WildMatch;

use crate::{
    check::Selection,
    cli::Global,
    config::{Endpoint, Install},
    environment::{self, Environment},
    error::{Error, Result},
};

/// An install and the environment that a run is about.
#[derive(Debug)]
pub(super) struct Scene {
    /// The install of `--install`.
    pub(super) install: Install,
    /// The environment of `--env`, or the install's default.
    pub(super) environment: Environment,
}

impl Scene {
    /// Reads `ptl.toml` and the profile.
    ///
    /// # Errors
    /// Where either is not there or wrong.
    pub(super) fn read(global: &Global) -> Result<Self> {
        let install = Install::read(&global.install)?;
        let name = global
            .env
            .as_deref()
            .unwrap_or(&install.default_environment);
        let environment = environment::find(name)?;
        Ok(Self {
            install,
            environment,
        })
    }

    /// What `ptl.toml` says of the install in this environment.
    pub(super) fn endpoint(&self) -> Option<&Endpoint> {
        self.install.environments.get(&self.environment.id)
    }
}

impl Global {
    /// The time that dates are judged by.
    ///
    /// # Errors
    /// Where `--at` is no RFC 3339 time.
    pub fn time(&self) -> Result<Timestamp> {
        let Some(text) = &self.at else {
            return Ok(Timestamp::now());
        };
        text.parse().map_err(|error: jiff::Error| {
            Error::input(format!("--at: `{text}` is no RFC 3339 time"))
                .because(error)
                .hint("Write it as 2027-01-31T00:00:00Z.")
        })
    }

    /// How long to wait for the network in all.
    ///
    /// # Errors
    /// Where `--timeout` is no positive duration of at most an hour.
    pub fn deadline(&self) -> Result<Duration> {
        let wrong = || {
            Error::input(format!(
                "--timeout: `{}` is no duration between 1ms and 1h",
                self.timeout
            ))
            .hint("Write it as 5s, 500ms or 1m.")
        };
        let duration: SignedDuration = self.timeout.parse().map_err(|_| wrong())?;
        let duration = Duration::try_from(duration).map_err(|_| wrong())?;
        if duration < Duration::from_millis(1) || duration > Duration::from_secs(3600) {
            return Err(wrong());
        }
        Ok(duration)
    }

    /// What is shown and skipped; the install adds its waivers.
    pub fn selection(&self) -> Selection {
        let patterns = |globs: &[String]| globs.iter().map(|glob| WildMatch::new(glob)).collect();
        Selection {
            only: patterns(&self.only),
            skip: patterns(&self.skip),
            offline: self.offline,
            strict: self.strict,
            waivers: Vec::new(),
        }
    }
}
