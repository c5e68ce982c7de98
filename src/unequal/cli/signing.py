"""In whose name something is done on the command line, and who had the shell."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click

from unequal import flow
from unequal.terms.errors import AccessError

Tell = Callable[[Sequence[str]], None]
PERSON: Final = "person:"
"""What the API puts before the name of somebody who signed in: one person is one author, by whichever way he comes."""


def person_option(words: str, *, required: bool = False) -> Callable[..., Any]:
    """The option `--as`: in whose name."""
    return click.option("--as", "person", metavar="PERSON", required=required, help=words)


@contextmanager
def signing(directory: str, function: str, person: str | None, done: str | None = None) -> Iterator[tuple[str, Tell]]:
    """In whose name something is done, and what writes into the audit of which things it was done, and who had the shell.

    Once people may sign in, it is one of them, with a role that allows it: what the API asks of a person, the command line does too.

    Args:
        directory: of the project.
        function: what the person must be allowed to do.
        person: whom `--as` names; the user of this machine by default.
        done: what the audit calls it; the function by default.

    Raises:
        AccessError: ACC012, nobody is called that; ACC002, the person may not.
    """
    from unequal import access

    given = (person or getpass.getuser()).strip()
    members = flow.people.open_people(flow.open_project(directory))
    try:
        known = members.named(given)
        if known is not None and known.disabled_at is None:
            access.permissions.check(access.Caller(f"{PERSON}{given}", frozenset(known.roles.split())), function)
        elif members.people():
            raise AccessError(
                "ACC012", "there is no such person", where="--as", seen=given, do="name one of `unequal people list` who may sign in"
            )

        def tell(subjects: Sequence[str]) -> None:
            for subject in subjects:
                members.tell(f"cli:{getpass.getuser()}", done or function, subject, f"in the name of {given}")

        yield f"{PERSON}{given}", tell
    finally:
        members.close()
