//! A real server: started with its own configuration in a folder of its own, stopped when dropped.

use std::{
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a server may take to answer: Tomcat takes several seconds on an idle machine.
const READY: Duration = Duration::from_secs(60);

/// A running server and its folder.
pub(crate) struct Server {
    child: Child,
    /// Its folder: configuration, logs.
    pub(crate) folder: tempfile::TempDir,
}

impl Drop for Server {
    // Also when a test panics.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Sends its process a signal, as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status();
        assert!(sent.unwrap().success(), "kill -s {name} {process}");
    }

    /// Ends it as its service manager does, with the processes that it started.
    pub(crate) fn end(mut self) {
        self.signal("TERM");
        let end = Instant::now() + READY;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// An empty folder for a server.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("ptl-real-")
        .tempdir()
        .unwrap()
}

/// A port on which nothing listens, for TCP and UDP.
pub(crate) fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Starts a server that stays in the foreground, and waits until its TCP port is open.
#[track_caller]
pub(crate) fn start(mut command: Command, folder: tempfile::TempDir, port: u16) -> Server {
    let log = std::fs::File::create(folder.path().join("output")).unwrap();
    let child = command
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; tests/run installs it"));
    let mut server = Server { child, folder };
    let end = Instant::now() + READY;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let output = || std::fs::read_to_string(server.folder.path().join("output"));
        if let Some(status) = server.child.try_wait().unwrap() {
            panic!("{command:?} ended with {status}\n{}", output().unwrap());
        }
        assert!(Instant::now() < end, "{command:?} opens no port");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}
