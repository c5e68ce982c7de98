"""A bakery with forty customers, three channels and policies that are in force: what batches and exports are tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from unequal import flow
from unequal.flow.live import Live, open_live

AT = datetime(2026, 3, 2, 12)
CUSTOMERS = 40

CONFIG = """\
project: hill-bakery
reporting_currency: EUR
time_zone: Europe/Berlin
default_region: DE

sources:
  crm:
    read: data/crm.csv
    key: no
    records: {id: no, attributes: {full_name: name, email: mail, country: land, home: land}}
  orders:
    read: data/orders.csv
    key: order_no
    columns: {day: {type: date, format: "%Y-%m-%d"}, total: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      document: order_no
      amounts: {sales: {column: total, line: list_revenue}}
attributes:
  home: {type: text, meaning: Where the customer lives., protected: true}
storage: {threads: 1}
live:
  sources:
    shop: {write_key: "env:SHOP", verified: true, user_id: {source: crm}, events: {order: Order Completed}}
  purposes:
    service: {consent: not_needed}
    marketing: {consent: not_needed, direct_marketing: true}
  channels:
    web: {outbound: false}
    email: {outbound: true, cost: "0.01"}
    letter: {outbound: true, cost: "0.90", deliver_to: printer}
  webhooks:
    printer: {url: "env:PRINTER", secret: "env:SECRET", allow_private: true}
  assumed: {counts: "1", budget: "100000.00"}
"""

POLICIES = {
    "bread_club": """\
policy: bread_club
issue: growth
group: clubs
action: club_invitation
objective: grow
channels:
  email: {subject: "=Bread, every week", text: "Bread at your door for a year."}
  letter: {subject: "Bread, every week", text: "Bread at your door for a year."}
eligible: "sales >= 100"
effect: {uplift: "0.10", margin: {of: sales}}
cost: "1.00"
limits: [{days: 30}]
holdout: "0.05"
pushes: [more_orders]
""",
    "cake": """\
policy: cake
issue: growth
group: offers
action: cake_offer
objective: grow
channels: {email: {text: "A cake for your next party."}}
effect: {uplift: "0.05", margin: "100.00"}
cost: "0.50"
limits: [{days: 30}]
holdout: "0.01"
pushes: [more_orders]
""",
}


def write_bakery(folder: Path) -> None:
    """Customer n has bought for 10 n euros; customers 39 and 40 are one, by their e-mail."""
    data = folder / "data"
    data.mkdir(parents=True)
    lines = ["no,name,mail,land"]
    lines += [f"{n},{_name(n)},{'twin' if n >= CUSTOMERS - 1 else f'c{n}'}@bakery.example,DE" for n in range(1, CUSTOMERS + 1)]
    (data / "crm.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    orders = ["order_no,customer,day,total", *(f"o{n},{n},2026-01-{n % 28 + 1:02},{10 * n}.00" for n in range(1, CUSTOMERS + 1))]
    (data / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    flow.run(open_bakery(folder))
    with open_live(open_bakery(folder), clock=lambda: AT) as live:
        for text in POLICIES.values():
            approve(live, text)


def _name(n: int) -> str:
    """Names that nobody takes for one another's; twins have one."""
    first = ("Ann", "Bert", "Cleo", "Dora", "Emil", "Fritz", "Gerda", "Hugo", "Ines", "Jonas")
    last = ("Arbour", "Brook", "Cole", "Dale")
    return "Tove Twin" if n >= CUSTOMERS - 1 else f"{first[n % 10]} {last[n // 10]}"


def open_bakery(folder: Path, printer: str = "http://127.0.0.1:9/") -> flow.OpenProject:
    """The project, with the address of its printer."""
    return flow.open_project(folder, {"SHOP": "key", "PRINTER": printer, "SECRET": "thirty-two bytes of a shared key"})


@contextmanager
def moment_of_contact(folder: Path, clock: Callable[[], datetime] = lambda: AT, printer: str = "http://127.0.0.1:9/") -> Iterator[Live]:
    """The moment of contact, open."""
    with open_live(open_bakery(folder, printer), clock=clock) as live:
        yield live


def of_record(live: Live, record: int) -> str:
    """The customer of a record of the CRM."""
    return live.lookup("crm", str(record))[0]


def approve(live: Live, text: str) -> None:
    """Put a policy in force."""
    draft = live.policies.submit(text, author="mia")
    live.policies.preview(draft["name"], draft["version"])
    live.policies.approve(draft["name"], draft["version"], by="finn")
