"""A base that holds nobody twice stays as it is, though its e-mails are made of names and numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.identity.bases import Base, project

from unequal import storage

FIRST, MIDDLE = ("jo", "ma", "da", "ga", "le", "ri", "sa", "te", "vi", "wi", "ka", "no"), ("ri", "lan", "be", "do", "mi")
GIVEN = [first + middle + last for first in FIRST for middle in MIDDLE for last in ("se", "e", "on", "elle", "na")]
FAMILY = [
    first + last
    for first in ("car", "ku", "de", "tan", "sto", "le", "bry", "mur", "co", "gom", "san", "me")
    for last in ("ter", "mar", "ng", "ez")
]


@pytest.mark.parametrize("dated", [True, False], ids=["with birth dates", "by names alone"])
@pytest.mark.parametrize("seed", [1, 2])
def test_namesakes_with_like_emails_are_not_taken_for_one(duckdb_engine: storage.Engine, tmp_path: Path, seed: int, dated: bool) -> None:
    chance = np.random.default_rng(seed)
    people = []
    numbered: dict[str, int] = {}
    for at in range(9_000):
        given, family = GIVEN[min(int(chance.exponential(80)), len(GIVEN) - 1)], FAMILY[int(chance.integers(len(FAMILY)))]
        numbered[given] = numbered.get(given, -1) + 1
        born = f"{1940 + int(chance.integers(60))}-{1 + int(chance.integers(12)):02}-{1 + int(chance.integers(28)):02}"
        mail = f"{given}{numbered[given]}@adventures.example"
        people.append({"id": f"p{at}", "given": given, "family": family, "mail": mail, **({"born": born} if dated else {})})
    customers = set(Base(duckdb_engine, tmp_path, project()).run({"crm": people}).values())
    # Two in a thousand may share name, day and all but a digit of their e-mail.
    assert len(customers) >= 9_000 * 0.998
