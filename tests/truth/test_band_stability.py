"""What is said of a band were things otherwise is what comes out when they are: by plain sums, and by a run after a steward's word."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from pathlib import Path
from typing import Any

from unequal import flow, identity
from unequal.flow import reviewing
from unequal.terms.lines import LINES_OF_LEVEL, Level

Record = tuple[str, str]
Figures = dict[Any, tuple[D, D]]


def rows_of(opened: flow.reading.OpenBase, name: str) -> list[dict[str, Any]]:
    return opened.base.fetch(opened.base.table(name))


def summed(entries: Iterable[dict[str, Any]], by: Any) -> Figures:
    """Contribution and sales by whatever is asked, in plain Python."""
    inside, revenue = ({str(line) for line in LINES_OF_LEVEL[level]} for level in (Level.CONTRIBUTION, Level.REVENUE))
    found: dict[Any, list[D]] = defaultdict(lambda: [D(0), D(0)])
    for row in entries:
        if row["line"] in inside and str(row["customer_id"]).startswith("c_"):
            both = found[by(row)]
            both[0] += row["amount"]
            both[1] += row["amount"] if row["line"] in revenue else 0
    return {name: (amount, sales) for name, (amount, sales) in found.items()}


def band(amount: D, sales: D) -> str:
    """By the thresholds that Meridian declares: five dollars, or two per cent of sales."""
    margin = max(D(5), (abs(sales) * D("0.02")).quantize(D("0.0001"), ROUND_HALF_UP))
    return "profitable" if amount > margin else "unprofitable" if amount < -margin else "break_even"


def group_without(records: set[Record], links: Iterable[tuple[Record, Record]], start: Record) -> set[Record]:
    """All that a record is still tied to."""
    found, waiting = {start}, [start]
    while waiting:
        one = waiting.pop()
        for a, b in links:
            for near, far in ((a, b), (b, a)):
                if near == one and far in records and far not in found:
                    found.add(far)
                    waiting.append(far)
    return found


def ends(row: dict[str, Any]) -> tuple[Record, Record]:
    return (row["source_a"], row["record_id_a"]), (row["source_b"], row["record_id_b"])


def in_doubt(edges: list[dict[str, Any]], threshold: float) -> tuple[list[dict[str, Any]], set[tuple[Record, Record]]]:
    """Pairs near the threshold or refused; and pairs that share an exact identifier."""
    near = [row for row in edges if row["basis"] == "weight" and abs(row["weight"] - threshold) <= 5]
    refused = [row for row in edges if row["refused_because"] is not None]
    return near + [row for row in refused if row not in near], {ends(row) for row in edges if row["identifier"] is not None}


class TestMeridian:
    def test_the_thresholds_that_this_file_writes_out_are_those_that_the_company_declares(self, meridian):
        _, opened = meridian
        limits = opened.base.project.customer_base
        assert (D(limits.break_even_within), limits.break_even_share_of_sales, limits.other_window) == (D(5), 0.02, "quarter_earlier")
        figures = summed(rows_of(opened, "entry"), lambda row: row["customer_id"])
        assert {name: band(*both) for name, both in figures.items()}.items() <= {
            (row["customer_id"], row["band"]) for row in rows_of(opened, "band")
        }

    def test_the_band_over_the_other_window_is_what_its_entries_add_up_to(self, meridian):
        _, opened = meridian
        entries = rows_of(opened, "entry")
        last = max(row["booked_on"] for row in entries if str(row["customer_id"]).startswith("c_"))
        number = last.year * 12 + last.month - 1 - 2  # three months are left out: the last one and two before
        cut = date(number // 12, number % 12 + 1, 1)
        then = summed((row for row in entries if row["booked_on"] < cut), lambda row: row["customer_id"])
        told = {row["customer_id"]: row for row in rows_of(opened, "band_stability")}
        assert {name: row["window_band"] for name, row in told.items() if row["window_band"]} == {
            n: band(*both) for n, both in then.items()
        }
        newcomers = [row for name, row in told.items() if name not in then]
        assert newcomers
        assert all(row["window_stable"] is None for row in newcomers)
        assert all(row["window_stable"] is (row["window_band"] == row["band"]) for name, row in told.items() if name in then)

    def test_links_move_the_bands_that_plain_sums_over_joined_and_parted_records_say(self, meridian):
        _, opened = meridian
        entries, edges = rows_of(opened, "entry"), rows_of(opened, "edge")
        owner = {(row["source"], row["record_id"]): row["customer_id"] for row in rows_of(opened, "customer_record")}
        whole = summed(entries, lambda row: row["customer_id"])
        own = summed(entries, lambda row: (row["record_source"], row["record"]))
        bands = {row["customer_id"]: row["band"] for row in rows_of(opened, "band")}
        found: dict[str, set[str]] = {name: set() for name in bands}
        threshold = min(row["value"] for row in rows_of(opened, "match_figure") if row["name"] == "link_from")
        doubtful, identified = in_doubt(edges, threshold)
        for one, other in {(owner[a], owner[b]) for a, b in map(ends, doubtful) if owner[a] != owner[b]}:
            zero = (D(0), D(0))
            together = [sum(parts, D(0)) for parts in zip(whole.get(one, zero), whole.get(other, zero), strict=True)]
            for name in {one, other} & bands.keys():
                found[name].add(band(together[0], together[1]))
        weak: dict[str, dict[str, Any]] = {}
        for row in sorted(doubtful, key=lambda row: (row["weight"] or 0, *ends(row))):
            a, b = ends(row)
            if row["links"] and row["basis"] == "weight" and (a, b) not in identified and owner[a] == owner[b]:
                weak.setdefault(owner[a], row)
        parted = 0
        for name in weak.keys() & bands.keys():
            a, b = ends(weak[name])
            records = {record for record, customer in owner.items() if customer == name}
            links = [ends(row) for row in edges if row["links"] and ends(row) != (a, b)]
            side = group_without(records, links, a)
            if b not in side:
                parted += 1
                for part in (side, records - side):
                    booked = [own[record] for record in part if record in own]
                    if booked:
                        found[name].add(band(sum((both[0] for both in booked), D(0)), sum((both[1] for both in booked), D(0))))
        assert parted > 5
        told = {row["customer_id"]: row["links_stable"] for row in rows_of(opened, "band_stability")}
        assert {name: None if not others else others == {bands[name]} for name, others in found.items()} == told
        assert {True, False, None} <= set(told.values())

    def test_a_run_after_the_stewards_word_draws_the_bands_that_were_foretold(self, published_meridian, tmp_path):
        folder = Path(shutil.copytree(published_meridian, tmp_path / "meridian"))
        project = flow.open_project(folder, {})
        with flow.open_base(project) as opened:
            bands = {row["customer_id"]: row for row in rows_of(opened, "band")}
            steady = {row["customer_id"]: row for row in rows_of(opened, "band_stability")}
            doubt = identity.steps.in_doubt(
                opened.engine,
                edges=opened.base.table("edge"),
                figures=opened.base.table("match_figure"),
                customer_record=opened.base.table("customer_record"),
            )
            pairs = opened.engine.fetch(doubt.maybe_one.order_by("customer_a", "customer_b"))
            records = {row["customer_id"]: (row["source"], row["record_id"]) for row in rows_of(opened, "customer_record")}
            parts = opened.engine.fetch(doubt.parts)
        said, joined = [], []
        seen: set[str] = set()
        for pair in pairs:
            one, other = pair["customer_a"], pair["customer_b"]
            if {one, other} <= bands.keys() and not {one, other} & seen and len(joined) < 4:
                seen |= {one, other}
                joined.append((one, other))
                said.append(reviewing.Said(":".join(records[one]), ":".join(records[other]), "same"))
        cuts = {
            row["customer_id"]: tuple(row["cut"].split(" and "))
            for row in parts
            if row["customer_id"] not in seen and steady.get(row["customer_id"], {}).get("links") == 1
        }
        assert len(cuts) > 5
        said += [reviewing.Said(a, b, "different") for a, b in cuts.values()]
        reviewing.judge(project, said, author="jo", reason="asked them", commit=True)
        flow.run(project)
        with flow.open_base(project) as opened:
            owner = {(row["source"], row["record_id"]): row["customer_id"] for row in rows_of(opened, "customer_record")}
            now = {row["customer_id"]: row for row in rows_of(opened, "band")}
            # A part whose entries all lie outside the level, like a call that was our own fault, is nobody's band.
            dollars = summed(rows_of(opened, "entry"), lambda row: row["customer_id"])
        for one, other in joined:
            after = now[owner[records[one]]]
            assert after["amount"] == bands[one]["amount"] + bands[other]["amount"]
            for name in (one, other):
                # Where others may be one with it too, another of these may be what moves it.
                assert steady[name]["links_stable"] is False or after["band"] == bands[name]["band"]
                assert steady[name]["links"] > 1 or steady[name]["links_stable"] is (after["band"] == bands[name]["band"])
        for cut, (a, b) in cuts.items():
            parted = {owner[tuple(end.split(":", 1))] for end in (a, b)}
            assert len(parted) == 2
            assert steady[cut]["links_stable"] is ({now[name]["band"] for name in parted & dollars.keys()} == {bands[cut]["band"]})


def test_the_lines_between_bands_are_drawn_here_as_by_hand():
    """5.0001 is above the line of five dollars, 5 is on it, and two per cent of 1,000 are twenty."""
    assert [band(D(text), D(sales)) for text, sales in (("5.0001", "0"), ("5", "0"), ("-20", "1000"), ("-20.0001", "1000"))] == [
        "profitable", "break_even", "break_even", "unprofitable",
    ]  # fmt: skip
