//! The command line: parse, run, print the final error, exit.

use std::io::{self, Write};
use std::panic::{catch_unwind, set_hook};
use std::process::ExitCode;
use std::time::Instant;

use clap::CommandFactory;
use moda_agent::cli::{Cli, Command, Output, Upload};
use moda_agent::config::Settings;
use moda_agent::error::{Error, Exit};
use moda_agent::pipeline;
use moda_agent::report::{Console, Summary};

fn main() -> ExitCode {
    match Cli::parse_args(std::env::args_os()) {
        Ok(cli) => ExitCode::from(catch_unwind(|| run(cli)).unwrap_or(Exit::Unreachable) as u8),
        Err(error) => {
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Done as u8 })
        }
    }
}

fn run(cli: Cli) -> Exit {
    match cli.command {
        Command::Upload(upload) => run_upload(&upload),
        Command::Completions { shell } => print(|output| {
            clap_complete::generate(shell, &mut Cli::command(), "moda-agent", output);
            Ok(())
        }),
        Command::Man => print(moda_agent::manual::write),
    }
}

/// A panic is a bug. It is told in the words of an error; a backtrace could hold a session's text.
fn run_upload(upload: &Upload) -> Exit {
    let output = upload.output;
    let (started, console, mut summary) = (Instant::now(), Console::new(upload.output), Summary::default());
    set_hook(Box::new(move |_| Console::new(Output { quiet: true, ..output }).bug()));
    let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let settings = match Settings::new(upload, &variables) {
        Ok(settings) => settings,
        Err(error) => return fail(&console, &error),
    };
    let result = pipeline::upload(&settings, &console, &mut summary);
    console.end();
    if let Err(error) = &result
        && error.exit() == Exit::Done
    {
        return Exit::Done;
    }
    summary.print(&console, started.elapsed());
    result.map_or_else(|error| fail(&console, &error), |()| summary.exit(settings.strict))
}

fn fail(console: &Console, error: &Error) -> Exit {
    console.error(error);
    error.exit()
}

/// A reader that went away, as `head` does, is no problem.
fn print(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Exit {
    let mut output = Vec::new();
    match write(&mut output).and_then(|()| io::stdout().write_all(&output)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Unreachable,
        _ => Exit::Done,
    }
}
