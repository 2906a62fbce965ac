//! Reads a profile: the raw TOML, checked into an [`Environment`], all problems in one go.

use std::{collections::HashSet, path::Path, sync::OnceLock};

use super::{
    Authority, Desk, Environment, Gap, Generation, Host, Life, Provenance, Resolver, SERVICES,
    TlsRules, raw, rules::Problems,
};
use crate::{
    error::{Error, Result},
    files,
};

/// The profiles that ptl ships: id and TOML text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("int", include_str!("../../templates/environments/int.toml")),
    ("dep", include_str!("../../templates/environments/dep.toml")),
    (
        "live",
        include_str!("../../templates/environments/live.toml"),
    ),
];

/// The most that is read of a profile file: ten times a shipped one.
const LIMIT: u64 = 256 * 1024;

/// The environment of a shipped id, or of a profile file.
///
/// # Errors
/// Where neither a shipped profile nor a file of that name is there, or the file is wrong.
pub fn find(name_or_file: &str) -> Result<Environment> {
    if let Some((id, text)) = SHIPPED.iter().find(|(id, _)| *id == name_or_file) {
        return parse(text, id);
    }
    let path = Path::new(name_or_file);
    if path.exists() {
        let text = files::read_text(path, LIMIT)?;
        return parse(&text, name_or_file);
    }
    let names: Vec<&str> = SHIPPED.iter().map(|(id, _)| *id).collect();
    Err(Error::input(format!(
        "no environment `{name_or_file}`: neither one of {} nor a file",
        names.join(", ")
    ))
    .hint("Give --env one of these names, or the path of a profile file."))
}

/// Every shipped environment, read at the first call.
pub fn all() -> &'static [Environment] {
    static ALL: OnceLock<Vec<Environment>> = OnceLock::new();
    ALL.get_or_init(|| {
        SHIPPED
            .iter()
            .map(|(id, text)| parse(text, id).expect("a test reads every shipped profile"))
            .collect()
    })
}

/// Reads a profile's text; `shown` is what an error calls it.
pub(super) fn parse(text: &str, shown: &str) -> Result<Environment> {
    refuse_newer(text, shown)?;
    let raw: raw::Profile = toml::from_str(text).map_err(|error| {
        let files::Place { line, column } =
            files::Place::of(text, error.span().map_or(0, |span| span.start));
        wrong(shown, vec![format!("{line}:{column}: {}", error.message())])
    })?;
    let mut problems = Problems::new(text);
    let environment = problems.environment(raw);
    let lines = problems.lines();
    if lines.is_empty() {
        Ok(environment)
    } else {
        Err(wrong(shown, lines))
    }
}

/// A newer form may have keys that this ptl does not know: it is named before they are.
fn refuse_newer(text: &str, shown: &str) -> Result<()> {
    let newer = toml::from_str::<raw::Versioned>(text)
        .ok()
        .and_then(|versioned| versioned.schema)
        .filter(|schema| *schema > raw::SCHEMA);
    match newer {
        Some(schema) => Err(Error::input(format!(
            "profile `{shown}` has schema {schema}, and this ptl reads schema {} at most",
            raw::SCHEMA
        ))
        .hint("Use a newer ptl, or a profile of an older form.")),
        None => Ok(()),
    }
}

fn wrong(shown: &str, lines: Vec<String>) -> Error {
    Error::input(format!("profile `{shown}` is wrong"))
        .details(lines)
        .hint("Mend every line above; the shipped profiles show the form.")
}

impl Problems<'_> {
    fn environment(&mut self, raw: raw::Profile) -> Environment {
        let schema = *raw.schema.get_ref();
        let message = format!("schema {schema} is unknown; it is {}", raw::SCHEMA);
        self.expect(schema == raw::SCHEMA, &raw.schema, message);
        self.unique_generations(&raw.generations);
        Environment {
            id: self.id(raw.id),
            name: raw.name,
            page: self.url(raw.page),
            desk: self.desk(raw.desk),
            hosts: raw
                .hosts
                .into_iter()
                .map(|host| self.spine_host(host))
                .collect(),
            resolvers: raw
                .resolvers
                .into_iter()
                .map(|resolver| Resolver {
                    address: resolver.address,
                    port: if resolver.port.span().is_empty() {
                        resolver.port.into_inner()
                    } else {
                        self.port(resolver.port)
                    },
                    name: resolver.name,
                    provenance: self.provenance(resolver.provenance),
                })
                .collect(),
            tls: self.tls(raw.tls),
            generations: raw
                .generations
                .into_iter()
                .map(|generation| self.generation(generation))
                .collect(),
            gaps: raw
                .gaps
                .into_iter()
                .map(|gap| Gap {
                    what: gap.what,
                    note: gap.note,
                })
                .collect(),
        }
    }

    fn unique_generations(&mut self, generations: &[raw::Generation]) {
        let mut seen = HashSet::new();
        for generation in generations {
            let id = generation.id.get_ref();
            let message = format!("generation `{id}` stands more than once");
            self.expect(seen.insert(id.as_str()), &generation.id, message);
        }
    }

    fn provenance(&mut self, raw: raw::Provenance) -> Provenance {
        let sound = !raw.source.get_ref().trim().is_empty();
        self.expect(sound, &raw.source, "a source must be named".to_owned());
        Provenance {
            source: raw.source.into_inner(),
            confidence: raw.confidence,
            old: raw.old,
            conflict: raw.conflict,
        }
    }

    fn desk(&mut self, raw: raw::Desk) -> Desk {
        let mail = raw.mail.get_ref();
        let sound = mail.split_once('@').is_some_and(|(who, domain)| {
            !who.is_empty() && domain.contains('.') && !mail.contains(char::is_whitespace)
        });
        let message = format!("`{mail}` is no mail address");
        self.expect(sound, &raw.mail, message);
        Desk {
            name: raw.name,
            mail: raw.mail.into_inner(),
            form: raw.form.map(|form| self.url(form)),
            before: raw.before,
            provenance: self.provenance(raw.provenance),
        }
    }

    fn tls(&mut self, raw: raw::Tls) -> TlsRules {
        let version = raw.min_version.get_ref();
        let sound = matches!(version.as_str(), "1.2" | "1.3");
        let message = format!("`{version}` is none of the TLS versions 1.2, 1.3");
        self.expect(sound, &raw.min_version, message);
        TlsRules {
            min_version: raw.min_version.into_inner(),
            ciphers: raw.ciphers,
            provenance: self.provenance(raw.provenance),
        }
    }

    fn spine_host(&mut self, raw: raw::Host) -> Host {
        for service in &raw.services {
            let name = service.get_ref();
            let message = format!("`{name}` is none of the services {}", SERVICES.join(", "));
            self.expect(SERVICES.contains(&name.as_str()), service, message);
        }
        if raw.services.is_empty() != raw.roles.is_empty() {
            let message = "`services` and `roles` stand together: who needs the host";
            self.note(raw.name.span(), message);
        }
        if let Some(path) = &raw.path {
            let sound = path.get_ref().starts_with('/');
            self.expect(sound, path, "a path begins with `/`".to_owned());
        }
        Host {
            name: self.host(raw.name),
            port: self.port(raw.port),
            direction: raw.direction,
            network: raw.network,
            protocol: raw.protocol,
            purpose: self.id(raw.purpose),
            path: raw.path.map(toml::Spanned::into_inner),
            services: raw
                .services
                .into_iter()
                .map(toml::Spanned::into_inner)
                .collect(),
            roles: raw.roles,
            addresses: raw.addresses,
            addresses_provenance: raw.addresses_provenance.map(|from| self.provenance(from)),
            note: raw.note,
            provenance: self.provenance(raw.provenance),
        }
    }

    fn generation(&mut self, raw: raw::Generation) -> Generation {
        let span = raw.id.span();
        if raw.subs.is_empty() {
            self.note(span, "a generation has at least one `[[generation.sub]]`");
        }
        Generation {
            id: self.id(raw.id),
            title: raw.title,
            accept: self.life(raw.accept),
            present: self.life(raw.present),
            superseded: raw.superseded,
            root: self.authority(raw.root),
            subs: raw
                .subs
                .into_iter()
                .map(|sub| self.authority(sub))
                .collect(),
            revocation: raw.revocation,
            provenance: self.provenance(raw.provenance),
        }
    }

    fn life(&mut self, raw: raw::Life) -> Life {
        let span = raw.until.as_ref().map(toml::Spanned::span);
        let life = Life {
            from: raw.from.map(|from| self.moment(from)),
            until: raw.until.map(|until| self.moment(until)),
        };
        if let (Some(from), Some(until), Some(span)) = (life.from, life.until, span)
            && until <= from
        {
            self.note(span, "`until` is not after `from`");
        }
        life
    }

    fn authority(&mut self, raw: raw::Authority) -> Authority {
        let span = raw.not_after.span();
        let authority = Authority {
            name: raw.name,
            subject: raw.subject.into_inner(),
            sha256: self.fingerprint(raw.sha256, 32),
            sha1: raw.sha1.map(|sha1| self.fingerprint(sha1, 20)),
            not_before: self.moment(raw.not_before),
            not_after: self.moment(raw.not_after),
            url: raw.url.map(|url| self.url(url)),
            crl_urls: raw.crl_urls.into_iter().map(|url| self.url(url)).collect(),
            ocsp_url: raw.ocsp_url.map(|url| self.url(url)),
            provenance: self.provenance(raw.provenance),
        };
        if authority.not_after <= authority.not_before {
            self.note(span, "`not_after` is not after `not_before`");
        }
        authority
    }
}
