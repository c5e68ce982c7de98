"""The playbook: policies that are ready, each in a file that a marketing manager can read, with what each needs of the section `live`.

They lie beside this module. `plays` reads them, `missing` says what of their needs a project does not have yet. Levels of service that are ready lie in
`tiers`, and `service_levels` reads them: they are all needs and no policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

__all__ = ["Play", "missing", "plays", "service_levels"]


@dataclass(frozen=True, slots=True)
class Play:
    """One ready policy, or ready levels of service.

    Args:
        name: of the policy, and of its file; tiers_NAME of levels of service.
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
    return _read_all(files(__name__), "")


def service_levels() -> dict[str, Play]:
    """Ready levels of service with their routing, by name: what they need of `live` is all that they are."""
    return _read_all(files(__name__) / "tiers", "tiers_")


def _read_all(folder: Traversable, prefix: str) -> dict[str, Play]:
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        name, _, kind = file.name.rpartition(".")
        if kind == "yaml":
            found[prefix + name] = _play(prefix + name, file.read_text(encoding="utf-8"))
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
