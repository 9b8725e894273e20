//! The program: command line, configuration, telemetry, and the wiring of the crates.
//!
//! # Layout
//! - [`cli`]: what can be typed; [`exit`]: what the program ends with
//! - [`serve`], [`demo`], [`import`]: the service, the service with its example, requests from a file
//! - [`store`], [`admin`]: keeping the store, from outside and while it is served
//! - [`audit`], [`witness`]: checking a log from outside, and vouching for what was seen of it
//! - [`witnesses`], [`time_authority`]: who is asked to vouch for what was signed; [`exporting`]: the whole log in a file;
//!   [`noting`]: the log of reads beside a store
//! - [`signing`]: who signs the log; [`signer`]: its key in a process of its own; [`seed`]: keys in files
//! - [`vault`]: the key above all keys of persons
//! - [`token`], [`regulations`], [`healthcheck`], [`telemetry`]

mod admin;
mod audit;
mod cli;
mod demo;
mod exit;
mod exporting;
mod healthcheck;
mod import;
mod noting;
mod opening;
mod progress;
mod regulations;
mod seed;
mod serve;
mod signer;
mod signing;
mod store;
mod telemetry;
mod time_authority;
mod token;
mod vault;
mod witness;
mod witnesses;

use clap::Parser;
use cli::{Cli, Command};
use exit::Exit;
use std::process::ExitCode;

/// Then, whatever was asked is done, and how it ended is the exit code.
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    telemetry::start(cli.log.clone(), cli.log_json);
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            exit.explain();
            exit.code()
        }
    }
}

/// What was typed cannot be read, or asks for help. 2 is what a violation is called among auditors, so their commands end
/// with another code.
fn misread(error: &clap::Error) -> ExitCode {
    let command = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let is_audit = command.is_some_and(|word| word == "audit");
    let _ = error.print();
    match error.exit_code() {
        2 if is_audit => ExitCode::from(::audit::Failure::Usage(String::new()).exit_code()),
        code => ExitCode::from(u8::try_from(code).unwrap_or(1)),
    }
}

fn run(cli: Cli) -> Result<(), Exit> {
    match cli.command {
        Command::Serve(options) => serve::run(&options, cli.json),
        Command::Demo(options) => demo::run(&options, cli.json),
        Command::Import(options) => import::run(&options, cli.json),
        Command::Token(command) => token::run(&command, cli.json),
        Command::Store(command) => store::run(&command, cli.json),
        Command::Signer(command) => signer::run(command, cli.json),
        Command::Regulations(command) => regulations::run(&command, cli.json),
        Command::Audit(command) => audit::run(&command, cli.json),
        Command::Vault(command) => vault::run(&command, cli.json),
        Command::Witness(command) => witness::run(command, cli.json),
        Command::Openapi => cli::print(&api::openapi_json().map_err(Exit::failed)?),
        Command::Healthcheck(options) => healthcheck::run(&options),
        Command::Completions { shell } => cli::completions(shell),
    }
}
