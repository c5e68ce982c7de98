"""How long a simulated day takes, and what a wait guard costs beside strict priority.

python benchmarks/live/simulating.py [--replications 100] [--agents 100] [--ciw 2]

A centre of 100 agents at a load of 1.05, patience 180 seconds, handling times of 300 seconds, 15 contacts in 100 of gold: a day of 24 hours, played so often under each of
five disciplines, the same days for all of them. Beside it ciw plays the same centre under strict priority, fewer times, and takes as long as is printed for a day. Limit: all
days of all disciplines within 60 seconds.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from decimal import Decimal

import ciw

from unequal.contact_centre import comparison, disciplines
from unequal.contact_centre.intervals import estimate
from unequal.contact_centre.offered_load import Exponential, OfferedClass
from unequal.contact_centre.queueing import erlang_a
from unequal.contact_centre.simulation import Centre, Played, Pool, replicate

NAMES = ("gold", "base")
SHARES = (0.15, 0.85)
HANDLING, PATIENCE, LOAD = 300.0, 180.0, 1.05
LOST = (Decimal(12), Decimal(1))
LIMIT_SECONDS = 60.0


def centre(agents: int, hours: int = 24) -> Centre:
    """A steady rate all day; the first hour fills the queue and is not counted."""
    rate = LOAD * agents / HANDLING * 3600
    classes = tuple(
        OfferedClass(name, (rate * share,) * hours, Exponential(HANDLING), PATIENCE) for name, share in zip(NAMES, SHARES, strict=True)
    )
    return Centre(classes, (Pool((agents,)),), (20, 20), warm_up_seconds=3600)


def orders() -> list[disciplines.Discipline]:
    """The five disciplines, the guard at 90 seconds and at 60."""
    return [
        disciplines.first_come(NAMES), disciplines.strict(NAMES), disciplines.guard(NAMES, seconds=90), disciplines.guard(NAMES, seconds=60),
        disciplines.ageing(NAMES, weights=[60, 0]),
        disciplines.c_mu_theta(NAMES, abandonment_costs=list(map(float, LOST)), handling_seconds=[HANDLING] * 2, patience_seconds=[PATIENCE] * 2),
    ]  # fmt: skip


def by_ciw(agents: int, days: int) -> tuple[float, float]:
    """Seconds of processor time that ciw takes for a day, and the share of base that gives up."""
    rate = LOAD * agents / HANDLING
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(rate * share)] for name, share in zip(NAMES, SHARES, strict=True)},
        service_distributions={name: [ciw.dists.Exponential(1 / HANDLING)] for name in NAMES},
        reneging_time_distributions={name: [ciw.dists.Exponential(1 / PATIENCE)] for name in NAMES},
        priority_classes={"gold": 0, "base": 1},
        number_of_servers=[agents],
    )
    began, gone, came = time.process_time(), 0, 0
    for day in range(days):
        ciw.seed(day)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(24 * 3600)
        records = [each for each in simulation.get_all_records() if each.customer_class == "base" and each.arrival_date >= 3600]
        gone += sum(each.record_type == "renege" for each in records)
        came += len(records)
    return (time.process_time() - began) / days, gone / came


def told(played: tuple[Played, ...]) -> None:
    """Both classes under each discipline, and what each costs beside strict priority."""
    prices = comparison.Prices(LOST, Decimal(30))
    for row in comparison.by_class(played, prices):
        print(f"{row.discipline:<12}{row.contact_class:<6} gives up {row.abandonment.expected:7.2%} ± {(row.abandonment.high - row.abandonment.low) / 2:.2%}  "
              f"waits {row.wait_seconds_mean.expected:6.2f} s, 19 in 20 {row.wait_seconds_p95.expected:6.1f} s, longest {row.wait_seconds_longest.expected:6.1f} s")  # fmt: skip
    for one in played:
        cost = comparison.beside(one, played[1], prices)
        if one is not played[1]:
            print(f"{cost.discipline:<12} loses {cost.dearer_expected.expected:8.2f} ({cost.dearer_expected.low:.2f} to {cost.dearer_expected.high:.2f}) a day more than "
                  f"strict, {cost.dearer_share:+.2%}; a gold contact counts {LOST[0]}, one of base {LOST[1]}")  # fmt: skip


def main() -> None:
    """Play, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=100)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--ciw", type=int, default=2, help="days that ciw plays; none with 0")
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load of the machine {os.getloadavg()[0]:.1f}"
    )
    began = time.perf_counter()
    replicate(centre(4, hours=2), orders(), replications=2, seed=0)
    print(f"first days, the kernel compiled or read from the disk: {time.perf_counter() - began:.1f} s")
    wall, used = time.perf_counter(), time.process_time()
    played = replicate(centre(asked.agents), orders(), replications=asked.replications, seed=1)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    days = asked.replications * len(played)
    contacts = sum(float(one.of("arrived", name).sum()) for one in played for name in NAMES)
    print(f"{days} days of {asked.agents} agents ({asked.replications} under each of {len(played)}), {contacts:,.0f} contacts after the first hours: {wall:.1f} s, "
          f"{used:.1f} s of processor time; limit {LIMIT_SECONDS:g} s: {'kept' if wall <= LIMIT_SECONDS else 'MISSED'}")  # fmt: skip
    told(played)
    truth = erlang_a(LOAD * asked.agents / HANDLING * 3600, HANDLING, PATIENCE, asked.agents).abandonment_expected
    print(
        f"Erlang A: {truth:.2%} give up; first come: {estimate(shares(played[0])).expected:.2%}, strict: {estimate(shares(played[1])).expected:.2%}"
    )
    if asked.ciw:
        seconds, gone = by_ciw(asked.agents, asked.ciw)
        print(
            f"ciw: {seconds:.2f} s of processor time a day under strict priority, base gives up {gone:.2%}; ours {used / days:.3f} s: {seconds * days / used:,.0f} times as fast"
        )


def shares(played: Played) -> list[float]:
    """Of all classes the share that gives up, day by day."""
    gone, came = (sum(played.of(what, name) for name in NAMES) for what in ("abandoned", "arrived"))
    return list(gone / came)


if __name__ == "__main__":
    main()
