"""Verdicts, what they change, the review queue, and how right the links are."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

import pyarrow as pa
import pytest

from unequal import storage
from unequal.identity import stewardship
from unequal.identity.resolving import numbered_verdicts
from unequal.identity.stewardship import Record, Standing, Verdict, doubts
from unequal.identity.stewardship.accuracy import Share, draw_key
from unequal.identity.stewardship.verdicts import check_consistent
from unequal.terms.errors import IdentityError, Problems
from unequal.terms.ids import founding_customer_id

AT, DAY, LATER = datetime(2026, 3, 1, 9), date(2026, 1, 5), date(2026, 2, 1)


def crm(number: int | str) -> Record:
    return Record("crm", str(number))


def word(one: int, other: int, verdict: str, **more: Any) -> Verdict:
    return Verdict(*stewardship.in_order(crm(one), crm(other)), verdict, "jo", "seen", AT, **more)


# Verdicts agree, or are refused


def test_verdicts_that_agree_pass_in_any_number_and_order() -> None:
    check_consistent([])
    check_consistent([word(1, 2, "same"), word(2, 3, "same"), word(1, 3, "same"), word(4, 1, "different"), word(4, 2, "different")])
    check_consistent([word(1, 2, "different"), word(2, 3, "different"), word(1, 3, "different")])


def test_a_contradiction_shows_the_shortest_chain_from_end_to_end() -> None:
    verdicts = [word(1, 2, "same", action=4), word(2, 3, "same"), word(3, 5, "same"), word(2, 5, "same"), word(1, 5, "different")]
    with pytest.raises(IdentityError) as refused:
        check_consistent(verdicts)
    assert refused.value.seen == (
        "crm:1 = crm:2 (jo, 2026-03-01, action 4), crm:2 = crm:5 (jo, 2026-03-01, new), crm:1 ≠ crm:5 (jo, 2026-03-01, new)"
    )


def test_every_contradiction_is_told() -> None:
    with pytest.raises(Problems) as refused:
        check_consistent([word(1, 2, "same"), word(1, 2, "different"), word(3, 4, "same"), word(3, 4, "different")])
    assert len(refused.value.problems) == 2


def test_constraints_are_pairs_of_numbers_and_a_record_that_is_gone_demands_nothing() -> None:
    said = [
        (crm(1), crm(2), "same"),
        (crm(3), crm(1), "same"),
        (crm(1), crm(2), "same"),
        (crm(2), crm(3), "different"),
        (crm(1), crm(9), "same"),
    ]
    numbered = pa.table({"number": [7, 3, 5], "source": ["crm"] * 3, "record_id": [crm(at).record_id for at in (1, 2, 3)]})

    def pairs(words: list[tuple[Record, Record, str]], wanted: str) -> list[list[int]]:
        names = ("source_a", "record_id_a", "source_b", "record_id_b", "verdict")
        rows = [dict(zip(names, (*a, *b, verdict), strict=True)) for a, b, verdict in words]
        found = numbered_verdicts(numbered, pa.Table.from_pylist(rows, pa.schema(dict.fromkeys(names, pa.string())))).to_pylist()
        return [[row[side] for row in found if row["verdict"] == wanted] for side in ("a", "b")]

    assert pairs(said, "same") == [[3, 5], [7, 7]]
    assert pairs(said, "different") == [[3], [5]]
    assert [len(side) for side in pairs([], "same")] == [0, 0]


# What words change


def standing(members: dict[int, str], **more: Any) -> Standing:
    given = {"redirects": {}, "came": [], "went": {}, "verdicts": [], "links": [], "is_used": lambda name: False, **more}
    days = given.pop("days", {})
    return Standing(members={crm(at): (name, days.get(at, DAY)) for at, name in members.items()}, **given)


def links(*pairs: tuple[int, int]) -> list[tuple[Record, Record]]:
    return [(crm(a), crm(b)) for a, b in pairs]


def after(found: stewardship.Regrouped) -> dict[int, str]:
    return {int(record.record_id): name for record, name in found.customer.items()}


def test_in_a_merge_the_oldest_id_stays_whatever_its_size_or_name() -> None:
    found = stewardship.regroup(standing({1: "c_a", 2: "c_a", 3: "c_z"}, days={1: LATER, 2: LATER}), [word(1, 3, "same")])
    assert after(found) == {1: "c_z", 2: "c_z", 3: "c_z"}
    assert found.redirects == {"c_a": "c_z"}
    assert [(kind, record.record_id) for kind, record, _, _ in found.moves] == [("merged", "1"), ("merged", "2")]


def test_ids_that_led_to_a_customer_lead_on_when_it_is_merged_away() -> None:
    found = stewardship.regroup(standing({1: "c_a", 2: "c_b"}, redirects={"c_old": "c_b"}), [word(1, 2, "same")])
    assert found.redirects == {"c_b": "c_a", "c_old": "c_a"}


def test_two_different_records_part_along_the_evidence_and_what_hangs_on_neither_stays_with_the_larger_part() -> None:
    base = standing(dict.fromkeys(range(1, 7), "c_a"), links=links((1, 2), (3, 4), (2, 3), (2, 5)))
    found = stewardship.regroup(base, [word(1, 4, "different")])
    assert after(found) == {
        1: "c_a",
        2: "c_a",
        5: "c_a",
        6: "c_a",
        3: founding_customer_id("crm", "3"),
        4: founding_customer_id("crm", "3"),
    }


def test_what_is_said_to_be_the_same_parts_together_against_stronger_links() -> None:
    base = standing(dict.fromkeys((1, 2, 3), "c_a"), links=links((1, 2), (2, 3)), verdicts=[word(2, 3, "same")])
    assert len({after(stewardship.regroup(base, [word(1, 3, "different")]))[at] for at in (2, 3)}) == 1


def test_the_largest_part_keeps_the_id_and_a_new_one_is_never_one_that_was_used() -> None:
    used = {founding_customer_id("crm", "1"), f"{founding_customer_id('crm', '1')}_2"}
    base = standing(dict.fromkeys((1, 2, 3), "c_a"), links=links((2, 3)), is_used=used.__contains__)
    assert after(stewardship.regroup(base, [word(1, 2, "different")])) == {1: f"{founding_customer_id('crm', '1')}_3", 2: "c_a", 3: "c_a"}


@pytest.mark.parametrize("leaves", [(3, 4, 5), (1, 2)])
def test_a_part_that_had_an_id_of_its_own_gets_it_back_even_if_it_is_the_larger_one(leaves: tuple[int, ...]) -> None:
    """Records 3 to 5 were c_b before c_a took them in; whoever is named to leave, each side is called as before."""
    came = [(crm(at), "c_b") for at in (3, 4, 5)]
    base = standing(dict.fromkeys(range(1, 6), "c_a"), came=came, went={"c_b": frozenset({crm(3), crm(4), crm(5)})},
                    redirects={"c_b": "c_a"}, links=links((1, 2), (3, 4), (4, 5)))  # fmt: skip
    found = stewardship.regroup(base, [word(leaves[0], at, "different") for at in range(1, 6) if at not in leaves])
    assert after(found) == {1: "c_a", 2: "c_a", 3: "c_b", 4: "c_b", 5: "c_b"}
    assert found.redirects == {"c_b": None}


def test_an_id_does_not_come_back_for_the_smaller_share_of_those_who_had_it() -> None:
    base = standing(dict.fromkeys(range(1, 6), "c_a"), came=[(crm(at), "c_b") for at in (3, 4, 5)], redirects={"c_b": "c_a"},
                    went={"c_b": frozenset({crm(3), crm(4), crm(5)})}, links=links((1, 2), (2, 3), (3, 4)))  # fmt: skip
    found = stewardship.regroup(base, [word(5, at, "different") for at in range(1, 5)])
    assert after(found)[5] == founding_customer_id("crm", "5")
    assert found.redirects == {}


def test_old_ids_go_with_the_records_that_had_them() -> None:
    base = standing({1: "c_a", 2: "c_a", 3: "c_a"}, links=links((1, 2)), redirects={"c_three": "c_a", "c_two": "c_a"},
                    went={"c_three": frozenset({crm(3)}), "c_two": frozenset({crm(2)})})  # fmt: skip
    found = stewardship.regroup(base, [word(1, 3, "different")])
    assert found.redirects == {"c_three": after(found)[3]}


def test_whole_customers_that_hold_different_records_do_not_become_one() -> None:
    base = standing({1: "c_a", 2: "c_a", 3: "c_b", 4: "c_b"}, verdicts=[word(2, 4, "different", action=6)])
    with pytest.raises(IdentityError, match=r"IDN013(.|\n)*crm:2 ≠ crm:4(.|\n)*c_a and c_b(.|\n)*undo action 6"):
        stewardship.regroup(base, [word(1, 3, "same")])


# The queue

EDGES = {
    "source_a": "string", "record_id_a": "string", "source_b": "string", "record_id_b": "string", "basis": "string", "identifier": "string",
    "weight": "float64", "links": "boolean", "refused_because": "string",
}  # fmt: skip
OWNERS = {"source": "string", "record_id": "string", "customer_id": "string"}
BANDS = {"customer_id": "string", "amount": "decimal(28, 4)"}
AMOUNTS = {"source": "string", "record_id": "string", "amount": "decimal(28, 4)"}


def edge(a: int, b: int, basis: str = "weight", **more: Any) -> dict[str, Any]:
    return {"source_a": "crm", "record_id_a": f"{a:03}", "source_b": "crm", "record_id_b": f"{b:03}", "basis": basis, "links": True, **more}


def pairs(engine: storage.Engine, *edges: dict[str, Any], judged: tuple[tuple[int, int], ...] = ()) -> Any:
    verdicts = [{name: value for name, value in edge(a, b).items() if name in doubts.PAIR} for a, b in judged]
    return doubts.unjudged(doubts.pairs_of(engine.rows(EDGES, edges)), engine.rows(dict.fromkeys(doubts.PAIR, "string"), verdicts))


def numbers(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(int(row["record_id_a"]), int(row["record_id_b"])) for row in rows]


def test_a_pair_is_doubtful_near_the_threshold_or_where_its_link_was_refused(engine: storage.Engine) -> None:
    edges = [
        edge(1, 2, weight=4.0), edge(1, 3, weight=-3.0, links=False), edge(1, 4, weight=30.0), edge(1, 5, weight=-30.0, links=False),
        edge(1, 6, weight=30.0, links=False, refused_because="names"), edge(1, 7, "identifier", identifier="tax_id"),
        edge(1, 8, "identifier", identifier="email", links=False, refused_because="birth_dates"), edge(1, 9, "verdict"),
        edge(2, 3, "identifier", links=False, refused_because="verdict"), edge(2, 4, weight=1.0), edge(2, 4, "identifier", identifier="phone"),
    ]  # fmt: skip
    found = engine.fetch(doubts.doubtful(pairs(engine, *edges), threshold=1.0, within=5.0).order_by("record_id_a", "record_id_b"))
    assert numbers(found) == [(1, 2), (1, 3), (1, 6), (1, 8), (2, 4)]
    assert (found[-1]["weight"], found[-1]["identifier"], found[-1]["links"]) == (1.0, "phone", True)
    assert numbers(engine.fetch(doubts.doubtful(pairs(engine, *edges), threshold=None, within=5.0).order_by("record_id_b"))) == [
        (1, 6),
        (1, 8),
    ]
    left = doubts.doubtful(pairs(engine, *edges, judged=((1, 2), (2, 4))), threshold=1.0, within=5.0)
    assert numbers(engine.fetch(left.order_by("record_id_b"))) == [(1, 3), (1, 6), (1, 8)]


def test_the_threshold_is_the_lowest_weight_that_links(engine: storage.Engine) -> None:
    edges = [edge(1, 2, weight=4.0), edge(1, 3, weight=2.5), edge(1, 4, weight=2.0, links=False), edge(1, 5, "identifier")]
    assert engine.fetch(doubts.threshold_of(engine.rows(EDGES, edges))) == [{"threshold": 2.5}]
    assert engine.fetch(doubts.threshold_of(engine.rows(EDGES, edges[2:]))) == [{"threshold": None}]


def test_at_stake_is_the_smaller_side_of_two_customers_or_of_two_records_of_one(engine: storage.Engine) -> None:
    found = pairs(engine, edge(1, 2, weight=1.0), edge(2, 3, weight=1.0), edge(3, 4, weight=1.0))
    owners = [
        {"source": "crm", "record_id": f"{at:03}", "customer_id": name} for at, name in ((1, "c_a"), (2, "c_a"), (3, "c_b"), (4, "c_c"))
    ]
    bands = [{"customer_id": "c_a", "amount": D(90)}, {"customer_id": "c_b", "amount": D(-500)}]
    amounts = [{"source": "crm", "record_id": "001", "amount": D(100)}, {"source": "crm", "record_id": "002", "amount": D(-10)}]
    rows = doubts.with_stakes(found, engine.rows(OWNERS, owners), engine.rows(BANDS, bands), engine.rows(AMOUNTS, amounts))
    told = engine.fetch(rows.order_by("record_id_a"))
    assert [(row["customer_a"], row["customer_b"], row["at_stake"]) for row in told] == [
        ("c_a", "c_a", D(10)), ("c_a", "c_b", D(90)), ("c_b", "c_c", D(0))]  # fmt: skip


def test_nine_pairs_by_dollars_are_followed_by_one_by_lot(engine: storage.Engine) -> None:
    doubtful = [edge(0, at, weight=1.0) for at in range(1, 31)]
    sure = [edge(500, 500 + at, weight=40.0) for at in range(1, 41)]
    every = pairs(engine, *doubtful, *sure)
    owners = engine.rows(OWNERS, [{"source": "crm", "record_id": f"{at:03}", "customer_id": f"c_{at}"} for at in range(999)])
    bands = engine.rows(BANDS, [{"customer_id": f"c_{at}", "amount": D(at or 5000)} for at in range(999)])
    sides = (owners, bands, engine.rows(AMOUNTS, []))
    lots = doubts.drawn_at_random(every, 2)
    found = doubts.queue(
        doubts.with_stakes(doubts.doubtful(every, threshold=1.0, within=5.0), *sides), doubts.with_stakes(lots, *sides), limit=20
    )
    rows = engine.fetch(found)
    assert [row["position"] for row in rows] == list(range(1, 21))
    assert [row["position"] for row in rows if row["drawn"] == "random"] == [10, 20]
    drawn = sorted((*doubtful, *sure), key=lambda row: draw_key(_as_verdict(row)))[:2]
    assert numbers([row for row in rows if row["drawn"] == "random"]) == numbers(drawn)
    by_dollars = [row for row in rows if row["drawn"] == "dollars"]
    assert [row["at_stake"] for row in by_dollars] == sorted((row["at_stake"] for row in by_dollars), reverse=True)
    assert len(set(numbers(rows))) == 20


def _as_verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(Record("crm", row["record_id_a"]), Record("crm", row["record_id_b"]), "same", "jo", "", AT)


# How right the links are


@pytest.mark.parametrize(
    ("number", "of", "low", "high"),
    # Wilson's interval of these shares, as printed to four decimals in Newcombe 1998, table I (Statistics in Medicine 17).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(number: int, of: int, low: float, high: float) -> None:
    assert Share(number, of).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_not_known() -> None:
    assert (Share(0, 0).share, Share(0, 0).interval) == (None, (0.0, 1.0))


def test_accuracy_counts_the_lot_and_what_the_lot_would_have_drawn() -> None:
    by_lot = sorted((word(at, at + 1, "same") for at in range(0, 80, 2)), key=draw_key)

    def judged(at: int, drawn: str, verdict: str, linked: bool) -> Verdict:
        one = by_lot[at]
        return Verdict(one.a, one.b, verdict, "jo", "", AT, drawn, 1.0, linked)

    said = [judged(0, "random", "same", True), judged(1, "random", "different", True), judged(2, "dollars", "same", True),
            judged(3, "random", "same", False), judged(4, "random", "different", False), judged(30, "dollars", "different", True)]  # fmt: skip
    found = stewardship.accuracy(said)
    assert (found.right, found.missed) == (Share(2, 3), Share(1, 2))
    assert stewardship.accuracy([judged(3, "dollars", "same", True)]).right == Share(0, 0)
