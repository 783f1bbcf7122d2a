//! A terminal with somebody in front of it.

use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

/// The binary on a terminal of its own.
pub struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// What of a run is the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wired {
    Whole,
    /// Standard input comes from elsewhere.
    NoInput,
    /// Standard error goes elsewhere.
    NoErrors,
}

impl Terminal {
    pub fn run(arguments: &[&str], variables: &[(&str, &str)], wired: Wired) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(40, 200)).unwrap();
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("moda-agent")).args(arguments).env_clear();
        command = command.env("TERM", "xterm").env("XDG_CONFIG_HOME", "/no/such/folder").env("NO_COLOR", "1");
        command = command.env("MODA_AGENT_PROGRESS", "never").envs(variables.iter().copied());
        command = match wired {
            Wired::Whole => command,
            Wired::NoInput => command.stdin(Stdio::null()),
            Wired::NoErrors => command.stderr(Stdio::null()),
        };
        let (pty, child) = (Arc::new(pty), command.spawn(pts).unwrap());
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (from, to) = (Arc::clone(&pty), Arc::clone(&shown));
        let reader = thread::spawn(move || {
            let mut block = [0; 4096];
            // Once nobody writes any more, reading is an error.
            while let Ok(read @ 1..) = (&*from).read(&mut block) {
                to.lock().unwrap().extend_from_slice(&block[..read]);
            }
        });
        Self { pty, child, shown, reader }
    }

    /// Everything that appeared so far.
    pub fn shown(&self) -> String {
        String::from_utf8(self.shown.lock().unwrap().clone()).unwrap().replace("\r\n", "\n")
    }

    /// Waits until something appears.
    pub fn shows(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.shown().contains(text) {
            assert!(Instant::now() < deadline, "{text:?} does not appear: {}", self.shown());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn types(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// How it ends: the exit code, and everything that appeared.
    pub fn ends(mut self) -> (i32, String) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.shown());
            thread::sleep(Duration::from_millis(10));
        };
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        (status.code().unwrap(), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
