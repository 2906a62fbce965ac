//! The source as tokens: without comments and strings, and with what is needed to judge a place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A source file, by its path from the top.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
}

fn is_for_tests(name: &str) -> bool {
    let parts = ["/tests/", "/tests.rs", "_tests.rs", "/samples.rs"];
    parts.iter().any(|part| name.contains(part))
}

/// One token, with what is needed to judge it.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
    /// How many modules stand above this place: 0 in `lib.rs`.
    depth: usize,
    /// Whether it is in code for tests alone.
    pub(crate) test: bool,
}

impl Source {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(top()).unwrap();
        let name = name.to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        let stream: TokenStream = text.parse().unwrap_or_else(|_| panic!("{name} is no Rust"));
        let mut tokens = Vec::new();
        let test = is_for_tests(&name);
        flatten(stream, depth(&name), test, &mut tokens);
        Self { name, text, tokens }
    }

    /// Whether all of it is for tests alone.
    pub(crate) fn is_a_test(&self) -> bool {
        is_for_tests(&self.name)
    }

    /// The lines before the tests at its end.
    pub(crate) fn lines_before_tests(&self) -> usize {
        let mut lines = self.text.lines();
        lines
            .position(|line| line == "#[cfg(test)]")
            .unwrap_or_else(|| self.text.lines().count())
    }

    /// `x509` for `src/x509/pem.rs`.
    pub(crate) fn room(&self) -> &str {
        let inner = self.name.strip_prefix("src/").unwrap();
        inner.split(['/', '.']).next().unwrap()
    }

    pub(crate) fn place(&self, token: &Token) -> String {
        format!("{}:{}", self.name, token.line)
    }

    /// Places where these tokens follow each other.
    pub(crate) fn finds(&self, wanted: &[&str]) -> Vec<String> {
        self.places(wanted, |_| true)
    }

    /// Places where these tokens follow each other, but for code of tests alone.
    pub(crate) fn finds_outside_tests(&self, wanted: &[&str]) -> Vec<String> {
        self.places(wanted, |token| !token.test)
    }

    fn places(&self, wanted: &[&str], counts: impl Fn(&Token) -> bool) -> Vec<String> {
        let alike = |window: &[Token]| {
            let pairs = window.iter().zip(wanted);
            counts(&window[0]) && pairs.into_iter().all(|(token, text)| token.text == *text)
        };
        let windows = self.tokens.windows(wanted.len());
        windows
            .filter(|window| alike(window))
            .map(|window| format!("{}: {}", self.place(&window[0]), wanted.concat()))
            .collect()
    }

    /// The rooms that are named here, each with its place.
    pub(crate) fn uses(&self) -> Vec<(String, String)> {
        let mut uses = Vec::new();
        for start in 0..self.tokens.len() {
            let Some(mut next) = self.root_path(start) else {
                continue;
            };
            if self.text(next) == "{" {
                let mut open = 0_usize;
                loop {
                    match self.text(next) {
                        "{" => open += 1,
                        "}" => open -= 1,
                        _ => {}
                    }
                    if open == 0 {
                        break;
                    }
                    next += 1;
                    let starts = matches!(self.text(next - 1), "{" | ",");
                    if open == 1 && starts && self.text(next) != "}" {
                        uses.push(self.using(next));
                    }
                }
            } else {
                uses.push(self.using(next));
            }
        }
        uses
    }

    fn using(&self, token: usize) -> (String, String) {
        let token = &self.tokens[token];
        (token.text.clone(), self.place(token))
    }

    /// Where a path that starts here at the crate's root goes on: `crate::`, or as many `super::` as there are modules.
    fn root_path(&self, start: usize) -> Option<usize> {
        let leads = |place: usize| self.text(place + 1) == ":" && self.text(place + 2) == ":";
        match self.text(start) {
            "crate" | "ptl" if leads(start) => Some(start + 3),
            "super" if start < 3 || self.text(start - 3) != "super" => {
                let mut next = start;
                let mut count = 0;
                while self.text(next) == "super" && leads(next) {
                    count += 1;
                    next += 3;
                }
                (count >= self.tokens[start].depth).then_some(next)
            }
            _ => None,
        }
    }

    pub(crate) fn text(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |token| &token.text)
    }
}

/// How many modules a file stands below the root: 0 for `lib.rs`, 1 for `error.rs` and `x509/mod.rs`.
fn depth(name: &str) -> usize {
    let inner = name.strip_prefix("src/").unwrap_or(name);
    let folders = inner.matches('/').count();
    match inner.rsplit('/').next() {
        Some("mod.rs" | "lib.rs" | "main.rs") => folders,
        _ => folders + 1,
    }
}

fn flatten(stream: TokenStream, depth: usize, test: bool, tokens: &mut Vec<Token>) {
    let trees: Vec<_> = stream.into_iter().collect();
    let mut for_tests = false;
    for (place, tree) in trees.iter().enumerate() {
        let line = tree.span().start().line;
        let mut push = |text: &str, line| {
            tokens.push(Token {
                text: text.to_owned(),
                line,
                depth,
                test,
            });
        };
        let TokenTree::Group(group) = tree else {
            push(&tree.to_string(), line);
            for_tests &= tree.to_string() != ";";
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        push(open, line);
        for_tests |= group.to_string().replace(' ', "") == "[cfg(test)]";
        let is_module = place >= 2
            && group.delimiter() == Delimiter::Brace
            && trees[place - 2].to_string() == "mod";
        flatten(
            group.stream(),
            depth + usize::from(is_module),
            test || for_tests,
            tokens,
        );
        for_tests &= group.delimiter() != Delimiter::Brace;
        tokens.push(Token {
            text: close.to_owned(),
            line: tree.span().end().line,
            depth,
            test,
        });
    }
}

pub(crate) fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![top().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source::read(&path));
            }
        }
    }
    assert!(!found.is_empty(), "no source in {folder}");
    found
}
