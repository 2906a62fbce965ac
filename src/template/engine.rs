//! The engine: templates that are part of ptl, strict about names that nobody defined, and escaping by the form.
//!
//! The name of a template says the form: `.html` is escaped by the engine's own escaper, `.md` by
//! [`super::markdown`]; either after what steers terminals and reorders text was spelled out.

use std::{borrow::Cow, sync::OnceLock};

use jiff::{Timestamp, civil::Date};
use minijinja::{
    AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value, context,
    escape_formatter, syntax::SyntaxConfig, value::Serde,
};

use super::{board::Page, drawing, handover::Handover, markdown, styles, visible};
use crate::error::{Error, Result};

/// What a document for people is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Markdown, to paste into a ticket
    Md,
    /// One HTML page that needs nothing else, to attach and to print
    Html,
}

/// The templates: name and text. Pages share `base.html`, `styles.css` and the signs of `macros.html`.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "base.html",
        include_str!("../../templates/report/base.html"),
    ),
    (
        "macros.html",
        include_str!("../../templates/report/macros.html"),
    ),
    (
        "drawings.html",
        include_str!("../../templates/report/drawings.html"),
    ),
    (
        "checklist.html",
        include_str!("../../templates/report/checklist.html"),
    ),
    (
        "board.html",
        include_str!("../../templates/report/board.html"),
    ),
    ("marks.md", include_str!("../../templates/report/marks.md")),
    (
        "checklist.md",
        include_str!("../../templates/report/checklist.md"),
    ),
];

/// How a template whose name ends in `.md` is escaped.
const MARKDOWN: AutoEscape = AutoEscape::Custom(Cow::Borrowed("markdown"));

/// The report of a checklist in a form, ended by a newline.
///
/// # Errors
/// Never in a ptl that passed its tests: a template would have to name what is not there.
pub fn render(handover: &Handover<'_>, form: Form) -> Result<String> {
    let report = Value::from(Serde(handover));
    let (name, context) = match form {
        Form::Md => ("checklist.md", context! { report }),
        Form::Html => {
            let drawn = Value::from(Serde(drawing::Drawings::of(handover)));
            ("checklist.html", context! { report, drawn })
        }
    };
    filled(name, context)
}

/// The page of a board, ended by a newline.
///
/// # Errors
/// As [`render`].
pub fn render_board(page: &Page<'_>) -> Result<String> {
    filled("board.html", context! { page => Value::from(Serde(page)) })
}

/// A template with its names filled in, ended by a newline.
fn filled(name: &str, context: Value) -> Result<String> {
    let text = engine()
        .get_template(name)
        .and_then(|template| template.render(context))
        .map_err(|error| broken(name, &error))?;
    Ok(text.trim_end().to_owned() + "\n")
}

fn broken(name: &str, error: &minijinja::Error) -> Error {
    let line = error.line().unwrap_or_default();
    let place = error.name().unwrap_or(name);
    Error::internal(format!(
        "the template {place} is wrong in line {line}: {error}"
    ))
}

fn engine() -> &'static Environment<'static> {
    static ENGINE: OnceLock<Environment<'static>> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut engine = strict();
        for (name, text) in TEMPLATES {
            engine
                .add_template(name, text)
                .expect("a test renders every template");
        }
        engine
    })
}

/// An engine without templates.
fn strict() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .expect("the usual signs of a template"),
    );
    engine.set_auto_escape_callback(|name| match name.rsplit('.').next() {
        Some("md") => MARKDOWN,
        _ => AutoEscape::Html,
    });
    engine.set_formatter(escape);
    engine.add_filter("day", day);
    engine.add_filter("moment", moment);
    engine.add_filter("word", |word: String| word.replace('-', " "));
    // The page's policy lets in no style but this one, so that none can be smuggled in.
    engine.add_global("styles", Value::from_safe_string(styles::TEXT.to_owned()));
    engine.add_global("styles_digest", styles::digest());
    engine
}

/// Writes a value; text, unless a template made it, as the form takes it.
fn escape(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let Some(text) = value.as_str().filter(|_| !value.is_safe()) else {
        // Numbers and truths are the same everywhere; what a template made is finished.
        return write(out, &value.to_string());
    };
    if *state.auto_escape() == MARKDOWN {
        return write(out, &markdown::escaped(text));
    }
    escape_formatter(out, state, &Value::from(visible(text).into_owned()))
}

fn write(out: &mut Output, text: &str) -> Result<(), minijinja::Error> {
    out.write_str(text).map_err(minijinja::Error::from)
}

/// `22 Nov 2026`, of a moment or a day.
fn day(time: &str) -> Result<String, minijinja::Error> {
    const FORM: &str = "%-d %b %Y";
    match time.parse::<Date>() {
        Ok(day) if !time.contains('T') => Ok(day.strftime(FORM).to_string()),
        _ => formatted(time, FORM),
    }
}

/// `22 Nov 2026, 17:00 UTC`.
fn moment(time: &str) -> Result<String, minijinja::Error> {
    formatted(time, "%-d %b %Y, %H:%M UTC")
}

fn formatted(time: &str, form: &str) -> Result<String, minijinja::Error> {
    let time: Timestamp = time
        .parse()
        .map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, format!("{error}")))?;
    Ok(time.strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn rendered(name: &'static str, template: &str, text: &str) -> Result<String, ErrorKind> {
        let mut engine = strict();
        engine
            .add_template_owned(name, template.to_owned())
            .unwrap();
        let template = engine.get_template(name).unwrap();
        template
            .render(context! { text })
            .map_err(|error| error.kind())
    }

    #[test]
    fn a_name_that_nobody_defined_is_a_mistake() {
        for template in [
            "{{ txet }}",
            "{{ text.length }}",
            "{% if nothing %}a{% endif %}",
        ] {
            for name in ["a.html", "a.md"] {
                assert_eq!(
                    rendered(name, template, "a"),
                    Err(ErrorKind::UndefinedError),
                    "{template}"
                );
            }
        }
    }

    #[test]
    fn text_is_escaped_by_the_form_without_being_asked() {
        let text = "<script>alert('a')</script> & \"b\" | \u{202e}";
        assert_eq!(
            rendered("a.html", "{{ text }}", text).unwrap(),
            "&lt;script&gt;alert(&#x27;a&#x27;)&lt;&#x2f;script&gt; &amp; &quot;b&quot; | \\u{202e}"
        );
        assert_eq!(
            rendered("a.md", "{{ text }}", text).unwrap(),
            "&lt;script&gt;alert('a')&lt;/script&gt; &amp; \"b\" \\| \\\\u{202e}"
        );
    }

    #[test]
    fn what_a_macro_makes_is_escaped_once() {
        let template = "{% macro b(it) %}<b>{{ it }}</b>{% endmacro %}{{ b(text) }}";
        assert_eq!(rendered("a.html", template, "<").unwrap(), "<b>&lt;</b>");
        assert_eq!(rendered("a.md", template, "<").unwrap(), "<b>&lt;</b>");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let time = "2026-11-02T17:00:00Z";
        assert_eq!(
            rendered("a.md", "{{ text|day }}", time).unwrap(),
            "2 Nov 2026"
        );
        assert_eq!(
            rendered("a.md", "{{ text|moment }}", time).unwrap(),
            "2 Nov 2026, 17:00 UTC"
        );
        assert_eq!(
            rendered("a.md", "{{ text|day }}", "2026-11-02").unwrap(),
            "2 Nov 2026"
        );
        assert!(rendered("a.md", "{{ text|day }}", "soon").is_err());
    }
}
