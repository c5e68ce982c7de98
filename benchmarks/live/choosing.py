"""How long a choice takes: policies of five clauses each, in process, with limits, consents, holdouts and questions in play.

python benchmarks/live/choosing.py [--policies 1000] [--customers 2000]

It prints, per choice, the median, the 99th percentile and the slowest, in processor time, so that other work on the machine does not
count: once as live chooses, and once with every candidate's reason, as a replay does. Half of the policies bring a multiple of what the
customer is expected to bring, so that their order has to be found anew for each customer. `none` is the worst case: nobody is eligible for
anything, and so every policy has to be asked.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

import yaml

from unequal import treatments
from unequal.config import policies as declared
from unequal.treatments import shapes

TYPES = {
    "band": "string", "band_is_stable": "boolean", "country": "string", "orders": "int64", "sales": "decimal(28, 4)", "value_expected": "float64",
    "last_order_on": "date", "is_lost": "boolean", "travels_for": "string", "p_alive": "float64",
}  # fmt: skip
BANDS = ("top", "next", "middle", "low", "below_zero")
COUNTRIES = ("DE", "FR", "US", "GB", "NL", "SE", "IT", "ES")
AT = datetime(2026, 1, 31, 12)
LIMIT_MS = 5.0


def moments() -> declared.Moments:
    """Two channels, limits across them, quiet hours, a floor and a question."""
    return declared.Moments.model_validate({
        "channels": {"web": {"outbound": False}, "email": {"outbound": True, "cost": "0.01"}},
        "contact_limits": [{"at_most": 3, "days": 7}, {"at_most": 2, "days": 7, "purpose": "marketing"}],
        "quiet_hours": {"start": "21:00", "end": "08:00"},
        "questions": {"trip": {"text": "Do you travel on business?", "tells": "travels_for", "answers": {"business": "Yes", "leisure": "No"},
                               "changes": "which upgrade is offered"}},
        "floors": {"bereavement": {"when": "country = 'XX'"}},
        "tiers": {"first": {"words": "You are answered first.", "when": "band = 'top'"}, "all": {"words": "We answer."}},
    })  # fmt: skip


def policy(number: int, drawn: random.Random, *, nobody: bool) -> declared.Declared:
    """A policy whose rule has five clauses; with `nobody` the last of them never holds."""
    clauses = [
        f"band in ('{drawn.choice(BANDS)}', '{drawn.choice(BANDS)}')", f"orders >= {drawn.randrange(1, 9)}", f"sales > {drawn.randrange(10, 900)}.50",
        f"country <> '{drawn.choice(COUNTRIES)}'", "country = 'XX'" if nobody else "count(order, 30 days) >= 1",
    ]  # fmt: skip
    if number % 50 == 0 and not nobody:
        clauses[3] = "travels_for = 'business'"
    share = f"0.0{drawn.randrange(100, 999)}"
    margin: object = f"{drawn.randrange(5, 200)}.00" if number % 2 else {"of": "value_expected", "times": f"0.{drawn.randrange(1, 9)}"}
    text = yaml.safe_dump({
        "policy": f"policy_{number}", "issue": "growth", "group": f"group_{number % 20}", "action": "offer", "objective": "grow",
        "channels": {"web": {"text": "An offer."}, "email": {"text": "An offer."}}, "eligible": " and ".join(clauses),
        "effect": {"uplift": share, "margin": margin}, "cost": f"{drawn.randrange(0, 2)}.{drawn.randrange(10, 99)}",
        "limits": [{"at_most": 1, "days": 30}],
    })  # fmt: skip
    return declared.read_policy(text, f"policy_{number}.yaml")


def moment(number: int, drawn: random.Random, columns: Mapping[str, int]) -> shapes.Moment:
    """A customer with a month of contacts and orders."""
    row = (
        drawn.choice(BANDS), drawn.random() < 0.8, drawn.choice(COUNTRIES), drawn.randrange(0, 30), drawn.randrange(10**5, 10**8) / 10**4,
        drawn.random() * 900, AT.date(), drawn.random() < 0.2, None, drawn.random(),
    )  # fmt: skip
    from decimal import Decimal

    row = (*row[:4], Decimal(str(row[4])), *row[5:])
    orders = sorted(AT - timedelta(days=drawn.randrange(1, 300)) for _ in range(drawn.randrange(0, 12)))
    contacts = [
        shapes.Contact("email", "marketing", f"policy_{drawn.randrange(1000)}", AT - timedelta(days=drawn.randrange(8, 60)))
        for _ in range(8)
    ]
    consents = [shapes.Consent("marketing", None, "granted", AT - timedelta(days=400))]
    profile = shapes.Profile(f"c_{number}", row, columns, shapes.Happened({"order": orders}))
    return shapes.Moment(profile, shapes.Standing(contacts=contacts, consents=consents), drawn.choice(("web", "email")), {}, AT)


def measured(policies: int, customers: int, *, nobody: bool, every: bool) -> list[float]:
    """Milliseconds of processor time per choice, ascending."""
    drawn = random.Random(20260131)
    made, rules = treatments.ready(
        [policy(number, drawn, nobody=nobody) for number in range(policies)],
        moments(),
        types=TYPES,
        time_zone="Europe/Berlin",
        events=["order"],
    )
    columns = {name: at for at, name in enumerate(TYPES)}
    asked = [moment(number, drawn, columns) for number in range(customers)]
    found = []
    for one in asked:
        begun = time.thread_time_ns()
        treatments.choose(one, made, rules, every=every)
        found.append((time.thread_time_ns() - begun) / 1e6)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--customers", type=int, default=2000)
    given = parser.parse_args()
    for words, nobody, every in (("live", False, False), ("live, none", True, False), ("every candidate", False, True)):
        times = measured(given.policies, given.customers, nobody=nobody, every=every)
        at = {share: times[min(len(times) - 1, int(share * len(times)))] for share in (0.5, 0.99)}
        verdict = f"{'within' if at[0.99] <= LIMIT_MS else 'OVER'} {LIMIT_MS:g} ms" if not every else ""
        print(f"{words:<16} median {at[0.5]:6.2f} ms   p99 {at[0.99]:6.2f} ms   slowest {times[-1]:6.2f} ms   {verdict}")


if __name__ == "__main__":
    main()
