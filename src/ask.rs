//! The answer to a question: a line of standard input, unless a signal comes first.
//!
//! Who waits for a line hears no signal, so another thread waits for it. It is left where it stands.

use std::io::stdin;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::error::Exit;
use crate::stop::Stop;

/// How often somebody looks whether a signal came.
const LOOK: Duration = Duration::from_millis(20);

/// What is typed next, nothing where that is no text; where a signal comes first, how the program is
/// to end.
pub fn answer(stop: &Stop) -> Result<String, Exit> {
    let read = || {
        let mut line = String::new();
        stdin().read_line(&mut line).map_or(String::new(), |_| line)
    };
    first_of(read, &|| stop.asked())
}

/// Whether somebody said yes; everything else is no.
#[must_use]
pub fn means_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn first_of(read: impl FnOnce() -> String + Send + 'static, asked: &dyn Fn() -> Option<Exit>) -> Result<String, Exit> {
    let (sender, receiver) = channel();
    // Without a thread there is no answer.
    let _ = thread::Builder::new().spawn(move || sender.send(read()));
    loop {
        let line = receiver.recv_timeout(LOOK);
        match (asked(), line) {
            (Some(exit), _) => return Err(exit),
            (None, Ok(line)) => return Ok(line),
            (None, Err(RecvTimeoutError::Disconnected)) => return Ok(String::new()),
            (None, Err(RecvTimeoutError::Timeout)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (answer, expected) in [
            ("y\n", true),
            ("Y\r\n", true),
            (" yes \n", true),
            ("YES", true),
            ("", false),
            ("\n", false),
            ("n\n", false),
            ("no\n", false),
            ("yes, but\n", false),
            ("j\n", false),
        ] {
            assert_eq!(means_yes(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_signal_wins_over_an_answer_that_does_not_come() {
        let never = || {
            thread::park();
            String::new()
        };
        assert_eq!(first_of(never, &|| Some(Exit::Interrupted)), Err(Exit::Interrupted));
        assert_eq!(first_of(|| "y\n".to_owned(), &|| Some(Exit::Terminated)), Err(Exit::Terminated));
        assert_eq!(first_of(|| "y\n".to_owned(), &|| None), Ok("y\n".to_owned()));
    }
}
