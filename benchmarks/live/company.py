"""A company to serve: a base of any size with a published run, and policies of five clauses that act on it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from unequal import flow

COUNTRIES = ("DE", "FR", "US", "GB", "NL", "SE", "IT", "ES")
SECTORS = tuple(f"sector {number}" for number in range(30))
SCOPES = ("decisions.make", "fields.contact", "fields.worth", "customers.read")
WRITE_KEY = "write-key-of-the-benchmark"
_ORDERS = 2.5
_YEAR = 365
_LATELY = 25

CONFIG = """\
project: crowd
reporting_currency: USD
time_zone: UTC
sources:
  crm:
    read: data/crm.csv
    key: no
    records: {id: no, attributes: {email: mail, country: land, sector: sector}}
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
  sector: {type: text, meaning: What the customer does.}
storage: {threads: 2@STATE@}
live:
  sources:
    shop: {write_key: "env:SHOP", verified: true, user_id: {source: crm}, events: {order: Order Completed}}
  purposes:
    service: {consent: not_needed}
    marketing: {consent: not_needed, direct_marketing: true}
  channels:
    web: {outbound: false}
    email: {outbound: true, cost: "0.01"}
  contact_limits: [{at_most: 3, days: 7}, {at_most: 2, days: 7, purpose: marketing}]
  quiet_hours: {start: "21:00", end: "08:00"}
  questions:
    trip: {text: "Do you travel on business?", tells: travels_for, answers: {business: "Yes", leisure: "No"}, changes: "which upgrade is offered"}
  floors: {bereavement: {when: "country = 'XX'"}}
  tiers: {first: {words: "You are answered first.", when: "orders >= 8"}, all: {words: "We answer."}}
  assumed: {counts: "0.5", budget: "1000000000.00"}
"""


def environment(state: str | None = None) -> dict[str, str]:
    """What the project's config takes from the environment."""
    return {"SHOP": WRITE_KEY, **({"STATE": state} if state else {})}


def write(folder: Path, customers: int, *, state: str | None = None, seed: int = 20260131) -> None:
    """Customers with two or three orders each, the latest of them within a month for one in three."""
    drawn, today = random.Random(seed), datetime.now(UTC).date()
    data = folder / "data"
    data.mkdir(parents=True)
    with (data / "crm.csv").open("w", encoding="utf-8") as crm:
        crm.write("no,mail,land,sector\n")
        for no in range(customers):
            crm.write(f"{no},c{no}@crowd.example,{drawn.choice(COUNTRIES)},{drawn.choice(SECTORS)}\n")
    with (data / "orders.csv").open("w", encoding="utf-8") as orders:
        orders.write("order_no,customer,day,total\n")
        for no in range(int(customers * _ORDERS)):
            days = drawn.randrange(1, _LATELY) if drawn.random() < 0.15 else drawn.randrange(1, 2 * _YEAR)
            orders.write(f"o{no},{no % customers},{today - timedelta(days=days)},{drawn.randrange(500, 90_000) / 100:.2f}\n")
    (folder / "unequal.yaml").write_text(CONFIG.replace("@STATE@", ", state: 'env:STATE'" if state else ""), encoding="utf-8")


def policies(count: int, seed: int = 20260131) -> list[str]:
    """Policies of five clauses each, as `choosing.py` has them: half of them bring a multiple of something that the customer has."""
    drawn = random.Random(seed)
    return [_policy(number, drawn) for number in range(count)]


def _policy(number: int, drawn: random.Random) -> str:
    clauses = [
        f"country in ('{drawn.choice(COUNTRIES)}', '{drawn.choice(COUNTRIES)}', '{drawn.choice(COUNTRIES)}')",
        f"orders >= {drawn.randrange(1, 4)}", f"sales > {drawn.randrange(10, 900)}.50",
        f"sector <> '{drawn.choice(SECTORS)}'", f"count(order, {drawn.choice((30, 90, 365))} days) >= 1",
    ]  # fmt: skip
    if number % 50 == 0:
        clauses[3] = "travels_for = 'business'"
    margin: object = f"{drawn.randrange(5, 200)}.00" if number % 2 else {"of": "sales", "times": f"0.{drawn.randrange(1, 9)}"}
    declared: Mapping[str, object] = {
        "policy": f"policy_{number}", "issue": "growth", "group": f"group_{number % 20}", "action": "offer", "objective": "grow",
        "channels": {"web": {"text": "An offer."}, "email": {"text": "An offer."}}, "eligible": " and ".join(clauses),
        "effect": {"uplift": f"0.0{drawn.randrange(100, 999)}", "margin": margin}, "cost": f"{drawn.randrange(0, 2)}.{drawn.randrange(10, 99)}",
        "limits": [{"at_most": 1, "days": 30}], "holdout": "0.05", "pushes": ["more_orders"],
    }  # fmt: skip
    return yaml.safe_dump(declared)


def run(folder: Path, count: int, *, state: str | None = None) -> str:
    """Publish the base, let policies act, and give back a key that may ask for decisions."""
    project = flow.open_project(folder, environment(state))
    flow.run(project)
    with flow.live.open_live(project) as live:
        for text in policies(count):
            draft = live.policies.submit(text, author="mia")
            live.policies.preview(draft["name"], draft["version"])
            live.policies.approve(draft["name"], draft["version"], by="finn")
    with closing(flow.people.open_people(project)) as people:
        _, key = people.add_key("bench", "service", by="bench", days=30, scopes=SCOPES)
    return key
