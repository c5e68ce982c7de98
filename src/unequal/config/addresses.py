"""Addresses of databases: named in the config, followed only when they are needed, never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from unequal.config.environment import data_folder
from unequal.terms.errors import ConfigError

__all__ = ["NO_REFERENCE", "data_folder", "follow", "is_reference", "reference_to"]

_PREFIXES: Final = ("env:", "file:")
NO_REFERENCE: Final = "not a reference"
_LONGEST_ADDRESS: Final = 10_000


def is_reference(text: str) -> bool:
    """Whether a text names a secret: `env:NAME` or `file:PATH`."""
    return text.startswith(_PREFIXES)


def reference_to(what: str) -> Callable[[str], str]:
    """A check that a text names a secret, and is none: it hands the text back, or refuses it by ValueError.

    >>> reference_to("a write key")("env:SHOP_KEY")
    'env:SHOP_KEY'
    """

    def checked(text: str) -> str:
        if not is_reference(text) or text.partition(":")[2].strip() == "":
            raise ValueError(f"{NO_REFERENCE}: {what} is named by env:NAME or file:PATH, and never written here")
        return text

    return checked


def follow(reference: str, environment: Mapping[str, str], folder: Path, *, where: str = "") -> SecretStr:
    """The value that a reference names, wrapped so that it does not show in a log or a message.

    Args:
        reference: `env:NAME`, or `file:PATH` relative to `folder`.
        environment: the variables of the environment.
        folder: the config's folder.
        where: the place of the reference in the config, for the error.

    Raises:
        ConfigError: CFG009, nothing is there, or it is empty.
    """
    kind, _, name = reference.partition(":")
    value = environment.get(name, "") if kind == "env" else _content(folder / Path(name).expanduser())
    if not value.strip():
        do = f"set {name} in the environment" if kind == "env" else f"write the address into the file {name}, readable by you alone"
        raise ConfigError("CFG009", "a reference to a secret leads nowhere", where=where, seen=reference, do=do)
    return SecretStr(value.strip())


def _content(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST_ADDRESS)
    except (OSError, UnicodeDecodeError):
        return ""
