"""A quarter of a year in the made company: customers come by, are decided on, and answer as the planted outcomes say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from unequal import flow
from unequal.demo.applications.shop import DAY, LINE_COLUMNS, ORDER_COLUMNS
from unequal.demo.beginning import let_act_of
from unequal.demo.columns import Ints, Texts, filled, texts
from unequal.demo.outcomes import respond
from unequal.demo.randomness import uniform_of
from unequal.demo.text_files import TextFile, amount
from unequal.demo.timeline import CLOSED, day_of, month_of, written
from unequal.demo.treatments import FREIGHT_DOLLARS, HORIZON_DAYS, TREATMENTS, keys_of
from unequal.demo.truth import Truth

pc: Any = pyarrow.compute
Tell = Callable[[str, float], None]

SOURCE: Final = "shop_customers"
AT_ONCE: Final = 500
NOTHING: Final = "none"
_UNITS: Final = 10_000
_CENT: Final = 100
_LAST_MONTH: Final = "2025-12-01"
_OF_ORDERS: Final = frozenset({"4000", "4100", "4150", "4200", "5000", "5100", "6800", "6850", "6900", "6950"})
"""Accounts of the general ledger that follow from what is sold, returned and spent on customers: none of it is carried on."""


def live_through(project: flow.OpenProject, *, channel: str = "web", seed: int = 2026, tell: Tell = lambda _what, _share: None) -> pa.Table:
    """Let every customer of the shop come by once on the day after the extracts end, and write what they then bought.

    Two more policies act from that day on, those of the quarter. Each customer is decided on as on any day; a policy does to him what the treatment
    of its name, or of the name of its action, does in this world, and nothing where there is no such treatment. What comes of it in 90 days is
    added to the shop's extracts, of all of its customers, treated or not: `unequal run` reads it like any other.

    Args:
        project: made, and run.
        channel: by which they come.
        seed: which draw of the future.
        tell: is told what goes on, and which share of it is done.

    Returns:
        customer_id (ours), entity_id (the true one), treatment, profit and cost, a row for each customer who came: what the true books know.
    """
    at = datetime.combine(CLOSED, datetime.min.time()) + timedelta(hours=17)
    with as_file(files("unequal.demo") / "project" / "quarter") as folder:
        let_act_of(project, folder, author="the playbook", by="the demo", clock=lambda: at)
    known = _known(project)
    done = _decided(project, list(known), channel, at, tell)
    rows = [{"customer_id": known[one][1], "treatment": done.get(one, NOTHING), "date": CLOSED} for one in known]
    came = respond(rows, seed, folder=project.folder)
    tell("writing what they bought", 0.9)
    numbers = [number for number, _ in known.values()]
    _write(project.folder, numbers, came, seed)
    return pa.table({
        "customer_id": pa.array(list(known), pa.string()), "entity_id": came["customer_id"], "treatment": came["treatment"],
        "profit": came["profit"], "cost": came["cost"],
    })  # fmt: skip


def _known(project: flow.OpenProject) -> dict[str, tuple[str, str]]:
    """Of each customer of the base with a record in the shop: the first by its number, and whose that record truly is."""
    record = Truth(project.folder).table("record")
    of_shop = record.filter(pc.equal(record["source"], SOURCE))
    truly = dict(zip(of_shop["record_id"].to_pylist(), of_shop["entity_id"].to_pylist(), strict=True))
    traits = set(Truth(project.folder).table("trait")["customer_id"].to_pylist())
    with flow.open_base(project) as opened:
        members = opened.base.table("customer_record")
        rows = opened.base.fetch(members.filter(members["source"] == SOURCE).order_by("record_id").select("customer_id", "record_id"))
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        number = str(row["record_id"])
        if truly.get(number) in traits:
            found.setdefault(str(row["customer_id"]), (number, truly[number]))
    return found


def _decided(project: flow.OpenProject, customers: Sequence[str], channel: str, at: datetime, tell: Tell) -> dict[str, str]:
    """What is done to each: the treatment's name in this world."""
    done = {}
    with flow.live.open_live(project, clock=lambda: at) as live:
        treatments = {name: _treatment_of(live.policies.active().declared(name)) for name in live.policies.active().versions}
        for first in range(0, len(customers), AT_ONCE):
            tell("customers come by", 0.9 * first / len(customers))
            asked = [(one, live.decide_soon(flow.live.Asked(channel, one))) for one in customers[first : first + AT_ONCE]]
            for one, answer in asked:
                treatment = answer.result()["treatment"]
                if treatment is not None:
                    done[one] = treatments[treatment["policy"]]
    return done


def _treatment_of(policy: Any) -> str:
    return next((name for name in (policy.policy, policy.action) if name in TREATMENTS), NOTHING)


def _write(folder: Path, numbers: Sequence[str], came: pa.Table, seed: int) -> None:
    """The orders that came, as the shop writes them: one line each, at what was paid for it; and the office's books of these months."""
    orders = came["orders"].to_numpy()
    who = np.repeat(np.arange(len(orders)), orders)
    each = np.arange(len(who)) - np.repeat(np.cumsum(orders) - orders, orders)
    keys = keys_of(texts(came["customer_id"].to_pylist()))[who]
    day = day_of(CLOSED) + (uniform_of(seed, "ordered on", keys, each) * HORIZON_DAYS).astype(np.int64)
    paid, left = (_shared(came[name], orders, who, each) for name in ("revenue", "profit"))
    freight = np.full(len(who), round(FREIGHT_DOLLARS * _UNITS))
    goods = paid - left - freight
    number, customer = texts([f"AQ{at:07d}" for at in range(1, len(who) + 1)]), texts(list(numbers))[who]

    def same(text: str) -> Texts:
        return filled(text, len(who))

    on, nothing = written(day, DAY), same("")
    shop = folder / "data" / "shop"
    _table(shop / "orders-after.csv", ORDER_COLUMNS, [
        number, on, customer, nothing, same("web"), nothing, same("USD"), amount(freight, mark=","), same("ok"), written(day + 4, DAY), written(day + 3, DAY),
    ])  # fmt: skip
    _table(shop / "order_lines-after.csv", LINE_COLUMNS, [
        number, same("1"), on, customer, same("SALE"), same("QUARTER"), same("1"), amount(paid, mark=","), same("0,00"), amount(goods, mark=",", digits=4),
        same("USD"), nothing,
    ], footer="TOTAL;;;;;;;;0,00;;;")  # fmt: skip
    _keep_books(folder / "data" / "office", day, {"4000": paid, "5000": -goods, "5100": -freight})


def _shared(total: Any, orders: Ints, who: Ints, each: Ints) -> Ints:
    """A customer's dollars over his orders, to the cent; what a cent cannot share goes to the first."""
    units = np.array([round(value * _UNITS) for value in total.to_pylist()], dtype=np.int64)
    share = np.where(orders > 0, units // np.maximum(orders, 1) // _CENT * _CENT, 0)
    rest = units - share * orders
    parts: Ints = share[who] + np.where(each == 0, rest[who], 0)
    return parts


def _keep_books(office: Path, day: Ints, sums: Mapping[str, Ints]) -> None:
    """Carry the office's books and capacities on: pools cost and can do what they did in the last month, sales are what was sold."""
    month = month_of(day)
    for name, at in (("general_ledger", 3), ("capacities", 1)):
        path = office / f"{name}.csv"
        rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
        carried = [row for row in rows[1:] if row[at] == _LAST_MONTH and row[0] not in _OF_ORDERS]
        own = {row[0]: row for row in rows[1:] if row[at] == _LAST_MONTH and row[0] in sums}
        more = []
        for number in sorted(set(month.tolist())):
            first = f"{CLOSED.year}-{number % 12 + 1:02d}-01"
            more += [[*row[:at], first, *row[at + 1 :]] for row in carried]
            more += [
                [*row[:at], first, row[at + 1], amount(np.array([int(sums[account][month == number].sum())]), digits=4)[0].as_py()]
                for account, row in own.items()
            ]
        with path.open("a", encoding="utf-8", newline="") as file:
            file.writelines(",".join(row) + "\n" for row in more)


def _table(path: Path, header: str, columns: Sequence[Any], *, footer: str = "") -> None:
    file = TextFile(path, header)
    file.table(columns, ";")
    if footer:
        file.raw(footer.encode())
    file.close()
