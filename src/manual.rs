//! The man page, from the command line's definition.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::cli::Cli;

/// Writes `moda-agent.1`: the program, then each command.
pub fn write(output: &mut impl Write) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(output)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let page = clap_mangen::Man::new(subcommand.clone());
        page.render_synopsis_section(output)?;
        page.render_description_section(output)?;
        page.render_options_section(output)?;
    }
    Ok(())
}
