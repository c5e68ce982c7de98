"""What the environment gives a config: `${NAME}` in its texts, and the folder of public data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs

from unequal.config.document import Document, Refused
from unequal.config.problems import KeyPath, Problem, holds_password, shown

DATA: Final = "UNEQUAL_DATA"
_PIECE: Final = re.compile(r"\$\{([^{}]{0,255})\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def data_folder(environment: Mapping[str, str]) -> Path:
    """The folder of public data sets: what UNEQUAL_DATA says, or the user's cache.

    A relative UNEQUAL_DATA is relative to the folder the command is run in, not to the config.
    """
    given = environment.get(DATA, "")
    return Path(given).expanduser().absolute() if given else Path(platformdirs.user_cache_dir("unequal"))


def expand(document: Document, environment: Mapping[str, str]) -> tuple[Any, frozenset[str]]:
    """The document's values with `${NAME}` replaced once, and the names that were used.

    A variable that is not set, or empty, is a problem of the document (CFG007), and so is a password
    in an address (CFG008), whether it was written in the file or came from the environment.
    """
    known = {**environment, DATA: str(data_folder(environment))}
    used: set[str] = set()

    def replaced(value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: replaced(below, (*path, key)) for key, below in value.items()}
        if isinstance(value, list):
            return [replaced(below, (*path, index)) for index, below in enumerate(value)]
        return _text(value, path) if isinstance(value, str) else value

    def _text(text: str, path: KeyPath) -> Any:
        problems = list(_problems_of_pieces(text, path, known))
        if not problems:
            used.update(_PIECE.findall(text))
            text = _PIECE.sub(lambda piece: known[piece[1]], text)
            problems = list(_problems_of_secrets(text, path, document.written.get(path, "")))
        document.problems.extend(problems)
        return Refused() if problems else text

    return replaced(document.values, ()), frozenset(used)


def _problems_of_pieces(text: str, path: KeyPath, known: Mapping[str, str]) -> list[Problem]:
    if "${" in _PIECE.sub("", text):
        do = "write ${NAME} with both braces, and a name of letters, digits and underscores"
        return [Problem("CFG007", "a piece ${NAME} is not complete", path, seen=shown(text), do=do)]
    problems = []
    for name in dict.fromkeys(_PIECE.findall(text)):
        if not _NAME.fullmatch(name):
            do = "write ${NAME} with a name of letters, digits and underscores"
            problems.append(Problem("CFG007", "a piece ${NAME} has no valid name", path, seen=shown(f"${{{name}}}"), do=do))
        elif not known.get(name):
            do = f"set {name} before the command, as in {name}=... unequal check, or write the value out"
            problems.append(Problem("CFG007", f"the variable {name} of the environment is not set", path, seen=shown(text), do=do))
    return problems


def _problems_of_secrets(text: str, path: KeyPath, written: str) -> list[Problem]:
    if not holds_password(text):
        return []
    do = "put the address into a variable and write env:NAME, or into a file and write file:PATH"
    # The text as the file has it: what came from the environment is never shown.
    return [Problem("CFG008", "a password must not stand in the config", path, seen=shown(written), do=do)]
