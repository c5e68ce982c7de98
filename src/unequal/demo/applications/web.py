"""The web shop: sign-ups and visits as JSON lines, times in UTC."""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.demo.applications.bad_rows import spoil_sessions
from unequal.demo.applications.labels import tell_others, tell_persons
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Ints, Texts, filled, texts
from unequal.demo.contact_points import phones_as
from unequal.demo.ink import Ink
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.records import NO_BIRTH
from unequal.demo.registers import record_on
from unequal.demo.text_files import clock, glued, json_lines, whole
from unequal.demo.timeline import written

ISO: Final = "%Y-%m-%d"
USERS: Final = "web/signups.jsonl"
SESSIONS: Final = "web/sessions.jsonl"
TESTS: Final = 5
CARTS: Final = ("none", "left", "ordered")


def write(ink: Ink, cell: Cell) -> None:
    """Sign-ups and visits of one cell."""
    ids = cell.registers["web"].ids("W{:08d}")
    _write_users(ink, cell, ids)
    _write_sessions(ink, cell, ids)
    if cell.number == 0:
        _write_tests(ink)
        spoil_sessions(ink, SESSIONS)


def _write_users(ink: Ink, cell: Cell, ids: Texts) -> None:
    register = cell.registers["web"]
    seen, chance = register.seen, generator(ink.world.seed, cell.number, "web")
    birth = np.where(seen.birth == NO_BIRTH, "", written(np.maximum(seen.birth, -40_000), ISO))
    # Some sign up from their shop account: the shop's number comes along.
    row = record_on(cell.registers["shop"], register.person, register.created_on, len(cell.people))
    linked = (row != NOBODY) & (happens(chance, len(row), 0.30))
    number = np.where(linked, cell.registers["shop"].ids("{:08d}")[np.maximum(row, 0)], "")
    moment = _moment(register.created_on, chance.integers(0, 86_400, len(register)))
    opted = np.where(happens(chance, len(register), 0.58), "true", "false")
    shop = {"user_id": (ids, "word"), "email": (seen.email, "text"), "first_name": (seen.given, "text"), "last_name": (seen.family, "text")}
    rest = {
        "birth_date": (birth, "word"), "phone": (phones_as(2, seen.phone), "text"), "street": (seen.street, "text"), "city": (seen.city, "text"),
        "postcode": (seen.postcode, "text"), "country": (seen.country, "word"), "shop_customer_no": (number, "word"),
        "newsletter": (opted, "bare"), "created_at": (moment, "word"),
    }  # fmt: skip
    ink.text(USERS).lines(json_lines(shop | rest))
    tell_persons(ink, cell, "web_users", ids, register)


def _moment(day: Ints, second: Ints) -> Arrow:
    return glued(written(day, ISO), "T", clock(second), "Z")


def _write_tests(ink: Ink) -> None:
    ids = texts([f"W0TEST{number:02d}" for number in range(TESTS)])
    none = filled("", TESTS)
    mail = texts([f"qa+{number}@meridian-test.example" for number in range(TESTS)])
    fields = {
        "user_id": (ids, "word"),
        "email": (mail, "text"),
        "first_name": (filled("Test", TESTS), "text"),
        "last_name": (filled("Tester", TESTS), "text"),
    }
    empty = dict.fromkeys(("birth_date", "phone", "street", "city", "postcode", "country", "shop_customer_no"), (none, "word"))
    last = {"newsletter": (filled("false", TESTS), "bare"), "created_at": (filled("2022-01-02T09:00:00Z", TESTS), "word")}
    ink.text(USERS).lines(json_lines(fields | empty | last))
    tell_others(ink, "web_users", ids, "test", texts([f"T{100 + number:03d}" for number in range(TESTS)]), np.ones(TESTS, np.int64))


def _write_sessions(ink: Ink, cell: Cell, ids: Texts) -> None:
    sessions = cell.sessions
    rows = len(sessions.user)
    numbers = scattered((cell.number * 400_000 + np.arange(rows)) % 10**8, 3)
    user = np.where(sessions.user == NOBODY, "", ids[np.maximum(sessions.user, 0)])
    device = texts(["phone", "computer", "tablet"])[generator(ink.world.seed, cell.number, "device").choice(3, rows, p=(0.55, 0.37, 0.08))]
    fields = {
        "session_id": (texts([f"S{number:08d}" for number in numbers.tolist()]), "word"),
        "user_id": (user, "word"), "started_at": (_moment(sessions.day, sessions.second), "word"),
        "duration_seconds": (whole(sessions.seconds), "bare"), "pages": (whole(sessions.pages), "bare"),
        "cart": (texts(list(CARTS))[sessions.cart], "word"), "device": (device, "word"),
    }  # fmt: skip
    ink.text(SESSIONS).lines(json_lines(fields))
