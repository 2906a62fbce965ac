//! Turns the global flags into what a run needs: time, timeout, selection, install, environment.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wildmatch::WildMatch;

use crate::{
    check::Selection,
    checks,
    cli::Global,
    config::{Endpoint, Install},
    environment::{self, Environment},
    error::{Error, Result, nearest},
    survey::Subject,
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
        let install = Install::read_knowing(&global.install, &check_ids())?;
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

    /// What a survey of it is about.
    ///
    /// # Errors
    /// Where `--at` or `--timeout` is wrong.
    pub(super) fn subject<'a>(
        &'a self,
        global: &Global,
        selection: &'a Selection,
    ) -> Result<Subject<'a>> {
        Ok(Subject {
            environment: &self.environment,
            install: &self.install,
            endpoint: self.endpoint(),
            at: global.time()?,
            timeout: global.deadline()?,
            selection,
        })
    }

    /// What is shown, skipped and waived: the flags, and the waivers of `ptl.toml`.
    ///
    /// # Errors
    /// As [`Global::selection`].
    pub(super) fn selection(&self, global: &Global) -> Result<Selection> {
        Ok(Selection {
            waivers: self.install.waivers.clone(),
            ..global.selection()?
        })
    }
}

fn check_ids() -> Vec<&'static str> {
    checks::all().iter().map(|meta| meta.id.0).collect()
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
            Error::input(format!(
                "--at: `{text}` is no RFC 3339 time up to 9999-12-30"
            ))
            .because(error)
            .hint("Write it as 2027-01-31T00:00:00Z.")
        })
    }

    /// How long to wait for the network in all.
    ///
    /// # Errors
    /// Where `--timeout` is no duration from 200 ms to an hour.
    pub fn deadline(&self) -> Result<Duration> {
        let wrong = || {
            Error::input(format!(
                "--timeout: `{}` is no duration between 200ms and 1h",
                self.timeout
            ))
            .hint("Write it as 5s, 500ms or 1m.")
        };
        let duration: SignedDuration = self.timeout.parse().map_err(|_| wrong())?;
        let duration = Duration::try_from(duration).map_err(|_| wrong())?;
        // Half of it is for names, and silence for less than 100 ms would say nothing.
        if duration < Duration::from_millis(200) || duration > Duration::from_secs(3600) {
            return Err(wrong());
        }
        Ok(duration)
    }

    /// What is shown and skipped; `Scene::selection` adds the install's waivers.
    ///
    /// # Errors
    /// With every pattern of `--only` and `--skip` that fits no check: it would silently choose nothing.
    pub fn selection(&self) -> Result<Selection> {
        let ids = check_ids();
        let mut strangers = Vec::new();
        let mut patterns = |flag: &str, globs: &[String]| -> Vec<WildMatch> {
            let patterns = globs.iter().map(|glob| {
                let pattern = WildMatch::new(glob);
                if !ids.iter().any(|id| pattern.matches(id)) {
                    let guess = nearest(glob, ids.iter().copied())
                        .map_or_else(String::new, |guess| format!("; did you mean `{guess}`?"));
                    strangers.push(format!("{flag} `{glob}` fits no check{guess}"));
                }
                pattern
            });
            patterns.collect()
        };
        let selection = Selection {
            only: patterns("--only", &self.only),
            skip: patterns("--skip", &self.skip),
            offline: self.offline,
            strict: self.strict,
            waivers: Vec::new(),
        };
        if strangers.is_empty() {
            return Ok(selection);
        }
        Err(Error::input("there are no such checks")
            .details(strangers)
            .hint("See `ptl explain --list`; in a shell, quote patterns: --only 'TLS-*'."))
    }
}
