//! What people see of a panic.

use std::panic::set_hook;

use super::console::Console;
use crate::cli::Output;

/// A panic is a bug. It is told in the words of an error; its message and a backtrace could hold a
/// session's text, or a key.
pub fn tell_panics(output: Output) {
    set_hook(Box::new(move |_| Console::new(Output { quiet: true, ..output }).bug()));
}
