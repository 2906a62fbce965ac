//! What came of downloading pinned CAs: the document of kind `trust-fetch`.

use serde::Serialize;

use crate::{
    report::{
        Explanation,
        explain::{headline, labelled},
        human::columns,
        visible,
    },
    trust::{Problem, Weight},
};

/// The CAs that were wanted, and what came of each.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FetchedTrust {
    /// The version of this form.
    pub schema: u32,
    /// `trust-fetch`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The environment.
    pub environment: String,
    /// The folder of the files.
    pub folder: String,
    /// One for each CA.
    pub authorities: Vec<FetchedAuthority>,
    /// The `trust` for ptl.toml, under `[environment.ID]`, where it does not name the files already.
    pub trust: Option<Vec<String>>,
    /// What to do with what is there.
    pub next: String,
}

/// What came of one CA.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FetchedAuthority {
    /// The first of the generations that it belongs to.
    pub generation: String,
    /// Its name.
    pub name: String,
    /// The pinned fingerprint, lower-case hex.
    pub sha256: String,
    /// Where the profile says that it is.
    pub url: Option<String>,
    /// The file that it is kept in, or would be.
    pub file: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it was not fetched.
    pub problem: Option<Problem>,
}

/// What came of a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It came, is the pinned one, and was kept.
    Kept,
    /// It was there already.
    Already,
    /// It was left out by `--offline`.
    Skipped,
    /// It was not kept: [`FetchedAuthority::problem`] says why.
    NotKept,
}

impl FetchedTrust {
    /// Whether something came that is not the pinned CA.
    pub fn has_failed(&self) -> bool {
        self.problems().any(|(_, it)| it.weight == Weight::Fails)
    }

    /// How many are there now.
    pub fn there(&self) -> usize {
        let is_there =
            |it: &&FetchedAuthority| matches!(it.outcome, Outcome::Kept | Outcome::Already);
        self.authorities.iter().filter(is_there).count()
    }

    /// What was not kept, the worst first.
    fn problems(&self) -> impl Iterator<Item = (&FetchedAuthority, &Problem)> {
        let of = |weight| {
            self.authorities
                .iter()
                .filter_map(|it| Some((it, it.problem.as_ref()?)))
                .filter(move |(_, problem)| problem.weight == weight)
        };
        of(Weight::Fails).chain(of(Weight::Unknown))
    }

    fn answer(&self) -> String {
        let (all, there) = (self.authorities.len(), self.there());
        let environment = &self.environment;
        let folder = &self.folder;
        if let Some((it, problem)) = self.problems().next() {
            let hint = &problem.hint;
            return format!(
                "{environment}: {there} of {all} CAs are in `{folder}`; {}: {}. Next: {hint}",
                it.name, problem.cause
            );
        }
        match there == all {
            true => format!(
                "{environment}: {all} of {all} CAs are in `{folder}`, each with the pinned fingerprint. Next: {}",
                self.next
            ),
            false => format!(
                "{environment}: {there} of {all} CAs are in `{folder}`; --offline left the rest out. Next: run it again without --offline."
            ),
        }
    }
}

impl Explanation for FetchedTrust {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        for authority in &self.authorities {
            text.push('\n');
            text += &authority.text(width);
        }
        if let Some(files) = &self.trust {
            let environment = visible(&self.environment);
            text += &format!("\nIn ptl.toml, under [environment.{environment}]:\n\ntrust = [\n");
            // Unwrapped: it is to be copied.
            for file in files {
                let file = toml::Value::from(file.as_str()).to_string();
                text += &format!("  {},\n", visible(&file));
            }
            text += "]\n";
        }
        // Where all went well, the first line says it.
        if (1..self.authorities.len()).contains(&self.there()) {
            text.push('\n');
            let next = format!("Then: {}", self.next);
            text += &columns([vec![visible(&next).into_owned()]], &[], width);
        }
        text
    }
}

impl FetchedAuthority {
    fn text(&self, width: u16) -> String {
        let file = &self.file;
        let what = match self.outcome {
            Outcome::Kept => format!("fetched, and kept as {file}"),
            Outcome::Already => format!("there already: {file}"),
            Outcome::Skipped => "skipped: --offline opens no connection".to_owned(),
            Outcome::NotKept => "NOT KEPT".to_owned(),
        };
        let mut rows = vec![
            (self.generation.as_str(), self.name.clone()),
            ("SHA-256", self.sha256.clone()),
        ];
        rows.extend(self.url.clone().map(|url| ("URL", url)));
        rows.push(("outcome", what));
        if let Some(problem) = &self.problem {
            rows.push(("cause", problem.cause.to_owned()));
            rows.push(("seen", problem.seen.clone()));
            rows.push(("do", problem.hint.clone()));
        }
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(label, text)| (label, visible(&text).into_owned()))
            .collect();
        labelled(&rows, width)
    }
}
