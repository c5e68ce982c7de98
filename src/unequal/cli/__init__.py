"""The command line: parse, call one function, print. Exit codes: 0 done, 1 the data or a check says no, 2 wrong usage."""

from unequal.cli.commands import main

__all__ = ["main"]
