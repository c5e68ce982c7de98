"""The playbook: policies that are ready, each in a file that a marketing manager can read, with what each needs of the section `live`.

They lie beside this module. `plays` reads them, `missing` says what of their needs a project does not have yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["Play", "missing", "plays"]


@dataclass(frozen=True, slots=True)
class Play:
    """One ready policy.

    Args:
        name: of the policy, and of its file.
        about: what it does, in a sentence.
        text: the file, as it is written into a project.
        needs: what it needs of the section `live`, as in unequal.yaml.
    """

    name: str
    about: str
    text: str
    needs: Mapping[str, Any]


def plays() -> dict[str, Play]:
    """Every ready policy, by name."""
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        name, _, kind = file.name.rpartition(".")
        if kind == "yaml":
            found[name] = _play(name, file.read_text(encoding="utf-8"))
    return found


def _play(name: str, text: str) -> Play:
    comments = [line.removeprefix("#").removeprefix(" ") for line in text.split("\n\n", 1)[0].splitlines()]
    needs = comments[comments.index("live:") :]
    return Play(name, comments[0], text, yaml.safe_load("\n".join(needs))["live"])


def missing(needs: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """What a section `live` lacks of what is needed; what it says otherwise is its own affair, and stands.

    Args:
        needs: of a play.
        live: of a project, as it is written.
    """
    found: dict[str, Any] = {}
    for name, value in needs.items():
        if name not in live:
            found[name] = value
        elif isinstance(value, Mapping) and isinstance(live[name], Mapping):
            lacking = missing(value, live[name])
            if lacking:
                found[name] = lacking
    return found
