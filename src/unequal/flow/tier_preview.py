"""What a change of tiers would do before it is made: whom it moves, what they bring and cost, and whom it takes something away from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import ibis

from unequal import config, contact_centre, customer_base, predicates, storage, treatments
from unequal.flow.holding import profile_table, published_moments
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import events_of
from unequal.flow.previewing import RunTerms, protected_of
from unequal.flow.reading import OpenBase, open_base
from unequal.terms.errors import ContactCentreError

_HELD: Final = {"customer_id": "string", "held": "string", "since": "timestamp(6)"}
_SHOWN: Final = ("customer_id", "tier", "would_have", "keeps_until", "contribution_12m", "cost_to_serve_12m", "value_expected")


@dataclass(frozen=True)
class TierPreview:
    """Tiers as they are and as they would be.

    Args:
        tiers: a row for each tier as routing gives it now, empty for none: customers, sums of contribution, sales and cost to serve of the last twelve months, share of the base.
        moves: a row for each tier that is left for another by the change, with the same sums, and whether it is a fall. Who keeps his tier by its
            `holds_when` is not moved, nor who has it for its `holds_days` alone and loses it after them whatever is changed.
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
        protected, _ = protected_of(project.config)
        _, ready = treatments.ready(
            (), self.live, types=self.terms.types, time_zone=project.config.time_zone, protected=protected, events=self.events
        )  # fmt: skip
        self.types = ready.types

    def parsed(self, text: str, where: str) -> predicates.Predicate:
        return predicates.parse(text, self.types, where=where, events=self.events)

    def of(self, tiers: Mapping[str, config.policies.Tier]) -> dict[str, predicates.Predicate]:
        return {name: self.parsed(tier.when, f"live.tiers.{name}.when") for name, tier in tiers.items() if tier.when is not None}

    def keeping(self, tiers: Mapping[str, config.policies.Tier]) -> dict[str, predicates.Predicate]:
        """By which who has a tier keeps it."""
        return {
            name: self.parsed(tier.holds_when, f"live.tiers.{name}.holds_when")
            for name, tier in tiers.items()
            if tier.holds_when is not None
        }

    def floors(self) -> list[predicates.Predicate]:
        return [self.parsed(one.when, f"live.floors.{name}.when") for name, one in self.live.floors.items() if one.when is not None]

    def rows(self, opened: OpenBase, every: Sequence[predicates.Predicate], *texts: str | None) -> ibis.Table:
        """Profiles with all that rules read: windows as of when anything last happened, and nothing of what only channels and questions tell.

        Args:
            opened: the published run.
            every: the rules.
            texts: attributes that are wanted beside those that the rules name.
        """
        windows = tuple(dict.fromkeys(window for one in every for window in predicates.windows_of(one)))
        # The empty text: where rules name nothing no attribute is wanted, and without any text all would be.
        profile = profile_table(opened, "", *texts, *(name for one in every for name in predicates.columns_of(one)))
        rows = customer_base.steps.happened_within(profile, published_moments(opened), windows, at=self.terms.watermark)
        return rows.mutate(**{name: ibis.null(stored) for name, stored in self.types.items() if name not in rows.columns})


def _previewed(
    opened: OpenBase, rules: TierRules, changed: Mapping[str, config.policies.Tier], held: Sequence[Mapping[str, Any]], now: datetime
) -> TierPreview:  # fmt: skip
    before, after, keeps, floors = rules.of(rules.live.tiers), rules.of(changed), rules.keeping(changed), rules.floors()
    every = [*before.values(), *after.values(), *keeps.values(), *floors]
    rows = contact_centre.tiers.with_service_costs(rules.rows(opened, every), opened.base.table("statement"))
    joined = with_held(opened, rows, held)
    fits, would_fit = (contact_centre.tiers.tier_of(joined, changed, of, floors) for of in (before, after))
    told = _moved(
        joined.mutate(
            tier=contact_centre.tiers.settled(joined, changed, fits, keeps, at=now),
            stays=contact_centre.tiers.settled(joined, changed, fits, keeps),
            would_have=contact_centre.tiers.settled(joined, changed, would_fit, keeps),
        ),
        treatments.tiers.order_of(changed),
    )
    kept = opened.engine.materialise(told.select(*_columns(told)), "tiers")
    return _told(opened, kept, changed, now)


def _moved(told: ibis.Table, order: Sequence[str]) -> ibis.Table:
    """With `would_have` as it is now for whom the change neither takes anything away from nor gives more than he has.

    Args:
        told: with tier, that of today; stays, what remains of it once its days are over; and would_have, the same after the change.
        order: of tiers, the best first.
    """
    now, stays, then = (contact_centre.tiers.rank_of(told[name], order) for name in ("tier", "stays", "would_have"))
    return told.mutate(would_have=ibis.ifelse((then > stays) | (then < now), told["would_have"], told["tier"]))


def _told(opened: OpenBase, kept: ibis.Table, tiers: Mapping[str, config.policies.Tier], now: datetime) -> TierPreview:
    fetch, order = opened.engine.fetch, treatments.tiers.order_of(tiers)
    moved = kept.filter(kept["tier"] != kept["would_have"])

    def is_fall(row: Mapping[str, Any]) -> bool:
        return order.index(row["would_have"]) > order.index(row["tier"])

    moves = [{**row, "is_fall": is_fall(row)} for row in fetch(contact_centre.tiers.by_tier(moved, "tier", "would_have"))]
    falls = [row for row in fetch(moved) if is_fall(row)]
    return TierPreview(
        sorted(fetch(contact_centre.tiers.by_tier(kept, "tier")), key=lambda row: order.index(row["tier"])),
        moves,
        [_fall(row, tiers, now) for row in sorted(falls, key=lambda row: (-(row["contribution_12m"] or 0), row["customer_id"]))],
    )


def _columns(told: ibis.Table) -> list[str]:
    wanted = ("customer_id", "tier", "would_have", "held", "since", "contribution_12m", "sales_12m", "cost_to_serve_12m", "value_expected")
    return [name for name in wanted if name in told.columns]


def _fall(row: Mapping[str, Any], declared: Mapping[str, config.policies.Tier], now: datetime) -> dict[str, Any]:
    """One whom something is taken away from; until when he keeps what he has, where he has been met with it."""
    days = declared[row["tier"]].holds_days if row["tier"] == row["held"] else 0
    until = row["since"] + timedelta(days=days) if days else None
    shown = {**row, "keeps_until": until.date() if until is not None and until > now else None}
    return {name: shown.get(name) for name in _SHOWN}
