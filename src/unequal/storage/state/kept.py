"""Texts that decisions were made by, each kept once under its digest."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from unequal.storage.state.group_commit import Writer
from unequal.storage.state.metadata import METADATA
from unequal.terms.errors import LiveError

KEPT: Final = sa.Table(
    "kept_text",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

_ONCE: Final = sa.text("INSERT INTO kept_text (digest, text) VALUES (:digest, :text) ON CONFLICT (digest) DO NOTHING")


class KeptTexts:
    """Texts by their digests; safe for threads."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def put(self, digest: str, text: str) -> None:
        """Keep a text, once."""
        with self._engine.connect() as connection:
            known = connection.execute(sa.select(KEPT.c.digest).where(KEPT.c.digest == digest)).first()
        if known is None:
            self._writer.write(lambda connection: connection.execute(_ONCE, {"digest": digest, "text": text}) and None)

    def get(self, digest: str) -> str:
        """A text by its digest. LIV105: none of it is kept."""
        with self._engine.connect() as connection:
            found: str | None = connection.execute(sa.select(KEPT.c.text).where(KEPT.c.digest == digest)).scalar()
        if found is None:
            raise LiveError("LIV105", "the rules that a decision was made by are not kept", seen=digest[:12], do="restore the state whole")
        return found
