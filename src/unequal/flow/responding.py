"""Who responds to a policy, asked of a published run and the lots that were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unequal import experiments
from unequal.flow.opening import OpenProject
from unequal.flow.reading import open_base
from unequal.terms.errors import ExperimentError


def who_responds(project: OpenProject, policy: str, *, learner: experiments.uplift.Learner = "s") -> experiments.responding.Response:
    """Learn to whom a policy does what.

    Args:
        project: published.
        policy: whose lots were drawn.
        learner: how; see experiments.uplift.

    Raises:
        ExperimentError: EXP007, no lot was drawn for a policy of that name; EXP006, too few of either arm; EXP005, scikit-learn is missing.
    """
    with open_base(project) as opened:
        base = opened.base
        trials = base.trials()
        if trials is None or policy not in trials.policies:
            named = ", ".join(trials.policies) if trials is not None else ""
            raise ExperimentError("EXP007", "no lot was drawn for a policy of that name", seen=policy[:80],
                                  do=f"name one of: {named}" if named else "let a policy act, and decide by it")  # fmt: skip
        entries = base.table("entry")
        measured = base.keep(experiments.trials.brought(entries, trials, policy, level=base.level))
        signs = experiments.responding.with_signs(measured, entries, trials, level=base.level)
        rows: Sequence[Mapping[str, Any]] = base.fetch(signs.order_by("customer_id"))
        unit = None
        if trials.policies[policy].by_household:
            homes = {
                row["customer_id"]: row["household_id"] for row in base.fetch(base.table("household").select("customer_id", "household_id"))
            }
            unit = [homes.get(row["customer_id"], row["customer_id"]) for row in rows]
    return experiments.responding.responding(policy, rows, learner=learner, unit=unit)
