"""What a version of a policy would do before anybody approves it: whom it reaches, how alike groups are reached, and whom it is at odds with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import ibis

from unequal import config, customer_base, treatments
from unequal.flow.holding import last_told, profile_table, published_moments, types_of
from unequal.flow.opening import OpenProject
from unequal.flow.profiles import ANYBODY
from unequal.flow.reading import OpenBase, customer_attributes, open_base

_NOT_HELD: Final = "cannot be tested: this attribute is not held"


@dataclass(frozen=True)
class RunTerms:
    """What rules over the published run may name, for whoever decides on nobody: nothing of it is laid out in memory.

    Args:
        project: that has been run.
        opened: the run, where it is open; the current one is opened when it is asked by default.
        types: column -> type, as `Profiles.types`.
    """

    project: OpenProject
    opened: OpenBase | None = None
    types: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", types_of(self.project.config))

    @cached_property
    def _last(self) -> Mapping[str, datetime]:
        if self.opened is not None:
            return last_told(self.opened)
        with open_base(self.project) as opened:
            return last_told(opened)

    @property
    def events(self) -> frozenset[str]:
        """Events that the run tells of, and those that any ledger may."""
        return frozenset({"order", "return", *self._last})

    @property
    def watermark(self) -> datetime:
        """When anything last happened in the run's tables; ANYBODY where nothing did."""
        return max(self._last.values(), default=ANYBODY)


def acting(opened: OpenBase, policies: treatments.Policies, rules: treatments.Rules, *, at: datetime) -> treatments.conflicts.Acting:
    """Policies with the base that they act on: profiles beside every window that rules name, as of an instant."""
    # The empty text: where rules name nothing no attribute is wanted, and without any text all would be.
    named = ["", *(name for one in policies for name in one.reads)]
    rows = customer_base.steps.happened_within(profile_table(opened, *named), published_moments(opened), rules.windows, at=at)
    return treatments.conflicts.Acting(policies, rules, rows)


def previewed(opened: OpenBase, name: str, policies: treatments.Policies, rules: treatments.Rules, *, at: datetime) -> dict[str, Any]:
    """All that an approver should see of a policy.

    Args:
        opened: the published run.
        name: of the policy.
        policies: it, and those that act beside it.
        rules: made ready with them.
        at: as of when windows are counted.

    Returns:
        As `treatments.preview.reach`, with `impact`, a row for each group of each protected attribute, and `conflicts`, a row for each policy
        that works against it and may meet it in one customer: whom most is lost with (witness), how many are caught, dollars, and ways to settle.
    """
    acts, policy = acting(opened, policies, rules, at=at), policies.named(name)
    kept = opened.engine.materialise(acts.profile, "previewed")
    told = opened.engine.fetch(treatments.preview.reach(kept, policy, rules))[0]
    return {**told, "impact": impact(opened, kept, policy, rules), "conflicts": conflicts(opened, kept, name, acts)}


def impact(opened: OpenBase, rows: ibis.Table, policy: Any, rules: treatments.Rules) -> list[dict[str, Any]]:
    """Each group of each protected attribute beside the group that is reached most; what is not held says so."""
    protected, held = protected_of(opened.base.project)
    if not protected:
        return [_untested("", "cannot be tested: no protected attribute is declared")]
    found = [_untested(name, _NOT_HELD) for name in protected if name not in held]
    if held:
        known = customer_attributes(opened.base.tables, held).select("customer_id", *held)
        beside = opened.engine.materialise(
            rows.drop(*(name for name in held if name in rows.columns)).left_join(known, "customer_id"), "groups"
        )
        for name in held:
            found += _groups(opened, beside, policy, rules, name)
    return found


def _groups(opened: OpenBase, rows: ibis.Table, policy: Any, rules: treatments.Rules, name: str) -> list[dict[str, Any]]:
    selected = treatments.preview.impact.selected_by(rows, policy, rules, attribute=name)
    counted = [] if selected is None else opened.engine.fetch(selected)
    groups = {str(row["group"]): (row["customers"], row["chosen"]) for row in counted if row["group"] is not None}
    ratios = treatments.preview.impact.four_fifths(groups)
    return [_ratio(name, one) for one in ratios] or [_untested(name, "cannot be tested: of no customer it is known")]


def _ratio(attribute: str, one: treatments.preview.impact.Ratio) -> dict[str, Any]:
    words = {"cannot_be_tested": "cannot be tested: too few of them, or nobody is reached"}.get(one.verdict, one.verdict)
    return {"attribute": attribute, "group": one.group, "against": one.against, "ratio": one.ratio, "low": one.low, "high": one.high,
            "verdict": words}  # fmt: skip


def _untested(attribute: str, why: str) -> dict[str, Any]:
    return {"attribute": attribute, "group": None, "against": None, "ratio": None, "low": None, "high": None, "verdict": why}


def protected_of(project: config.Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The protected attributes that a project declares, and those of them that any source gives."""
    protected = tuple(name for name, one in project.attributes.items() if one.protected)
    given = {name for source in project.sources.values() if source.records for name in source.records.attributes}
    return protected, tuple(name for name in protected if name in given)


def conflicts(opened: OpenBase, rows: ibis.Table, name: str, acts: treatments.conflicts.Acting) -> list[dict[str, Any]]:
    """The policies that work against one and may meet it in a customer; those first that put most at stake."""
    pairs = [pair for pair in treatments.conflicts.opposed(acts.policies) if name in (pair.first.name, pair.second.name)]
    found = [_conflict(opened, rows, name, pair, acts.rules) for pair in pairs]
    return sorted(found, key=lambda row: (-row["lost"], row["against"]))


def _conflict(
    opened: OpenBase, rows: ibis.Table, name: str, pair: treatments.conflicts.Opposed, rules: treatments.Rules
) -> dict[str, Any]:  # fmt: skip
    caught = treatments.conflicts.caught(rows, pair, rules)
    (found,) = opened.engine.fetch(treatments.conflicts.counted(caught))
    one, other = (found[column] or Decimal(0) for column in ("first_dollars", "second_dollars"))
    is_first = pair.first.name == name
    ways = treatments.conflicts.ways_to_settle(
        pair, first_dollars=one, second_dollars=other, currency=opened.base.project.reporting_currency
    )
    return {
        "against": pair.second.name if is_first else pair.first.name, "opposed_in": pair.opposed_in, "customers": found["customers"],
        "witness": found["witness"], "dollars": one if is_first else other, "against_dollars": other if is_first else one,
        "lost": found["lost"] or Decimal(0), "settle": list(ways) if found["customers"] else [],
    }  # fmt: skip
