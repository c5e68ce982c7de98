"""A company with three years of orders, that tests run twice: after the first extracts, and with a later one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.company import CONFIG

import unequal

_HEADER = "order_no,customer,day,total,cost,carrier,shop,item\n"
FIRST, SECOND = date(2026, 1, 1), date(2026, 4, 1)
"""The days from which the two runs forecast."""
_CUSTOMERS = 60
METRICS = """\
metrics:
  austrian_sales: {meaning: Sales to Austria., of: entries, measure: sum, column: amount, where: "line = 'list_revenue' and country = 'AT'", target: 100000}
  cake_share: {meaning: Sales that were cake., of: entries, measure: share, among: "line = 'list_revenue'", where: "product = 'cake'", target: 0.2}
  sale_size: {meaning: What a sale comes to., of: entries, measure: mean, column: amount, where: "line = 'list_revenue'"}
  newcomers: {meaning: Customers who first bought., of: customers, measure: count}
"""


def write_growing_company(folder: Path) -> Path:
    """Sixty customers who order every 20 to 79 days from a day of their own on, and until one; half buy a second article from 2025 on."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    people = "".join(f"{no},Customer Number{no:03d},c{no}@bakery.example,{'DE' if no % 3 else 'AT'}\n" for no in range(1, _CUSTOMERS + 1))
    (data / "crm.csv").write_text("no,name,mail,land\n" + people, encoding="utf-8")
    rows = [row for no in range(1, _CUSTOMERS + 1) for row in _orders(no)]
    (data / "orders-1.csv").write_text(_HEADER + "".join(text for day, text in rows if day < FIRST), encoding="utf-8")
    path = folder / "unequal.yaml"
    path.write_text(METRICS + CONFIG.replace("      channel: shop\n", "      channel: shop\n      product: item\n"), encoding="utf-8")
    return path


def _orders(no: int) -> list[tuple[date, str]]:
    # The first was there from the start, the last came in 2026; every fifth has stopped in the middle of 2025.
    day, last = date(2023, 1, 3) + timedelta(days=20 * (no - 1)), date(2025, 6, 1) if no % 5 == 0 else date(2026, 3, 31)
    found, count = [], 0
    while day <= last:
        items = ["loaf", *(["cake"] if no % 2 and day >= date(2025, 1, 1) else [])]
        found += [(day, f"o{no}-{count}-{item},{no},{day:%d.%m.%Y},{20 + no}.00,{8 + no % 7}.00,2.00,web,{item}\n") for item in items]
        day, count = day + timedelta(days=20 + no - 1), count + 1
    # Somebody sold something on the last day of each extract, so that it is known how far the books reach.
    return [
        *found,
        *(
            (one, f"e{no}-{one},{no},{one:%d.%m.%Y},30.00,10.00,2.00,web,loaf\n")
            for one in (date(2025, 12, 31), date(2026, 3, 31))
            if no == 1
        ),
    ]


def add_second_extract(folder: Path) -> None:
    """The orders of the first quarter of 2026."""
    rows = [text for no in range(1, _CUSTOMERS + 1) for day, text in _orders(no) if FIRST <= day < SECOND]
    (folder / "data" / "orders-2.csv").write_text(_HEADER + "".join(rows), encoding="utf-8")


def run_twice(folder: Path) -> list[str]:
    """Make the company, run it, add an extract and run it again: the ids of the two runs."""
    write_growing_company(folder)
    first = unequal.open(folder).run().run_id
    add_second_extract(folder)
    return [first, unequal.open(folder).run().run_id]
