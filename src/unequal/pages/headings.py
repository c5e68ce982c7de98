"""Which definition belongs to a figure or a heading, so that no number on a page stands without one."""

from __future__ import annotations

from typing import Final

from unequal.pages.definitions import definition_keys

_OF_QUESTION: Final[dict[str, str]] = {
    "value.value": "expected", "value.customers": "customers", "value.below_zero": "expected", "value.brought": "brought",
    "retention.retention": "there_in_a_year",
    "cost-to-serve.customers": "customers",
    "claims.top_fifth": "claimed", "claims.five_points": "claimed",
    "worth-doing.retention": "in_a_year", "worth-doing.cost_to_serve": "in_a_year", "worth-doing.mix": "in_a_year", "worth-doing.service": "in_a_year",
    "worth-doing.name": "measure_to_take", "worth-doing.figure": "measure_to_take",
    "service.name": "agent", "service.contacts": "contacts",
    "readiness.name": "area", "readiness.figure": "criterion", "readiness.identity": "readiness", "readiness.incentives": "readiness",
    "metrics.value": "metric_value", "metrics.segment": "group", "metrics.target": "metric_value",
    "new.value": "expected", "new.change_each": "equal_age", "new.first_year": "first_year", "new.months": "month_of_life", "new.brought": "first_year",
    "lost.lost": "lost", "lost.silent": "silent", "lost.reason": "reason", "lost.how": "how_they_left", "lost.year": "when",
    "equity.change": "equity", "equity.customers": "equity", "equity.lost": "worth_of_change", "equity.amount": "worth_of_change",
    "equity.profit": "profit_between", "equity.part": "worth_of_change", "equity.won_back": "worth_of_change",
    "get-keep-grow.change": "lever", "get-keep-grow.before": "brought", "get-keep-grow.won_back": "lever",
    "movement.change": "change_parts", "movement.label": "movement_band", "movement.before": "brought", "movement.amount": "change_parts",
    "movement.new": "change_parts", "movement.reactivated": "change_parts", "movement.moved": "moved",
    "promises.segment": "group", "promises.promises": "promises", "promises.contacts_a_promise": "contacts",
    "defaults.value": "code", "defaults.share": "most_frequent_code", "defaults.source": "source", "defaults.peer": "agent",
    "conflicts.value": "expected", "conflicts.pairs": "conflict", "conflicts.brought": "brought", "conflicts.since": "when",
    "loyal.since": "when", "loyal.usual": "veers", "loyal.subject": "group", "loyal.recent": "veers", "loyal.customers": "veers",
    "advocates.share": "share", "advocates.advocates": "four_kinds",
    "drivers.part": "part",
    "needs.groups": "needs_group", "needs.buying": "customers", "needs.rand": "jaccard", "needs.explained": "needs_group",
    "needs.rule": "needs_rule", "needs.rule_precision": "needs_rule", "needs.words": "needs_group", "needs.others_share": "habit_share",
}  # fmt: skip
"""Question and name: the word that defines it there; what is not listed means the same everywhere."""

_OF_NAME: Final[dict[str, str]] = {
    # counts
    **dict.fromkeys(("customers", "customers_before", "customers_after", "customers_expected", "there", "judged", "of_customers", "stayed"), "customers"),
    "customer_id": "customer", "losing_customers": "below_zero", "below_zero": "below_zero", "active_customers": "active", "active_records": "active",
    "active_accounts": "active", "active_persons": "active", "active_organisations": "active", "active_households": "active",
    "persons": "persons", "organisations": "organisations", "introduced_organisations": "others_brought", "households": "households", "records": "records", "accounts": "accounts_held",
    "entries": "entries", "rows": "rows", "accepted": "rows", "files": "file", "bytes": "file", "events": "events", "rank": "customers",
    # what everything is told by
    "source": "source", "currency": "currency", "line": "line", "share": "share", "sales": "sales", "per_customer": "per_customer",
    "month": "when", "period": "when", "since": "when", "year": "when", "lost_on": "when", "relationship": "line_of_business", "business": "line_of_business",
    "amount": "amount", "between": "expected", "worth": "expected", **dict.fromkeys(("channel", "market", "product", "band"), "group"),
    # profit, and what it rests on
    "moved": "stands_firm", "moved_share": "stands_firm", "cause": "cause", "cause_amount": "cause", "cause_excess": "cause", "elsewhere": "unassigned",
    "reason": "why_left_out", "why": "why_left_out", "account": "account", "against": "account", "general_ledger": "general_ledger", "detail": "detail",
    "unexplained": "unexplained", "unequal_periods": "unexplained", "tolerance": "tolerance", "quarantined": "quarantined", "counted_once": "counted_once",
    "pairs": "pairs", "keys": "keys", "probability": "joined", "false_share": "joined", "kind": "records", "missed": "missed",
    # forecasts
    "expected": "expected", "alive": "still", "p_alive": "still", "growable": "growable", "overdue": "overdue", "brought": "brought", "tests": "model", "chosen": "model", "rmse": "error",
    "deviance": "error", "covered": "inside", "came": "foreseen", "growth_foreseen": "foreseen", "growth_came": "foreseen", "growth_expected": "growable",
    "top_fifth_probability": "growable", "dimension": "group", "source_rank": "rank", "acquisition_cost": "acquisition_cost", "cost_each": "acquisition_cost",
    "worth_per_customer_expected": "expected", "points": "points", "claim_share": "textbook", "retention_expected": "there_in_a_year",
    "value_gain_expected": "point_of_retention", "value_gain_share": "point_of_retention", "year_gain_expected": "point_of_retention",
    "point_value": "point_of_retention", "point_year": "point_of_retention", "point_of_retention": "point_of_retention", "five_points_value": "five_points", "five_points_year": "five_points",
    # gained and lost
    "gained": "gained", "gained_in_all": "gained", "each": "each_so_far", "first_year_each": "first_year", "earlier_customers": "equal_age", "earlier_each": "equal_age", "payback_months": "payback",
    **dict.fromkeys(("same_month", "bought_before", "bought_later", "never_bought"), "called_new"),
    "foregone": "foregone", "foregone_expected": "foregone", "ended": "how_they_left", "half_life": "half_life", "everywhere": "lost_altogether", "won_back": "won_back",
    "silent_expected": "silent", "with_reason": "default_reason", "reason_told": "default_reason", "how": "how_they_left", "sign": "association",
    **dict.fromkeys(("lost_mean", "stayed_mean", "strength"), "differed"),
    # loyal
    "at_risk": "at_risk", "at_risk_expected": "at_risk", "warned": "veers", "keeping": "behaviour", "driving_away": "behaviour", "precision": "precision", "precision_of_recency": "precision",
    "precision_with_rhythm": "precision", "recall": "reached", "meaning": "behaviour", "showing_share": "behaviour", "leaving_expected": "added_leaving",
    "growing_expected": "added_growing", "verdict": "found", "held": "found", "added_loss_expected": "added_loss",
    # movement, equity and levers
    **dict.fromkeys(("within", "movement", "entry", "exit", "entered", "left"), "change_parts"), "excess": "by_chance", "after": "brought", "now": "brought", "held_after": "brought",
    "from_label": "movement_band", "to_label": "movement_band", "change": "change",
    "equity": "equity", "equity_then": "equity", "return_on_customer": "return_on_customer",
    **dict.fromkeys(("got", "grown", "shrunk", "gone_before"), "worth_of_change"),
    **dict.fromkeys(("get", "keep", "grow", "rest", "acquired", "referred", "retained", "unprofitable_ended", "up_sold", "sold_less", "cross_sold", "cost_to_serve_cut"), "lever"),
    # advocates
    "bringers": "others_brought", "others": "others_brought", "came_brought": "brought", "came_expected": "expected", "champions": "four_kinds", "affluents": "four_kinds", "misers": "four_kinds",
    "own_value_expected": "own_value", "through_others_expected": "through_others", "orders_by": "preferred", "contacts_by": "preferred",
    # conflicts, claims, drivers
    "caught": "conflict", "pair": "conflict", "opposed_in": "conflict", "programme": "programme", "pushes": "programme", "incentive": "programme", "brought_last_year": "brought", "value_expected": "expected",
    **dict.fromkeys(("told", "claimed", "measured", "bank_fifth", "lost_in_five_years", "referred_more", "service_by_value", "triggered_offers", "note"), "claimed"),
    "outcome": "outcome", "importance": "importance", "of_explained_share": "importance", "first_share": "importance", "direction": "direction_of_driver",
    # service and promises
    "contacts": "contacts", "a_day": "contacts", "seconds": "contact_time", "settled_at_first": "settled", "same_code_again": "same_code_again", "again_share": "came_again",
    "code_share": "most_frequent_code", "agreed_share": "same_code_again", "kept_expected": "against_alike",
    **dict.fromkeys(("incentive_again", "incentive_seconds", "incentive_repeat_cost", "incentive_time_saved"), "incentive"),
    "promises": "promises", "promises_kept": "promise_kept", "kept_share": "promise_kept", "broken": "let_down", "let_down": "let_down", "value_let_down": "expected", "stay_let_down": "let_down", "days_late": "late",
    # defaults and readiness
    **dict.fromkeys(("code_fields", "code_fields_judged", "default_fields", "field", "grouping"), "code_field"), **dict.fromkeys(("default_rows", "default_cost"), "code"),
    "beside_share": "most_frequent_code", "usual_share": "against_peers", "is_prone": "against_peers", "peer_ratio": "against_peers", "telling": "telling", "score": "default_score",
    **dict.fromkeys(("definition", "identity", "data_quality", "cost_data", "tie_out", "lost_reasons", "referral_capture", "incentives", "rights_to_act", "basis"), "readiness"),
    "dollars": "concerned", "dollars_are": "concerned", "next_step": "next_step", "criterion": "criterion", "holds": "criterion", "area": "area",
    # worth doing and metrics
    "worth_doing": "in_a_year", "own_figure": "measure_to_take", "effect_supposed": "supposed", "effect_unit": "supposed", "grounds": "supposed", "year_supposed": "in_a_year", "in_sum": "in_a_year",
    "metric": "metric", "unit": "metric_value", "month_before": "metric_value", "year_before": "metric_value", "target": "metric_value", "reached": "metric_value",
    # cost to serve
    "activity": "activity", "pool": "pool", "minutes": "minutes", "practical_minutes": "minutes", "used_minutes": "minutes", "over_minutes": "minutes", "rate_minute": "minute_rate", "cost": "cost",
    "pool_cost": "pool", "charged_customers": "cost", "own_failures": "own_failures", "idle": "idle", "idle_share": "idle", "unassigned": "unassigned", "higher_levels": "higher_levels",
    "other_customers": "cost", "other_levels": "higher_levels", "what": "cost", "bucket": "higher_levels",
}  # fmt: skip

_OF_LABEL: Final[dict[str, str]] = {
    "band": "band", "line": "line", "line of business": "line_of_business", "model or baseline": "model", "were it": "stands_firm", "measure": "concentration", "value": "concentration", "part of the ledger": "ledger_part",
    "best customers": "top_fifth", "records of": "records", "tenth by what was foreseen": "foreseen",
}  # fmt: skip
_ENDS: Final = ("_low", "_high")
_METRIC: Final = "metrics"


def term_of(about: str, name: str, label: str = "") -> str:
    """The key of the definition that a figure or a column needs.

    Args:
        about: the question it belongs to; empty for what every report rests on.
        name: of the figure or column.
        label: as a page writes it.

    Returns:
        A key of `define`, or nothing where none is known.

    >>> term_of("value", "value"), term_of("new", "value_low"), term_of("", "name", "Band"), term_of("", "nonsense")
    ('expected', 'range', 'band', '')
    """
    named = _OF_QUESTION.get(f"{about}.{name}") or _OF_NAME.get(name) or _OF_LABEL.get(label.lower())
    if named or not name:
        return named or ""
    if name.endswith(_ENDS) or name in ("low", "high"):
        return "range"
    if about == _METRIC:
        return "metric"
    if name.endswith(("_explained", "_first")):
        return "importance"
    return name if name in definition_keys() else "slice" if name in ("value", "slice") else ""
