"""Ten thousand ways to tamper with the audit, and each shows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from unequal.storage.state import Entry, Head
from unequal.storage.state.audit import BEGINNING, faults, sealed

BEGIN = datetime(2026, 3, 2, 9, 30)
TAMPERINGS = 10_000


def chain(length: int, salt: str = "") -> list[Entry]:
    """A whole chain."""
    made: list[Entry] = []
    previous = BEGINNING
    for number in range(1, length + 1):
        at = BEGIN + timedelta(seconds=number * 37)
        made.append(sealed(number, at, f"person:{number % 5}", "policies.approve", f"p{number % 7}", f"{salt}reason {number}", previous))
        previous = made[-1].seal
    return made


def heads_of(entries: list[Entry], every: int = 10) -> list[Head]:
    """Heads that were taken out now and then, the last among them."""
    return [Head(entry.number, entry.seal) for entry in entries if entry.number % every == 0 or entry is entries[-1]]


def edit(entries: list[Entry], draw: random.Random) -> list[Entry]:
    place = draw.randrange(len(entries))
    name = draw.choice([field.name for field in fields(Entry)])
    now = getattr(entries[place], name)
    changed = now + 1 if isinstance(now, int) else now + timedelta(microseconds=1) if isinstance(now, datetime) else changed_text(now, draw)
    return [*entries[:place], replace(entries[place], **{name: changed}), *entries[place + 1 :]]


def changed_text(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    return text[:place] + ("0" if text[place : place + 1] != "0" else "1") + text[place + 1 :]


def edit_and_seal(entries: list[Entry], draw: random.Random) -> list[Entry]:
    """An edit by somebody who knows how seals are made, and seals the entry, or all from there on, anew."""
    place, is_thorough = draw.randrange(len(entries)), draw.random() < 0.5
    done = list(entries)
    for at in range(place, len(entries) if is_thorough else place + 1):
        entry = done[at]
        previous = done[at - 1].seal if at else BEGINNING
        detail = "nothing happened" if at == place else entry.detail
        done[at] = sealed(entry.number, entry.at, entry.actor, entry.action, entry.subject, detail, previous)
    return done


def delete(entries: list[Entry], draw: random.Random) -> list[Entry]:
    place = draw.randrange(len(entries) - 1)
    return [*entries[:place], *entries[place + draw.randint(1, 3) :]]


def reorder(entries: list[Entry], draw: random.Random) -> list[Entry]:
    one, other = draw.sample(range(len(entries)), 2)
    done = list(entries)
    done[one], done[other] = done[other], done[one]
    if draw.random() < 0.5:
        # The numbers stay in order, what they number does not.
        done[one], done[other] = replace(done[one], number=one + 1), replace(done[other], number=other + 1)
    return done


def truncate(entries: list[Entry], draw: random.Random) -> list[Entry]:
    return entries[: draw.randrange(len(entries))]


def insert(entries: list[Entry], draw: random.Random) -> list[Entry]:
    place = draw.randrange(len(entries))
    return [*entries[:place], entries[draw.randrange(len(entries))], *entries[place:]]


WAYS: list[Callable[[list[Entry], random.Random], list[Entry]]] = [edit, edit_and_seal, delete, reorder, truncate, insert]


def unseen(ways: list[Callable[[list[Entry], random.Random], list[Entry]]], count: int) -> int:
    """How many of so many tamperings do not show."""
    draw = random.Random(20260302)
    missed = 0
    for number in range(count):
        entries = chain(draw.randint(4, 24), salt=str(number % 17))
        tampered = ways[number % len(ways)](entries, draw)
        assert tampered != entries
        missed += not faults(tampered, heads_of(entries))
    return missed


def test_ten_thousand_edits_deletions_reorders_and_truncations_are_all_found() -> None:
    assert unseen(WAYS, TAMPERINGS) == 0


def test_a_whole_chain_has_no_fault() -> None:
    entries = chain(50)
    assert faults(entries, [Head(0, BEGINNING), *heads_of(entries)]) == []
    assert faults([], [Head(0, BEGINNING)]) == []


def test_a_chain_written_anew_shows_by_the_heads_that_were_kept_and_by_them_alone() -> None:
    assert faults(chain(20, salt="other")) == []
    assert faults(chain(20, salt="other"), heads_of(chain(20))) != []


def test_the_harness_turns_red_where_the_chain_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without heads, truncations and chains sealed anew go unseen: the harness says so."""
    monkeypatch.setitem(unseen.__globals__, "heads_of", lambda entries: [])
    assert unseen(WAYS, 300) > 0


def test_the_time_is_sealed_to_the_microsecond_and_texts_cannot_run_into_each_other() -> None:
    one = sealed(1, BEGIN, "a", "b", "c", "d", BEGINNING)
    assert sealed(1, BEGIN + timedelta(microseconds=1), "a", "b", "c", "d", BEGINNING).seal != one.seal
    assert sealed(1, BEGIN, "a", "bc", "", "d", BEGINNING).seal != one.seal
    assert sealed(1, BEGIN, 'a","b', "c", "", "d", BEGINNING).seal != one.seal
