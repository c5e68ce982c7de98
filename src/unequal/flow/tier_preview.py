"""What a change of tiers would do before it is made: whom it moves, what they bring and cost, and whom it takes something away from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import ibis

from unequal import config, contact_centre, customer_base, predicates, storage
from unequal.flow.holding import profile_table, published_moments
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import events_of
from unequal.flow.previewing import RunTerms
from unequal.flow.reading import OpenBase, open_base
from unequal.terms.errors import ContactCentreError

_HELD: Final = {"customer_id": "string", "held": "string", "since": "timestamp(6)"}
_SHOWN: Final = ("customer_id", "tier", "would_have", "keeps_until", "contribution_12m", "cost_to_serve_12m", "value_expected")


@dataclass(frozen=True)
class TierPreview:
    """Tiers as they are and as they would be.

    Args:
        tiers: a row for each tier as it is: customers, sums of contribution, sales and cost to serve of the last twelve months, share of the base.
        moves: a row for each tier that is left for another, with the same sums, and whether it is a fall.
        falls: whom the change takes something away from, one row each, the most contribution first; those who keep what they have for a while with the
            day on which that ends.
    """

    tiers: Sequence[Mapping[str, Any]]
    moves: Sequence[Mapping[str, Any]]
    falls: Sequence[Mapping[str, Any]]


def preview_tiers(project: OpenProject, changes: Mapping[str, str], now: datetime) -> TierPreview:
    """Hold the tiers of the config, changed as is supposed, against the published base and what is remembered of customers.

    Args:
        project: that has been run.
        changes: by tier, the rule that its `when` is supposed to be.
        now: naive UTC.

    Raises:
        ContactCentreError: CTC030, the project declares no tiers; CTC031, a change is of a tier that is not declared.
        Problems: PRD codes, a rule cannot be read.
    """
    declared = project.config.live.tiers
    if not declared:
        raise ContactCentreError(
            "CTC030", "there are no tiers to look at", where="live.tiers", do="declare them: docs/how-to/route-contacts.md"
        )
    for name in changes:
        if name not in declared:
            raise ContactCentreError("CTC031", "there is no such tier", seen=name, do=f"name one of: {', '.join(declared)}")
    changed = {name: tier.model_copy(update={"when": changes[name]}) if name in changes else tier for name, tier in declared.items()}
    with storage.state.open_live(project.state_url) as state:
        held = held_tiers(state, declared)
    with open_base(project) as opened:
        return _previewed(opened, TierRules(project, opened), changed, held, now)


def held_tiers(state: storage.state.LiveState, declared: Mapping[str, config.policies.Tier]) -> list[dict[str, Any]]:
    """Who was met with which of the declared tiers, and since when: rows of customer_id, held, since."""
    return [{"customer_id": one.customer_id, "held": one.tier, "since": one.since} for one in state.tiers.members() if one.tier in declared]


def with_held(opened: OpenBase, rows: ibis.Table, held: Sequence[Mapping[str, Any]]) -> ibis.Table:
    """Rows of customers beside the tier that each was met with, absent of who was not, and since when."""
    known = opened.engine.rows(_HELD, list(held))
    return rows.left_join(known.rename(_held_by="customer_id"), rows["customer_id"] == known["customer_id"]).drop("_held_by")


class TierRules:
    """The rules of tiers and floors, parsed as decisions parse them."""

    def __init__(self, project: OpenProject, opened: OpenBase) -> None:
        self.terms = RunTerms(project, opened)
        self.live, self.events = project.config.live, self.terms.events | events_of(project.config)

    def parsed(self, text: str, where: str) -> predicates.Predicate:
        return predicates.parse(text, self.terms.types, where=where, events=self.events)

    def of(self, tiers: Mapping[str, config.policies.Tier]) -> dict[str, predicates.Predicate]:
        return {name: self.parsed(tier.when, f"live.tiers.{name}.when") for name, tier in tiers.items() if tier.when is not None}

    def floors(self) -> list[predicates.Predicate]:
        return [self.parsed(one.when, f"live.floors.{name}.when") for name, one in self.live.floors.items() if one.when is not None]


def _previewed(
    opened: OpenBase, rules: TierRules, changed: Mapping[str, config.policies.Tier], held: Sequence[Mapping[str, Any]], now: datetime
) -> TierPreview:  # fmt: skip
    declared = rules.live.tiers
    before, after, floors = rules.of(declared), rules.of(changed), rules.floors()
    every = [*before.values(), *after.values(), *floors]
    windows = tuple(dict.fromkeys(window for one in every for window in predicates.windows_of(one)))
    texts = ["", *(name for one in every for name in predicates.columns_of(one))]
    rows = customer_base.steps.happened_within(profile_table(opened, *texts), published_moments(opened), windows, at=rules.terms.watermark)
    rows = contact_centre.tiers.with_service_costs(rows, opened.base.table("statement"))
    joined = with_held(opened, rows, held)
    ranked = [
        *(name for name, tier in declared.items() if not tier.takes_service_away),
        *(name for name, tier in declared.items() if tier.takes_service_away),
    ]
    told = joined.mutate(
        tier=joined["held"].fill_null(contact_centre.tiers.tier_of(joined, declared, before, floors)),
        would_have=contact_centre.tiers.tier_of(joined, changed, after, floors),
    )
    kept = opened.engine.materialise(told.select(*_columns(told)), "tiers")
    fetch = opened.engine.fetch
    moved = kept.filter(kept["tier"] != kept["would_have"])
    moves = [
        {**row, "is_fall": _rank(ranked, row["would_have"]) > _rank(ranked, row["tier"])}
        for row in fetch(contact_centre.tiers.by_tier(moved, "tier", "would_have"))
    ]
    falls = [row for row in fetch(moved) if _rank(ranked, row["would_have"]) > _rank(ranked, row["tier"])]
    return TierPreview(
        sorted(fetch(contact_centre.tiers.by_tier(kept, "tier")), key=lambda row: _rank(ranked, row["tier"])),
        moves,
        [_fall(row, declared, now) for row in sorted(falls, key=lambda row: (-(row["contribution_12m"] or 0), row["customer_id"]))],
    )


def _columns(told: ibis.Table) -> list[str]:
    wanted = ("customer_id", "tier", "would_have", "held", "since", "contribution_12m", "sales_12m", "cost_to_serve_12m", "value_expected")
    return [name for name in wanted if name in told.columns]


def _rank(ranked: Sequence[str], tier: str) -> int:
    return ranked.index(tier) if tier in ranked else len(ranked)


def _fall(row: Mapping[str, Any], declared: Mapping[str, config.policies.Tier], now: datetime) -> dict[str, Any]:
    """One whom something is taken away from; until when he keeps what he has, where he has been met with it."""
    days = declared[row["tier"]].holds_days if row["held"] is not None else 0
    until = row["since"] + timedelta(days=days) if days else None
    shown = {**row, "keeps_until": until.date() if until is not None and until > now else None}
    return {name: shown.get(name) for name in _SHOWN}
