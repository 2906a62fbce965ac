//! A rehearsal: an install is walked against a lab by the real ptl, from a script that is data.

mod script;

use std::{
    io::{Read, Seek},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use script::{Script, Step};

use super::folder::{PROFILE, refuse_a_full};
use crate::{
    error::{Error, Result, for_a_shell},
    files::{self, NewFolders},
    report::lab::{LabRehearsal, LabStage, StageState},
};

/// How long a lab may take to start: its keys are made at random.
const START: Duration = Duration::from_secs(60);

/// How long a command may take: the slowest waits for a network of its own.
const STEP: Duration = Duration::from_secs(60);
/// The most of its output that is shown.
const LONGEST: u64 = 1024 * 1024;

/// A lab that runs as a child, and is ended when this is dropped.
struct RunningLab(Child);

impl Drop for RunningLab {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a rehearsal takes place.
struct Scene {
    ptl: PathBuf,
    folder: PathBuf,
}

/// Walks the shipped script in a new folder; `show` is handed what an engineer would see, as it comes.
///
/// # Errors
/// Where the folder holds anything, or no lab can be started. A command that ends otherwise than the script
/// says is no error: the document says it.
pub fn rehearse(folder: &Path, show: &mut dyn FnMut(&str) -> Result<()>) -> Result<LabRehearsal> {
    let begun = Instant::now();
    let script = Script::shipped()?;
    let scene = Scene::new(folder)?;
    let _lab = scene.start_lab()?;
    let mut stages = Vec::new();
    let mut commands = 0;
    let mut wrong = None;
    for (place, stage) in script.stages.iter().enumerate() {
        let mut state = StageState::Done;
        if wrong.is_some() {
            state = StageState::NotReached;
        } else if !scene.has(&stage.needs)? {
            state = StageState::NotBuilt;
        } else {
            show(&format!("\n## {}. {}\n", place + 1, stage.title))?;
            if stage.steps.is_empty() {
                wrong = Some(format!("the stage `{}` has no steps yet", stage.id));
                state = StageState::Wrong;
            }
            for step in &stage.steps {
                commands += usize::from(!step.run.is_empty());
                wrong = scene.take(step, show)?;
                if wrong.is_some() {
                    state = StageState::Wrong;
                    break;
                }
            }
        }
        stages.push(LabStage {
            id: stage.id.clone(),
            title: stage.title.clone(),
            state,
            needs: stage.needs.join(" "),
        });
    }
    Ok(LabRehearsal::new(
        folder.display().to_string(),
        stages,
        commands,
        wrong,
        begun.elapsed(),
    ))
}

impl Scene {
    fn new(folder: &Path) -> Result<Self> {
        refuse_a_full(
            folder,
            "Name another folder, or delete this one: `ptl lab rehearse DIR`.",
        )?;
        let ptl = std::env::current_exe()
            .map_err(|error| Error::internal("ptl does not know where it lies").because(error))?;
        NewFolders::make(&folder.join("install"))?.keep();
        Ok(Self {
            ptl,
            folder: folder.to_owned(),
        })
    }

    fn install(&self) -> PathBuf {
        self.folder.join("install")
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new(&self.ptl);
        command
            .args(words)
            .current_dir(self.install())
            .stdin(Stdio::null());
        command
    }

    fn start_lab(&self) -> Result<RunningLab> {
        let failed = |error: std::io::Error| {
            Error::internal("the lab of the rehearsal could not be started").because(error)
        };
        let child = self
            .command(&["lab", "up", "../lab", "--quiet", "--until-eof"].map(str::to_owned))
            // Held as long as the child: should this process be killed, its end goes, and the lab with it.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let mut lab = RunningLab(child);
        let ready = self.folder.join("lab").join(PROFILE);
        let end = Instant::now() + START;
        while !ready.exists() {
            if let Some(status) = lab.0.try_wait().map_err(failed)? {
                return Err(Error::internal(format!(
                    "the lab of the rehearsal ended at once ({status})"
                ))
                .hint("What it said stands above; `ptl lab up` by itself says it again."));
            }
            if Instant::now() > end {
                return Err(
                    Error::internal("the lab of the rehearsal did not start in time")
                        .hint("Try it by itself: `ptl lab up`."),
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(lab)
    }

    /// Whether this ptl has a command, or a flag of it: its help page answers.
    fn has(&self, words: &[String]) -> Result<bool> {
        if words.is_empty() {
            return Ok(true);
        }
        let asked = [words, &["--help".to_owned()]].concat();
        match self.run(&asked)? {
            (Some(0), _) => Ok(true),
            (Some(2), _) => Ok(false),
            (code, said) => Err(Error::internal(format!(
                "`ptl {}` ended with {code:?}: {}",
                asked.join(" "),
                said.trim()
            ))),
        }
    }

    /// Runs ptl: its exit code, nothing where it had to be ended, and what it said on either stream.
    fn run(&self, words: &[String]) -> Result<(Option<i32>, String)> {
        let mut said = tempfile::tempfile().map_err(unstarted)?;
        let mut child = self
            .command(words)
            .stdout(said.try_clone().map_err(unstarted)?)
            .stderr(said.try_clone().map_err(unstarted)?)
            .spawn()
            .map_err(unstarted)?;
        let end = Instant::now() + STEP;
        let code = loop {
            match child.try_wait().map_err(unstarted)? {
                Some(status) => break status.code(),
                None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
                None => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break None;
                }
            }
        };
        said.rewind().map_err(unstarted)?;
        let mut text = Vec::new();
        said.take(LONGEST)
            .read_to_end(&mut text)
            .map_err(unstarted)?;
        Ok((code, String::from_utf8_lossy(&text).into_owned()))
    }

    /// Takes a step; says what went otherwise than it should.
    fn take(
        &self,
        step: &Step,
        show: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Option<String>> {
        if let Some(say) = &step.say {
            show(&format!("\n{say}\n"))?;
        }
        if !step.set.is_empty() {
            let file = self.install().join(crate::config::FILE);
            let text = files::read_text(&file, files::SMALL)?;
            let (text, lines) = step.edited(&text)?;
            files::put(&file, text.as_bytes())?;
            show(&format!("\nptl.toml:\n{lines}"))?;
        }
        if step.run.is_empty() {
            return Ok(None);
        }
        let words: Vec<String> = step
            .run
            .iter()
            .map(|word| for_a_shell(Path::new(word)))
            .collect();
        let line = format!("ptl {}", words.join(" "));
        show(&format!("\n$ {line}\n"))?;
        let (code, said) = self.run(&step.run)?;
        show(&said)?;
        if code != Some(step.exits) {
            let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
            return Ok(Some(format!(
                "`{line}` exits with {code}, and should with {}",
                step.exits
            )));
        }
        Ok(step
            .says
            .iter()
            .find(|text| !said.contains(text.as_str()))
            .map(|text| format!("`{line}` should say `{text}`, and does not")))
    }
}

fn unstarted(error: std::io::Error) -> Error {
    Error::internal("ptl could not be started by itself").because(error)
}
