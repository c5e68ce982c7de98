"""Words that are nobody's but one person's, and a scan of every byte for them in whatever form."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

PLACES = (
    "given", "family", "mail", "street", "note", "delivery", "scrap", "visitor", "trait_name", "trait_mail", "said", "message", "refused",
    "evidence", "likes", "reason", "author", "outbox", "report", "passed_on", "gift", "numbered",
)  # fmt: skip
"""Where each canary of a person sits."""


def canaries(person: str) -> dict[str, str]:
    """Words of one person, one for each place, and a telephone number."""
    words = {place: f"zq{place.replace('_', '')}{person}xv" for place in PLACES}
    return {**words, "phone": f"30901{sum(map(ord, person)):04d}77"}


def forms(word: str) -> Iterator[bytes]:
    """A word as it may stand somewhere: as it is, in capitals, hashed, in base64 at whatever place of a text."""
    for text in {word, word.upper(), word.capitalize()}:
        raw = text.encode()
        yield raw
        for digest in (hashlib.md5(raw, usedforsecurity=False), hashlib.sha256(raw)):
            yield digest.hexdigest().encode()
            yield digest.digest()
        for shift in range(3):
            # The letters that do not depend on what stands before and behind.
            yield base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 :].rstrip(b"=")[:-2]


def hits(folder: Path, words: Iterable[str]) -> list[str]:
    """Where below a folder one of some words stands, in any form; Parquet is read as it is and decompressed."""
    wanted = [(word, form) for word in words for form in forms(word)]
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        said = b"\0".join(contents(path))
        found += [f"{path.relative_to(folder)}: {word}" for word in sorted({word for word, form in wanted if form in said})]
    return found


def contents(path: Path) -> list[bytes]:
    """All that a file says."""
    raw = path.read_bytes()
    return [raw, repr(pq.read_table(path).to_pydict()).encode()] if path.suffix == ".parquet" else [raw]
