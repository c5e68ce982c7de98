"""A quarter of a year in Meridian: what was planted in our own decisions is found in the ledger, within its range, and what loses is stopped."""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unequal import answers, demo, flow
from unequal.demo.timeline import CLOSED, DAYS, OPENED

SEEDS = range(100, 112)


@pytest.fixture(scope="module")
def lived(published_meridian: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, tuple[str, ...]]:
    """A folder in which a quarter has passed, what the true books know of it, and the policies that were stopped."""
    folder = Path(shutil.copytree(published_meridian, tmp_path_factory.mktemp("quarter") / "meridian"))
    project = flow.open_project(folder, {})
    came = demo.live_through(project)
    return folder, came, flow.run(project).stopped


def planted(folder: Path, entities: list[str], treatment: str) -> float:
    """What a treatment truly brings with each of some customers on the average, its cost taken off."""

    def profit(name: str, seed: int) -> float:
        rows = [{"customer_id": one, "treatment": name, "date": CLOSED} for one in entities]
        return float(np.mean(np.array(demo.respond(rows, seed, folder=folder)["profit"].to_pylist(), dtype=float)))

    gains = [profit(treatment, seed) - profit("none", seed) for seed in SEEDS]
    return float(np.mean(gains)) - demo.TREATMENTS[treatment].cost


@pytest.mark.slow
def test_planted_effects_of_our_own_decisions_are_found_within_their_ranges(lived: tuple[Path, Any, tuple[str, ...]]) -> None:
    folder, came, _ = lived
    # Before what serving orders costs, as the planted profit is.
    with flow.open_base(flow.open_project(folder, {})) as opened:
        found = answers.answer("earned", opened.base, level="contribution_before_service")  # type: ignore[arg-type]
    rows = {row["policy"]: row for row in found.table.to_pylist()}
    assert set(rows) == {"discount_blast", "win_back"}
    for name, row in rows.items():
        treated = came.filter(came["treatment"].to_numpy(zero_copy_only=False) == name)
        truth = planted(folder, treated["entity_id"].to_pylist(), name)
        assert row["treated"] == treated.num_rows
        assert abs(row["customer_expected"] - truth) < 3 * row["customer_standard_error"]
        if row["customer_low"] is not None:
            assert row["customer_low"] <= truth <= row["customer_high"]
    assert rows["discount_blast"]["stated_customer_expected"] > 0, "on paper it brings money"


@pytest.mark.slow
def test_what_the_shop_wrote_is_what_customers_did(lived: tuple[Path, Any, tuple[str, ...]]) -> None:
    folder, came, _ = lived
    with flow.open_base(flow.open_project(folder, {})) as opened:
        entries = opened.base.table("entry")
        after = entries.filter(entries["booked_on"] >= CLOSED, entries["line"].isin(["list_revenue", "cost_of_goods", "freight"]))
        (row,) = opened.base.fetch(after.aggregate(profit=after["amount"].sum()))
    assert row["profit"] == sum(came["profit"].to_pylist())


def test_an_offer_on_its_trigger_beats_the_same_offer_to_everybody_and_the_blast(published_meridian: Path) -> None:
    """Each contact, paired with what the same customer would have done without it."""
    traits = demo.Truth(published_meridian).table("trait")
    movers = [
        (one, day) for one, day in zip(traits["customer_id"].to_pylist(), traits["moved_on"].to_pylist(), strict=True) if 0 <= day < DAYS
    ]
    everybody = traits["customer_id"].to_pylist()

    def gains(treatment: str, whom: list[tuple[str, Any]]) -> tuple[float, float]:
        """Dollars of each contact with its cost off, and the share that answered."""
        told = []
        for seed in SEEDS:
            with_it, without = (
                demo.respond([{"customer_id": one, "treatment": name, "date": day} for one, day in whom], seed, folder=published_meridian)
                for name in (treatment, "none")
            )
            more = np.array(with_it["profit"].to_pylist(), dtype=float) - np.array(without["profit"].to_pylist(), dtype=float)
            told.append((float(more.mean()) - demo.TREATMENTS[treatment].cost, float(np.mean(with_it["responded"].to_pylist()))))
        return float(np.mean([one for one, _ in told])), float(np.mean([share for _, share in told]))

    on_trigger = gains("moving_offer", [(one, OPENED + timedelta(days=day + 3)) for one, day in movers])
    to_all = gains("moving_offer", [(one, CLOSED) for one in everybody])
    blast = gains("discount_blast", [(one, CLOSED) for one in everybody])
    assert len(movers) > 50
    assert on_trigger[0] > 0 > blast[0]
    assert on_trigger[0] > to_all[0]
    assert on_trigger[1] > 8 * to_all[1]


def test_a_tighter_quota_saves_more_time_and_brings_more_repeats(meridian: tuple[Path, flow.reading.OpenBase]) -> None:
    _, opened = meridian
    found = answers.answer("service", opened.base)
    if "quotas" not in found.tables:
        assert not any(one.name == "incentive_time_saved" for one in found.figures), "what haste does was told, and no quota simulated"
        return
    rows = found.tables["quotas"].to_pylist()
    for looser, tighter in pairwise(rows):
        assert tighter["quota_seconds"] < looser["quota_seconds"]
        assert tighter["time_saved_expected"] > looser["time_saved_expected"]
        assert tighter["repeats_expected"] >= looser["repeats_expected"]
