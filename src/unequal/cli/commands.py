"""The group of commands, what they share, and how an error is told."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

from unequal.terms.errors import Problems, StorageError, UnequalError
from unequal.version import __version__

COMMANDS: Final[Mapping[str, Mapping[str, str]]] = {
    "starting": {
        "demo": "Make the company Meridian, run the whole job on it, and say where to look.",
        "init": "Write a config: a commented starter, or one that already runs on the FILES given.",
        "check": "Hold the config against the files' headers, without reading their data.",
        "assess": "Say of each source what to know before trusting it, and suggest a mapping.",
        "data": "Public data sets to try Unequal on.",
    },
    "running": {
        "run": "Read the sources, book and reconcile every dollar, and publish the base.",
        "status": "What is published, and which runs are kept.",
        "runs": "The calendar of kept runs with their trends, and what each changed and why.",
    },
    "asking": {
        "ask": "Ask the base a question, such as profit, new or lost.",
        "report": "Write a self-contained HTML report: each question a page with findings and charts, tables folded, every number with its "
        "meaning.",
        "export": "Take a table out, safe to open in a spreadsheet: customers and entries can be narrowed as a question is.",
    },
    "examining": {
        "customer": "One customer: who, worth, why, what happened, how we know. By id, or SOURCE:RECORD_ID.",
        "explain": "How it came to be: one entry of the ledger, back to the row of the file it came from.",
    },
    "identifying": {
        "identify": "Which customer somebody is: given_name=Ann family_name=Lee postcode=89132, or any attribute or key of the config.",
    },
    "reviewing": {"review": "Settle doubtful matches: lists them, the most dollars first, one in ten drawn at random."},
    "playbook": {
        "playbook": "Ready policies and tiers to begin with: lists them, or writes the policies named into policies/ and says what unequal.yaml lacks."
    },
    "policing": {"policies": "Policies: written by one person, previewed, approved by another; they act until retired."},
    "tiering": {
        "tiers": "Levels of service: customers, what they bring and cost in 12 months; and whom rules would move, before they act."
    },
    "hosting": {"hosts": "What hosts and account managers should do: for whom, why, until when; and what came of it."},
    "erasing": {
        "erase": "Take a person out of the state, of every kept run and of what lies beside them; the dollars stay, and lead to nobody.",
    },
    "audiences": {"decide": "Decide for the whole base what to do for each customer, reserve it, and hand it over."},
    "simulating": {"simulate": "Try out what has not been done yet: routing of contacts."},
    "serving": {
        "serve": "Answer at the moment of contact: the API, from the published run and the state.",
        "people": "Who may sign in, and as what; and what the audit says they did.",
        "keys": "Keys for programs: a source's events, or a service.",
    },
}
"""By the module that has them: every command and its help's first paragraph, so that listing them loads none of what they use."""


class Later(click.Command):
    """A command whose module is imported when the command is used."""

    def __init__(self, module: str, name: str, words: str) -> None:
        super().__init__(name, help=words)
        self._module = module

    def loaded(self) -> click.Command:
        """The command itself."""
        found: click.Command = next(each for each in import_module(f"unequal.cli.{self._module}").COMMANDS if each.name == self.name)
        return found


class Told(click.Group):
    """A group that tells an error of ours as it is, without a stack trace, and exits with 1; its commands are loaded as they are used."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """See click; a command that was only listed so far is loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.loaded() if isinstance(command, Later) else command, rest

    def invoke(self, ctx: click.Context) -> Any:
        # Taken now: click empties the arguments as it hands them on.
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except UnequalError as error:
            told: UnequalError = error
        except OSError as error:
            if error.errno == errno.EPIPE or error.filename is None:
                raise
            told = _of_the_system(error)
        _tell(told, as_json=as_json)
        return ctx.exit(1)


def _tell(error: UnequalError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"problems": [_fields(problem) for problem in _each(error)]}, indent=2))
    else:
        click.echo(str(error), err=True)


def _of_the_system(error: OSError) -> StorageError:
    return StorageError("STO011", "a file or folder cannot be used", where=str(error.filename), seen=error.strerror or type(error).__name__,
                        do="see that it is there, and that you may read it and write to it")  # fmt: skip


def _each(error: UnequalError) -> tuple[UnequalError, ...]:
    return tuple(each for problem in error.problems for each in _each(problem)) if isinstance(error, Problems) else (error,)


def _fields(error: UnequalError) -> dict[str, str]:
    return {"code": error.code, "what": error.what, "where": error.where, "seen": error.seen, "do": error.do}


@click.group(cls=Told, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="unequal")
@click.option("-C", "--directory", default=".", metavar="DIR", help="The project's folder, or its config; this folder by default.")
@click.pass_context
def main(ctx: click.Context, directory: str) -> None:
    """Know what each of your customers is worth in dollars, and why."""
    ctx.obj = directory


for _module, _listed in COMMANDS.items():
    for _name, _words in _listed.items():
        main.add_command(Later(_module, _name, _words))
