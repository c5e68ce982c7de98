"""Making Meridian: cell by cell, each written before the next is drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa

from unequal.demo.applications import billing, loyalty, office, shop, social, support, web
from unequal.demo.cell import Cell, draw_cell
from unequal.demo.columns import Arrow
from unequal.demo.costs import Capacity, write_costs, write_service
from unequal.demo.ink import Ink
from unequal.demo.parameters import World
from unequal.demo.timeline import DAYS
from unequal.demo.treatments import TREATMENTS, Traits, expected_profit, traits_of
from unequal.demo.truth import write_parameters, write_truth
from unequal.treatments import playbook

POLICIES = ("agent_for_work", "agent_for_yourself", "cart_reminder", "cart_sweetener", "complaint_reply", "home_page_favourites")
"""Of the playbook, to begin with."""

Progress = Callable[[str, float], None]


def build(folder: Path, *, persons: int = 20_000, seed: int = 2026, progress: Progress | None = None) -> None:
    """Make the company: `data/` with its applications' extracts, `truth/` apart, `unequal.yaml`, and policies to begin with.

    The same persons and seed give the same bytes. Memory does not grow with persons: a cell
    of 10,000 is written before the next is drawn.

    Args:
        folder: made where it is absent; `data`, `truth` and `unequal.yaml` in it are written anew.
        persons: from 200 to 1,000,000; organisations are three for every hundred.
        seed: another seed is another company.
        progress: told what is being made and the share that is done.

    Raises:
        ValueError: fewer than 200 or more than 1,000,000 persons.
    """
    if not 200 <= persons <= 1_000_000:  # noqa: PLR2004 -- the bounds are told in the docstring
        raise ValueError(f"a world has from 200 to 1,000,000 persons, not {persons}")
    world = World(persons, seed)
    for name in ("data", "truth"):
        shutil.rmtree(folder / name, ignore_errors=True)
    ink, capacity = Ink(folder, world), Capacity()
    office.write_once(ink)
    for number in range(world.cells):
        if progress:
            progress("making Meridian", number / world.cells)
        cell = draw_cell(world, number)
        _write_cell(ink, cell, capacity)
    shop.finish(ink)
    write_costs(ink, capacity)
    ink.close()
    write_parameters(folder, ink)
    template = files("unequal.demo") / "project" / "unequal.yaml"
    (folder / "unequal.yaml").write_bytes(template.read_bytes())
    (folder / "policies").mkdir(exist_ok=True)
    for name in POLICIES:
        (folder / "policies" / f"{name}.yaml").write_text(playbook.plays()[name].text, encoding="utf-8")
    if progress:
        progress("making Meridian", 1.0)


def _write_cell(ink: Ink, cell: Cell, capacity: Capacity) -> None:
    ink.books.open_cell(len(cell.customers))
    for application in (shop, billing, support, web, loyalty, social, office):
        application.write(ink, cell)
    capacity.add(cell)
    write_truth(ink, cell)
    write_service(ink, cell)
    _write_potential_outcomes(ink, cell)


def _write_potential_outcomes(ink: Ink, cell: Cell) -> None:
    """What each treatment is expected to earn with each customer on the day the extracts end, its cost taken off."""
    columns = {name: array.to_numpy(zero_copy_only=False) for name, array in traits_of(cell).items() if name != "customer_id"}
    traits = Traits.of(columns)
    day = np.full(len(traits.key), DAYS)
    without = expected_profit(traits, "none", day)
    table: dict[str, Arrow] = {
        "customer_id": pa.array(cell.entity_ids, pa.string()),
        "profit_without": pa.array(without.astype(np.float32)),
    }
    for name in TREATMENTS:
        table[f"gain_{name}"] = pa.array((expected_profit(traits, name, day) - without).astype(np.float32))
    ink.truth("potential_outcome", table)
