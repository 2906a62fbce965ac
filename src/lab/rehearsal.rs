//! A rehearsal: an install is walked against a lab by the real ptl, from a script that is data.

mod script;

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use script::{Script, Step};

use super::folder::PROFILE;
use crate::{
    error::{Error, Result, for_a_shell},
    files::{self, NewFolders},
    report::lab::{LabRehearsal, LabStage, StageState},
};

/// How long a lab may take to start: its keys are made at random.
const START: Duration = Duration::from_secs(60);

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
        let full = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if full {
            return Err(Error::input(format!(
                "`{}` holds something already, and a rehearsal begins with nothing",
                folder.display()
            ))
            .hint("Name another folder, or delete this one: `ptl lab rehearse DIR`."));
        }
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
            .command(&["lab", "up", "../lab", "--quiet"].map(str::to_owned))
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
        let output = self.command(&asked).output().map_err(unstarted)?;
        Ok(output.status.success())
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
        let output = self.command(&step.run).output().map_err(unstarted)?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        show(&format!("{said}{complained}"))?;
        let code = output.status.code();
        if code != Some(step.exits) {
            let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
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
