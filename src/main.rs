//! The command line: parse, run, print the final error, exit.

use std::io::{self, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::CommandFactory;
use moda_agent::cli::{Cli, Command, Diff, FileSettings, Sessions, Status, Upload};
use moda_agent::config::{DiffSettings, OutputSettings, Places, Settings, StatusSettings, file, home};
use moda_agent::error::{Error, Exit};
use moda_agent::pipeline;
use moda_agent::report::{Console, UploadReport, printable, tell_panics};
use moda_agent::stop::Stop;

fn main() -> ExitCode {
    tell_panics(Console::plain().output());
    match Cli::parse_args(std::env::args_os(), &variable, config_file) {
        Ok(cli) => ExitCode::from(catch_unwind(|| run(cli)).unwrap_or(Exit::Unreachable).code()),
        Err(error) if error.use_stderr() => {
            let _ = made_printable(&error).print();
            ExitCode::from(Exit::Usage.code())
        }
        Err(help) => {
            let _ = help.print();
            ExitCode::from(Exit::Done.code())
        }
    }
}

/// The error once more, of the same words in letters that no terminal obeys: it repeats what was typed
/// or stands in a variable or in the config file.
fn made_printable(error: &clap::Error) -> clap::Error {
    let args = std::env::args_os().map(|arg| printable(&arg.to_string_lossy()).into());
    let variable = |name: &str| variable(name).map(|value| printable(&value));
    let file = || config_file().map(|file| file.map(printable));
    let again = Cli::parse_args(args, &variable, file).err();
    again.unwrap_or_else(|| clap::Error::raw(error.kind(), printable(&error.to_string()) + "\n"))
}

/// A variable; an empty one counts as absent, as OpenTelemetry wants it. What is no text leads
/// nowhere, and is not passed over in silence.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

fn config_file() -> Result<FileSettings, clap::Error> {
    let wrong = |error: Error| {
        let (sentence, hint) = (printable(&error.to_string()), printable(error.hint()));
        clap::Error::raw(clap::error::ErrorKind::Io, format!("{sentence}\nhint: {hint}\n"))
    };
    file(&variable).map_err(wrong)
}

fn run(cli: Cli) -> Exit {
    match cli.command {
        Command::Upload(upload) => run_upload(&upload),
        Command::Sessions(sessions) => run_sessions(&sessions),
        Command::Diff(diff) => run_diff(&diff),
        Command::Status(status) => run_status(&status),
        Command::Completions { shell } => print(|output| {
            clap_complete::generate(shell, &mut Cli::command(), "moda-agent", output);
            Ok(())
        }),
        Command::Man => print(moda_agent::manual::write),
    }
}

fn run_sessions(sessions: &Sessions) -> Exit {
    let console = Console::new(sessions.output);
    tell_panics(sessions.output);
    let places = Places::new(&sessions.paths, &variable);
    let result = pipeline::sessions(&places, &console).and_then(|accounts| {
        console.end();
        let exit = accounts.exit(sessions.strict);
        accounts.print(sessions.format, home(&variable).as_deref(), &console).map(|()| exit)
    });
    end(&console, result)
}

fn run_diff(diff: &Diff) -> Exit {
    let (started, console) = (Instant::now(), Console::new(diff.output));
    tell_panics(diff.output);
    let result = DiffSettings::new(diff, &variable).and_then(|settings| pipeline::diff(&settings, &console)).and_then(
        |comparison| {
            console.end();
            let exit = comparison.exit(diff.strict);
            comparison.print(diff.format, &console, started.elapsed()).map(|()| exit)
        },
    );
    end(&console, result)
}

fn run_status(status: &Status) -> Exit {
    let console = Console::new(status.output);
    tell_panics(status.output);
    let result = StatusSettings::new(status, &variable).and_then(|settings| {
        let overview = pipeline::standing(&settings, &console)?;
        console.end();
        overview.print(status.format, settings.home.as_deref(), &console).map(|()| Exit::Done)
    });
    end(&console, result)
}

/// The program's last word. A reader that went away has all that it wanted.
fn end(console: &Console, result: Result<Exit, Error>) -> Exit {
    console.end();
    match result {
        Err(error) if error.exit() != Exit::Done => fail(console, &error),
        result => result.unwrap_or(Exit::Done),
    }
}

/// Compares with what was delivered; sends nothing.
fn run_delivered(upload: &Upload) -> Exit {
    let (started, console) = (Instant::now(), Console::new(upload.output));
    tell_panics(upload.output);
    let compared = upload.diff_format().and_then(|format| {
        let comparison = pipeline::delivered(&Settings::new(upload, &variable)?, &console)?;
        console.end();
        let exit = comparison.exit(upload.strict);
        comparison.print(format, &console, started.elapsed()).map(|()| exit)
    });
    end(&console, compared)
}

fn run_upload(upload: &Upload) -> Exit {
    if upload.diff {
        return run_delivered(upload);
    }
    let (started, report) = (Instant::now(), Arc::new(UploadReport::new(upload.output)));
    tell_panics(upload.output);
    let result = Settings::new(upload, &variable).and_then(|settings| {
        report.summary().is_dry_run = matches!(settings.output, OutputSettings::Print(_));
        pipeline::upload(&settings, &report, &listen(&settings)?)
    });
    report.console.end();
    if let Err(error) = &result
        && error.exit() == Exit::Done
    {
        return Exit::Done;
    }
    let summary = report.summary();
    if summary.has_begun {
        summary.print(&report.console, started.elapsed());
    }
    result.map_or_else(|error| fail(&report.console, &error), |()| summary.exit(upload.strict))
}

/// Where nothing is left half done, a signal simply ends the program: it can be blocked by a pipe.
fn listen(settings: &Settings) -> Result<Stop, Error> {
    let leaves_halves = match &settings.output {
        OutputSettings::Http(_) => true,
        OutputSettings::File(path) => !path.metadata().is_ok_and(|metadata| !metadata.is_file()),
        OutputSettings::Print(_) | OutputSettings::Stdout => false,
    };
    if !leaves_halves {
        return Ok(Stop::default());
    }
    Stop::on_signals()
        .map_err(|error| Error::usage(format!("Cannot listen to signals: {error}."), "Please report this."))
}

fn fail(console: &Console, error: &Error) -> Exit {
    console.error(error);
    error.exit()
}

fn print(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Exit {
    let mut output = Vec::new();
    let printed = write(&mut output).and_then(|()| io::stdout().write_all(&output)).and_then(|()| io::stdout().flush());
    match printed.map_err(|error| Error::cannot_print(&error)) {
        Err(error) if error.exit() != Exit::Done => fail(&Console::plain(), &error),
        _ => Exit::Done,
    }
}
