"""Who is calling, once it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Caller:
    """A person signed in, a key, or a stranger.

    Args:
        name: as the audit knows him: `person:NAME`, `key:ID`, `anonymous`.
        roles: a person's roles; of a key its kind.
        scopes: of a service key: functions, and classes of fields as `fields.CLASS`.
        source: of an ingest key: whose events it brings.
        subject: the person's or the key's id.
    """

    name: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    source: str | None = None
    subject: str = ""

    @property
    def is_person(self) -> bool:
        return self.name.startswith("person:")


ANYBODY: Final = Caller("anonymous")
"""Somebody without a credential."""
