"""How long a whole base takes to decide on under a budget: looking at everybody's options, and choosing among them.

python benchmarks/live/allocating.py FOLDER [--budget 0.1] [--capacity 0.02]

FOLDER holds a company of `company.py` that was run, with its policies in force; it is read and not changed. The budget is so many dollars a
customer, the capacity of e-mail the share of customers who may be met by it. It prints what the machine is, the seconds of either part, the
options, the gap, and what more of anything would bring.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import company
from unequal import flow
from unequal.flow import allocating
from unequal.flow.audiences import Wanted
from unequal.flow.scarcity import Scarce


def noon() -> datetime:
    """Outside quiet hours, and later than the policies were put in force: they act from then on."""
    return datetime.now(UTC).replace(tzinfo=None, hour=12) + timedelta(days=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=Decimal, default=Decimal("0.1"))
    parser.add_argument("--capacity", type=Decimal, default=Decimal("0.5"))
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    begun = time.perf_counter()
    with flow.live.open_live(flow.open_project(given.folder, company.environment()), clock=noon) as live:
        customers = len(live.profiles.customers())
        print(f"opened in {time.perf_counter() - begun:.1f} s: {customers:,} customers, {len(live.policies.active().policies)} policies")
        scarce = Scarce(round(given.budget * customers, 2), {"email": int(given.capacity * customers)})
        batch = allocating.Allotting(live, Wanted(), scarce, dry=True)
        begun, spent = time.perf_counter(), time.process_time()
        looked = batch.look_at_all(lambda _what, _share: None)
        seconds, processor = time.perf_counter() - begun, time.process_time() - spent
        print(
            f"looked in {seconds:.1f} s ({processor:.1f} s of processor): {len(looked.owner):,} options, {batch.together:,} customers at once"
        )
        begun, spent = time.perf_counter(), time.process_time()
        batch.choose(looked)
        print(f"chose in {time.perf_counter() - begun:.1f} s ({time.process_time() - spent:.1f} s of processor)")
        plan = batch.audience.plan
        assert plan is not None
        print(f"gap {plan.gap:.2e}; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB")
        print("\n".join(plan.sentences("USD")))


if __name__ == "__main__":
    main()
