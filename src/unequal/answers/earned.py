"""What treatments earned: customers whom each policy was for, beside those whom the lot held out of it, in the ledger's dollars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import hypot, isfinite
from typing import Any, Final

import ibis
import pyarrow as pa
from ibis import _

from unequal import predicates
from unequal.answers import allotted, together
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.experienced import customers_asked
from unequal.answers.forecasts import estimate
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import columns_to_ask, dimension
from unequal.answers.profit import allowed_level
from unequal.answers.resting import Rests, rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.experiments import Comparison, Outcomes
from unequal.experiments import trials as trying
from unequal.terms.amounts import exact_text, money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.money import money_sum
from unequal.terms.periods import Period

QUESTION: Final = "earned"
FEWEST: Final = 10
"""Customers of an arm below which nothing is told of it."""
_MONEY: Final = pa.decimal128(28, 4)
_POLICY: Final = pa.schema([
    ("policy", pa.string()), ("segment", pa.string()), ("objective", pa.string()), ("acts", pa.string()), ("days", pa.int64()),
    ("treated", pa.int64()), ("held_out", pa.int64()), ("not_over", pa.int64()),
    ("treated_brought", _MONEY), ("held_out_brought", _MONEY), ("contacts", pa.int64()), ("contact_cost", _MONEY),
    ("customer_expected", pa.float64()), ("customer_low", pa.float64()), ("customer_high", pa.float64()),
    ("customer_standard_error", pa.float64()), ("total_expected", pa.float64()), ("total_low", pa.float64()), ("total_high", pa.float64()),
    ("stated_customer_expected", pa.float64()), ("variance_removed", pa.float64()), ("verdict", pa.string()), ("said", pa.string()),
    ("why_early", pa.string()), ("called", pa.string()),
])  # fmt: skip
SAID: Final = {
    "earned": "earned more than it cost", "lost": "loses money", "no_detectable_difference": "no detectable difference",
    "too_early": "too early to say", "arms_not_as_drawn": "cannot be judged: the arms are not as they were drawn",
    "told_apart_after": "cannot be judged: what tells these apart may have come of the treatment itself",
}  # fmt: skip
_STANDING: Final = frozenset({"customer_id", "kind", "began_on", "began_year", "began_month"})
_UNJUDGED: Final = frozenset({"arms_not_as_drawn", "told_apart_after"})
_NOBODY: Final = Outcomes.of([])
_MOVED: Final = frozenset({"band", "needs_group"})
"""Beside attributes, but by what customers bring and buy."""


@dataclass(frozen=True)
class Judged:
    """One policy, among all customers or in a slice of them.

    Args:
        tried: the policy.
        segment: the slice; None of all customers.
        compared: treated beside held out; None where an arm has too few customers whose days are over.
        not_over: customers whose days are not over yet.
        sums: of each arm, exactly: customers, and what they brought.
        contacts, cost: made by the policy with the customers who are compared, in the days that count, and what they cost.
        stated: what the choice counted with, per contact; None where nothing tells it.
        is_after: its customers were picked by what may have come of the treatment, as their band: so are the arms no longer alike.
        outcomes: each arm's sums, whatever share was held out.
        shares: how many shares that were held out these customers' lots were drawn at.
    """

    tried: trying.Tried
    segment: str | None
    compared: Comparison | None
    not_over: int
    sums: dict[str, dict[str, Any]]
    contacts: int
    cost: Decimal
    stated: float | None
    is_after: bool = False
    outcomes: Mapping[str, Outcomes] = field(default_factory=dict)
    shares: int = 1

    @property
    def verdict(self) -> str:
        """What may be said of it."""
        if self.compared is None:
            return "too_early"
        return "told_apart_after" if self.is_after else self.compared.verdict

    def why_early(self, words: str) -> str:
        """What it still takes until something can be said; empty where something can."""
        if self.verdict != "too_early":
            return ""
        units = "households" if self.tried.by_household else words
        arms = {told: self.outcomes.get(arm, _NOBODY) for arm, told in (("treated", "treated"), ("held_out", "held out"))}
        at = " at one share held out" if self.shares > 1 else ""
        if self.compared is None:
            over = " and ".join(f"{one.units:,} {told}" for told, one in arms.items())
            return f"the days of {over} {units} are over, and each arm takes {FEWEST}{at}"
        few = [f"{one.with_outcome:,} of {one.units:,} {units} {told}" for told, one in arms.items() if one.with_outcome < trying.ANSWERED]
        if few:
            return f"only {' and '.join(few)} brought or cost anything, and each arm takes {trying.ANSWERED}{at}"
        if self.shares > 1:
            return f"no share that was held out has {trying.ANSWERED} {units} in each arm who brought or cost anything"
        return f"all {units} brought the same"


def earned(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """What each policy earned, beyond what those brought whom the lot held out of it.

    Args:
        base: a published run.
        where: a predicate over customers.
        by: a dimension of customers.
        period: not for this question: each policy says how many days count.
        level: a lower evidence level than the base reaches.

    Raises:
        AnswerError: ANS016, no lot was drawn yet; ANS011, a period is given; ANS003, the level is above what is known; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    if period is not None:
        raise AnswerError("ANS011", "each policy says how many days count (measure.days)", seen="--from or --to", do="ask without them")
    level, trials = allowed_level(base.level, level), base.trials()
    if trials is None or not trials.policies:
        raise lacking(QUESTION, "no policy has drawn a lot for anybody (the state's decisions)",
                      "let a policy act, decide by it, and run again when customers have answered: docs/how-to/what-treatments-earned.md")  # fmt: skip
    customers = base.keep(customers_asked(base, where, by)) if where is not None or by is not None else None
    picked = _moved_among(base, [] if customers is None or where is None else _read(customers, where))
    cut = sorted({*picked, *_moved_among(base, [] if by is None else [by])})
    found = [judged(base, trials, name, level=level, among=customers, is_after=bool(picked)) for name in trials.policies]
    slices = [] if by is None or customers is None else list(_slices(base, trials, customers, by, level, is_after=bool(cut)))
    words = base.project.value.words
    rows = sorted((_row(one, words) for one in found), key=_order)
    tables = {"policies": pa.Table.from_pylist(rows, _POLICY)}
    if slices:
        tables["slices"] = pa.Table.from_pylist(sorted((_row(one, words) for one in slices), key=_order), _POLICY)
    pairs = together.met(base, trials, level=level, among=customers)
    tables |= {"together": pairs} if pairs.num_rows else {}
    (last,) = base.fetch(trying.last_day(base.table("entry"), trials))
    short = base.allotted()
    tables |= {} if short is None else allotted.tables(short[1])
    return Answer(
        question=QUESTION,
        title="What our treatments earned",
        sentence=_sentence(base, found, level),
        findings=(*_said_after(cut), *_findings(base, trials, found, level), *together.findings(pairs, base.project.reporting_currency, base.project.value.words), *(() if short is None else allotted.findings(*short, base.project.reporting_currency, base.project.value.words))),
        period=f"lots drawn and dollars booked until {last['last']}",
        figures=tuple(_figures(base, found)),
        table=tables["policies"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export trials",
        words=base.project.value.words,
        shown=(*_shown(base, tables, found), *together.shown(pairs), *(() if short is None else allotted.shown(short[1]))),
        drawn=(Drawn("ranges", "policies", "Earned with each customer treated, beside those held out", "called", "customer_expected",
                     base.project.reporting_currency, low="customer_low", high="customer_high"),),
        is_estimate=True,
        **_at_level(base, level),
    )  # fmt: skip


def _read(customers: ibis.Table, where: str) -> tuple[str, ...]:
    return predicates.columns_of(predicates.parse(where, columns_to_ask(customers), where="--where"))


def _moved_among(base: Base, columns: Iterable[str]) -> list[str]:
    """Those of some columns of customers that a treatment may have moved: all but what they are, as attributes tell it."""
    standing = {*base.table("customer_attribute").columns, *_STANDING} - _MOVED
    return sorted({*columns} - standing)


def _said_after(columns: Sequence[str]) -> Iterator[str]:
    if columns:
        yield (f"{' and '.join(columns)} may have come of the treatment itself, so that those told apart by it are no longer alike in both arms: "
               f"no verdict is given on them. Tell customers apart by what they are, as country or another attribute.")  # fmt: skip


def judged(
    base: Base, trials: trying.Trials, policy: str, *, level: Level, among: ibis.Table | None = None, segment: str | None = None,
    is_after: bool = False,
) -> Judged:  # fmt: skip
    """One policy against its holdout.

    Args:
        base: a published run.
        trials: what was tried.
        policy: its name.
        level: which costs are taken off.
        among: customers who count; all by default.
        segment: what these are called.
        is_after: they were picked by what may have come of the treatment.
    """
    tried = trials.policies[policy]
    arms = trying.arms_of(trials, policy, among)
    measured = base.keep(trying.brought(base.table("entry"), trials, policy, level=level, among=among))
    exact: dict[str, dict[str, Any]] = {str(row["arm"]): dict(row) for row in base.fetch(_exactly(measured))}
    every = int(str(base.fetch(arms.aggregate(n=arms.count()))[0]["n"]))
    households = base.table("household") if tried.by_household else None
    summed: Sequence[Mapping[str, Any]] = base.fetch(trying.summed(measured, households))
    compared = trying.compared(summed, tried, fewest=FEWEST)
    # Those of customers who still wait, or after the days that count, brought nothing of what is compared.
    made = trying.made_in_time(trials, policy, measured).filter(_.policy == policy)
    (told,) = base.fetch(made.aggregate(contacts=made.count(), cost=money_sum(made["cost"]), stated=made["dollars"].cast("float64").mean()))
    counted = sum(int(row["customers"]) for row in exact.values())
    stated = None if told["stated"] is None else float(str(told["stated"]))
    shares = len({row["share_held_out"] for row in summed})
    return Judged(
        tried, segment, compared, every - counted, exact, int(str(told["contacts"])), Decimal(str(told["cost"])), stated, is_after,
        trying.by_arm(summed), shares,
    )  # fmt: skip


def _at_level(base: Base, level: Level) -> Rests:
    """What the answer takes from the base, at the level that was asked for."""
    return {**rests_on(base), "level": level}


def _exactly(measured: ibis.Table) -> ibis.Table:
    """Of each arm how many customers, and their dollars to the cent."""
    return measured.group_by("arm").aggregate(customers=measured.count().cast("int64"), brought=money_sum(measured["brought"]))


def _slices(base: Base, trials: trying.Trials, customers: ibis.Table, by: str, level: Level, *, is_after: bool) -> Iterator[Judged]:
    """Each policy in each slice that has customers of both arms."""
    key = customers[dimension(customers, by)].cast("string")
    cut = base.keep(customers.select("customer_id", segment=key).filter(_.segment.notnull()))
    names = sorted(str(row["segment"]) for row in base.fetch(cut.select("segment").distinct()))
    for name in names:
        for policy in trials.policies:
            one = judged(base, trials, policy, level=level, among=cut.filter(cut["segment"] == name), segment=name, is_after=is_after)
            if one.compared is not None:
                yield one


def _row(one: Judged, words: str) -> dict[str, Any]:
    tried, compared = one.tried, one.compared
    treated, held_out = (one.sums.get(arm, {}) for arm in ("treated", "held_out"))
    effect = None if compared is None else compared.effect
    ends = {} if compared is None or effect is None or effect.is_early else {
        "customer_low": effect.effect_low, "customer_high": effect.effect_high,
        "total_low": compared.total_low, "total_high": compared.total_high,
    }  # fmt: skip
    return {
        "policy": tried.name, "segment": one.segment, "objective": tried.objective,
        "acts": "acts" if tried.acts else f"stopped by {tried.retired_by}" if tried.retired_by else "stopped",
        "days": tried.days, "treated": treated.get("customers", 0), "held_out": held_out.get("customers", 0),
        "not_over": one.not_over, "treated_brought": treated.get("brought", Decimal(0)), "held_out_brought": held_out.get("brought", Decimal(0)),
        "contacts": one.contacts, "contact_cost": one.cost,
        "customer_expected": None if effect is None else effect.effect_expected,
        "customer_standard_error": None if effect is None else effect.standard_error,
        "total_expected": None if compared is None else compared.total_expected,
        "stated_customer_expected": one.stated, "variance_removed": None if effect is None else effect.variance_removed,
        "verdict": one.verdict, "said": SAID[one.verdict], "why_early": one.why_early(words) or None, "called": tried.called, **ends,
    }  # fmt: skip


def _order(row: dict[str, Any]) -> tuple[str, float, str]:
    total = row["total_expected"]
    return row["segment"] or "", float("inf") if total is None else -total, row["policy"]


def _judgeable(found: list[Judged]) -> list[Comparison]:
    """Comparisons whose range is finite, of arms that are as they were drawn: those that the sum covers."""
    without = {"too_early", *_UNJUDGED}
    return [one.compared for one in found if one.compared is not None and one.verdict not in without and not one.tried.is_whole]


def _together(found: list[Judged]) -> dict[str, float] | None:
    """What all policies that can be judged earned; lots of policies are drawn apart, so their errors add up as squares."""
    some = _judgeable(found)
    if not some:
        return None
    total = sum(one.total_expected for one in some)
    half = hypot(*[one.total_high - one.total_expected for one in some])
    return {"total_expected": total, "total_low": total - half, "total_high": total + half}


def _between(row: dict[str, float], currency: str) -> str:
    mean, low, high = (money_text(estimate(row[f"total_{part}"]), currency) for part in ("expected", "low", "high"))
    return f"{mean} (between {low} and {high})"


def _sentence(base: Base, found: list[Judged], level: Level) -> str:
    words, total = base.project.value.words, _together(found)
    found = [one for one in found if not one.tried.is_whole] or found
    many = f"{len(found):,} {_kind(found)}" if len(found) != 1 else "one policy" if found[0].tried.is_policy else "one trial"
    if total is None:
        why = f"too few of their {words} have answered, or their days are not over"
        if any(one.verdict in _UNJUDGED for one in found):
            why = "it is too early, or their arms are not those that the lot drew"
        return f"Of {many} that held {words} out by lot nothing can be said yet: {why}."
    told = f"{WORD_OF_LEVEL[level]} beyond that of {words} held out by lot"
    verdicts = [one.verdict for one in found]
    early, unjudged = verdicts.count("too_early"), sum(one in _UNJUDGED for one in verdicts)
    said = (
        _counted(verdicts.count("earned"), "earned more than it cost", "earned more than they cost"),
        _counted(verdicts.count("lost"), "loses money", "lose money"),
        _counted(verdicts.count("no_detectable_difference"), "cannot be told from nothing", "cannot be told from nothing"),
        _counted(unjudged, "cannot be judged", "cannot be judged"),
        f"of {early:,} it is too early to say" if early else "",
    )
    parts = ", ".join(one for one in said if one)
    return f"Treatments brought {_between(total, base.project.reporting_currency)} of {told}; of {many} {parts}."


def _kind(found: Iterable[Judged]) -> str:
    """What they are called together: levels of service and the universal holdout are no policies."""
    return "policies" if all(one.tried.is_policy for one in found) else "trials"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}" if number else ""


def _findings(base: Base, trials: trying.Trials, found: list[Judged], level: Level) -> Iterator[str]:
    currency, words = base.project.reporting_currency, base.project.value.words
    for one in found:
        yield _finding(one, currency, words)
    cost = sum((one.cost for one in found), Decimal(0))
    if cost and not trials.is_cost_booked(level):
        why = (
            f"the ledger books it where {WORD_OF_LEVEL[level]} leaves it out"
            if trials.cost_lines
            else "no source brings it into the ledger"
        )
        yield f"What contacts cost, {exact_text(cost, currency)}, is taken off: {why}."
    yield (
        f"Ranges hold however often they are looked at, nine times in ten; whoever was held out counts though nobody told him, "
        f"and all {words} count in the arm that their lot gave, reached or not."
    )


def _finding(one: Judged, currency: str, words: str) -> str:
    called, compared = one.tried.called.replace("_", " "), one.compared
    name = called[:1].upper() + called[1:]
    waits = f"{one.not_over:,} {words} whose days are not over" if one.not_over else ""
    early = f"{name}: too early to say, for {one.why_early(words)}"
    if compared is None:
        return f"{name}: too early to say, with {waits}." if waits and not one.sums else f"{early}{waits and f'; with {waits}'}."
    effect = compared.effect
    mean = exact_text(estimate(effect.effect_expected), currency)
    arms = f"{mean} for each of {compared.treated:,} {words} treated, beside {compared.held_out:,} held out"
    told = f"{early}; so far {arms}" if one.verdict == "too_early" else f"{name} {SAID[one.verdict]}: {arms}"
    if not effect.is_early:
        low, high = (exact_text(estimate(end), currency) for end in (effect.effect_low, effect.effect_high))
        told += f", between {low} and {high}"
    if one.stated is not None:
        told += f"; {exact_text(estimate(one.stated), currency)} were counted with for each contact"
    if effect.variance_removed >= 0.01 and isfinite(effect.effect_low):  # noqa: PLR2004 - less is not worth a word
        told += f"; what they brought before took {share_text(effect.variance_removed)} of the variance away"
    return f"{told}."


def _figures(base: Base, found: list[Judged]) -> Iterator[Figure]:
    currency, words, total = base.project.reporting_currency, base.project.value.words, _together(found)
    found = [one for one in found if not one.tried.is_whole] or found
    label = "Earned beyond those held out"
    if total is None:
        yield Figure(QUESTION, label, None, currency, why_missing="too few customers have answered")
    else:
        low, high = estimate(total["total_low"]), estimate(total["total_high"])
        yield Figure(QUESTION, label, estimate(total["total_expected"]), currency, low=low, high=high, note="estimate")
    yield from _who(found, words)
    yield Figure("contact_cost", f"Contacts cost, of all {_kind(found)}", sum((one.cost for one in found), Decimal(0)), currency)
    for verdict, told in (("earned", "earned more than they cost"), ("lost", "lose money"), ("too_early", "cannot be judged yet")):
        yield Figure(
            f"policies_{verdict}", f"{_kind(found).capitalize()} that {told}", sum(one.verdict == verdict for one in found), _kind(found)
        )


def _who(found: list[Judged], words: str) -> Iterator[Figure]:
    """Customers of each arm whom the sum covers, and those whom it leaves out; all whose days are over, where there is no sum."""
    summed = _judgeable(found)
    every = {arm: sum(int(one.sums.get(arm, {}).get("customers", 0)) for one in found) for arm in ("treated", "held_out")}
    covered = {"treated": sum(one.treated for one in summed), "held_out": sum(one.held_out for one in summed)} if summed else every
    each = "by policy" if _kind(found) == "policies" else "by trial"
    label = f"{each}, in that sum" if summed else each
    yield Figure("treated", f"{words.capitalize()} treated, {label}", covered["treated"], words)
    yield Figure("held_out", f"{words.capitalize()} held out, {label}", covered["held_out"], words)
    left_out = sum(every.values()) - sum(covered.values())
    if left_out:
        yield Figure(
            "not_in_sum", f"{words.capitalize()} of both arms not in that sum: too early to say, or not to be judged", left_out, words
        )


def _shown(base: Base, tables: dict[str, pa.Table], found: list[Judged]) -> Iterator[Shown]:
    one = "Policy" if _kind(found) == "policies" else "Trial"
    why = "too few customers yet whose days are over, or who brought or cost anything"
    columns = (
        Column("objective", "For"), Column("acts", "State", "name"), Column("treated", "Treated", "count"), Column("held_out", "Held out", "count"),
        Column("not_over", "Days not over", "count"), Column("customer_expected", "Earned each", "money", why_missing=why),
        Column("customer_low", "At least", "money", why_missing=why), Column("customer_high", "At most", "money", why_missing=why),
        Column("total_expected", "Earned in all", "money", why_missing=why), Column("contact_cost", "Contacts cost", "cost"),
        Column("stated_customer_expected", "Counted with", "money", why_missing="no decision tells it"), Column("said", "Verdict"),
    )  # fmt: skip
    note = f"At the level of {WORD_OF_LEVEL[base.level]}. Earned: treated less held out, an estimate. Counted with: what the choice expected of a contact, assumed until it is measured."
    yield Shown("policies", f"What each {one.lower()} earned beside those it held out", (Column("called", one, "name"), *columns), note)
    if "slices" in tables:
        yield Shown("slices", "The same by slice", (Column("segment", "Slice", "name"), Column("called", one, "name"), *columns[2:]), note)
