//! Signals: the first asks the program to stop, the second ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::Exit;

/// What ends the program, and how it ends then.
const SIGNALS: [(i32, Exit); 2] = [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)];

/// Whether somebody asked the program to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// The signal's number, zero before one came.
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Listens to Ctrl-C and SIGTERM from now on.
    pub fn on_signals() -> io::Result<Self> {
        let (stop, was_asked) = (Self::default(), Arc::new(AtomicBool::new(false)));
        for (signal, exit) in SIGNALS {
            // In this order: the first signal finds the flag not set yet.
            flag::register_conditional_shutdown(signal, exit.code().into(), Arc::clone(&was_asked))?;
            flag::register(signal, Arc::clone(&was_asked))?;
            flag::register_usize(signal, Arc::clone(&stop.signal), signal.unsigned_abs() as usize)?;
        }
        Ok(stop)
    }

    /// How the program is to end, once it was asked to.
    #[must_use]
    pub fn asked(&self) -> Option<Exit> {
        let asked = self.signal.load(Ordering::Relaxed);
        SIGNALS.into_iter().find(|(signal, _)| signal.unsigned_abs() as usize == asked).map(|(_, exit)| exit)
    }
}
