"""Whether records are still those that a model was learned from, and what a run says of it."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from unequal.identity.matching.coding import Records, coded_records
from unequal.identity.matching.drift import GROWN, MOVED, Drift, stability
from unequal.identity.matching.settling import Constraints, Settled, settle
from unequal.identity.run_figures import figures_of_run

FEATURES = ("given", "family", "birth_date", "email")


def people(count: int, *, first: int = 0, knowing: float = 1.0, misspelt: float = 0.05) -> Records:
    """Records of made persons, two of each; some know no birth date, and some second e-mails have a slip."""
    draw = random.Random(first + 3)
    rows = []
    for number in range(first, first + count):
        given, family = f"g{draw.randrange(60)}abc", f"f{draw.randrange(200)}xyz"
        born = f"19{draw.randrange(40, 99)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        mail = f"{given}.{family}.{number}@post.com"
        for again in (False, True):
            slip = again and draw.random() < misspelt
            own = {"given": given, "family": family, "birth_date": born, "email": mail.replace("post", "psot") if slip else mail}
            rows.append(own if draw.random() < knowing else {**own, "birth_date": None})
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in FEATURES})
    return coded_records(table, FEATURES)


def settled(records: Records, learned: Settled | None = None) -> Settled:
    nothing = np.full(records.count, -1, dtype=np.int64)
    return settle("person", records, Constraints(nothing, nothing), model=learned.model if learned else None)


@pytest.fixture(scope="module")
def learned() -> Settled:
    return settled(people(500))


@pytest.mark.parametrize(
    ("expected", "found", "index"),
    [
        # (0.75 - 0.5) ln 1.5 + (0.25 - 0.5) ln 0.5
        ([0.5, 0.5], [0.75, 0.25], 0.25 * math.log(1.5) + 0.25 * math.log(2)),
        ([0.9, 0.1], [0.9, 0.1], 0.0),
        # Counts are made shares, and nothing at all counts as a ten-thousandth.
        ([3.0, 1.0], [10.0, 0.0], 0.25 * math.log(1 / 0.75) + (1e-4 - 0.25) * math.log(1e-4 / 0.25)),
    ],
)
def test_the_index_is_the_one_worked_out_by_hand(expected, found, index):
    assert stability(np.array(expected), np.array(found)) == pytest.approx(index, abs=1e-12)


def test_records_that_a_model_was_learned_from_and_others_like_them_have_not_moved(learned):
    for drift in (learned.drift, settled(people(500, first=900), learned).drift):
        assert not drift.retrain
        assert set(drift.levels) == {"given name", "family name", "birth date", "e-mail"}
        assert max(*drift.levels.values(), *drift.unknown.values()) < MOVED / 2


def test_records_that_no_longer_know_a_birth_date_are_seen(learned):
    drift = settled(people(500, knowing=0.5), learned).drift
    assert drift.retrain
    assert [name for name, index in drift.unknown.items() if index > MOVED] == ["birth date"]


def test_matches_that_agree_otherwise_than_then_are_seen(learned):
    drift = settled(people(500, misspelt=0.7), learned).drift
    assert drift.retrain
    assert [name for name, index in drift.levels.items() if index > MOVED] == ["e-mail"]


def test_few_matches_say_nothing_of_levels(learned):
    assert settled(people(40), learned).drift.levels == {}


def test_a_base_that_has_outgrown_its_model_deserves_a_new_one(learned):
    drift = learned.drift
    assert not replace(drift, growth=GROWN).retrain
    assert replace(drift, growth=GROWN + 0.01).retrain


def rows(drift: Drift, *, keys: int = 2, **named: float) -> list[dict[str, object]]:
    figures = {"link_from": 3.0, "records": 10.0, "pairs_compared": 20.0, "false_share_expected": 0.01, "matches_missed_expected": 4.2,
               **drift.figures(), **named}  # fmt: skip
    told = [{"kind": "person", "name": name, "place": 0, "value": value, "text": None} for name, value in figures.items()]
    return [*told, *({"kind": "person", "name": "key", "place": at, "value": None, "text": "phone"} for at in range(keys))]


def test_a_run_says_in_a_few_figures_how_it_matched_and_why_a_new_model_is_advised():
    moved = Drift({"e-mail": 0.31, "phone": 0.1}, {"phone": 0.25, "e-mail": 0.0}, 2.5)
    assert figures_of_run(rows(moved)) == {
        "person": {
            "records": 10, "pairs": 20, "keys": 2, "threshold": 3.0, "probability": 0.8889, "false_share": 0.01, "missed": 4.2,
            "retrain": [
                "2.5 times the records that the model was learned from",
                "e-mail: matches agree otherwise than then (stability index 0.31)",
                "phone: known on more or fewer records than then (stability index 0.25)",
            ],
        }
    }  # fmt: skip
    still = figures_of_run(rows(Drift({}, {}, 1.0), keys=1))["person"]
    assert (still["retrain"], still["missed"]) == ([], None), "one key alone says nothing of what it has not reached"
