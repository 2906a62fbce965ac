//! Runs `ptl` on a pseudo-terminal, as a person would: waits for a question, then types.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

/// How long a question may take to appear before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A `ptl` with a terminal for stdin, stdout and stderr.
pub(crate) struct Session {
    child: Child,
    keyboard: File,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Session {
    /// Starts a command on a fresh terminal.
    pub(crate) fn start(command: Command) -> Self {
        Self::start_wide(command, 80)
    }

    /// Starts a command on a fresh terminal of so many columns.
    pub(crate) fn start_wide(command: Command, columns: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let slave = File::options()
            .read(true)
            .write(true)
            .open(Path::new(name.to_str().unwrap()))
            .unwrap();
        // Its own session, with this terminal in control of it: an interrupt key then interrupts.
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("TERM", "xterm")
            .current_dir(command.get_current_dir().unwrap())
            .stdin(Stdio::from(slave.try_clone().unwrap()))
            .stdout(Stdio::from(slave.try_clone().unwrap()))
            .stderr(Stdio::from(slave))
            .spawn()
            .unwrap();
        let keyboard = File::from(master);
        let mut screen = keyboard.try_clone().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux answers a read with an error once the other end is shut.
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keyboard,
            output,
            seen: Vec::new(),
        }
    }

    /// Waits until this appears, after what was waited for before.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = String::from_utf8_lossy(&self.seen).into_owned();
            if let Some(at) = screen.find(text) {
                self.seen = screen.as_bytes()[at + text.len()..].to_vec();
                return self;
            }
            let wait = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(wait) {
                Ok(more) => self.seen.extend(more),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no `{text}` on the screen, but:\n{screen}")
                }
            }
        }
    }

    /// Types this.
    pub(crate) fn types(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Types this once the terminal shows no more what is typed, as a person would after reading the question.
    #[track_caller]
    pub(crate) fn types_unseen(&mut self, keys: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        while tcgetattr(&self.keyboard)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
        {
            assert!(Instant::now() < until, "the terminal shows what is typed");
            thread::sleep(Duration::from_millis(5));
        }
        self.types(keys)
    }

    /// Kills it, as no program can prevent.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end: the exit code, and what was printed since the last wait.
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let until = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(20));
        };
        while let Ok(more) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.seen.extend(more);
        }
        (code, String::from_utf8_lossy(&self.seen).into_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
