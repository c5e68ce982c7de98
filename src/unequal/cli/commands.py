"""The group of commands, what they share, and how an error is told."""

from __future__ import annotations

import errno
import json
from typing import Any

import click

from unequal.cli import asking, examining, identifying, reviewing, running, starting
from unequal.terms.errors import Problems, StorageError, UnequalError
from unequal.version import __version__


class Told(click.Group):
    """A group that tells an error of ours as it is, without a stack trace, and exits with 1."""

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


for command in (*starting.COMMANDS, *running.COMMANDS, *asking.COMMANDS, *examining.COMMANDS, *identifying.COMMANDS, *reviewing.COMMANDS):
    main.add_command(command)
