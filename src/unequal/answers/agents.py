"""Agents and teams by quality beside quantity, and what an incentive does to both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import customer_base
from unequal.answers import incentives, quotas
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.experienced import ASSOCIATION, THIN, customers_asked, days_text, of_days, published, refuse_level, with_segment
from unequal.answers.forecasts import estimate
from unequal.answers.lacking import lacking
from unequal.answers.occasions import knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.ledger import of_customers
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import Level
from unequal.terms.periods import Period

steadying = customer_base.steps.experience.steadying
_OWN: Final = ("agent", "team", "channel", "recorded", "outcome")
_LEANS: Final = 2.0
"""An agent leans on a code who records it, with all caution, at least so many times as often as the agent in the middle."""
_NINE_IN_TEN: Final = 1.645
_TAIL: Final = 0.05
_SHARES: Final = ("again", "code", "agreed")
_SCHEMA: Final = pa.schema([
    ("name", pa.string()), ("team", pa.string()), ("contacts", pa.int64()), ("a_day", pa.float64()), ("seconds", pa.float64()),
    *((f"{share}_share{end}", pa.float64()) for share in _SHARES for end in ("", "_low", "_high")), ("leans", pa.bool_()),
    ("kept_expected", pa.float64()), ("kept_low", pa.float64()), ("kept_high", pa.float64()),
])  # fmt: skip


def service(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """How well, and not only how fast, agents and teams serve; and what whoever is paid for speed does otherwise.

    Args:
        base: a published run.
        where: a predicate over customers: their attributes, band, p_alive, ...
        by: agent, team, channel, recorded, outcome, or a dimension of customers.
        period: only contacts of these days.
        level: not for this question.

    Raises:
        AnswerError: ANS016, no contacts with their agent; ANS011, a level is given; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_level("service", level)
    customers = base.keep(customers_asked(base, where, by, _OWN))
    every = of_customers(of_days(published(base, "service", "service_contact", "agents"), "occurred_on", period))
    contacts = base.keep(with_segment(every, customers, by, _OWN))
    code = _most_recorded(base, contacts)
    teams, agents = (_rows(base, contacts, customers, name, code) for name in ("team", "agent"))
    if not agents:
        raise lacking(
            "service", "no contact that names its agent (sources.NAME.interactions.agent)", "map the column with the agent's code"
        )
    tables = {"agents": _table(agents), "teams": _table(teams)}
    if by:
        tables["segments"] = _table(_rows(base, contacts, customers, "segment", code))
    paid = incentives.told(base, contacts)
    whole = _whole(agents)
    simulated = quotas.quotas(base, contacts, customers, paid)
    if simulated is not None:
        tables["quotas"] = simulated
    return Answer(
        question="service",
        title="Who serves well, and what speed is paid with",
        sentence=f"{_resolved(base, contacts, whole)} {incentives.sentence(base, paid)}".strip(),
        findings=(*incentives.findings(base, paid), *quotas.findings(base, simulated), *_findings(base, agents, code), ASSOCIATION),
        period=f"contacts of {days_text(base, contacts, 'occurred_on')}",
        figures=(*_figures(whole), *incentives.figures(base, paid)),
        table=tables["teams"] if len(teams) > 1 else tables["agents"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export contacts",
        words=base.project.value.words,
        shown=(*_shown(base, tables), *quotas.shown(simulated)),
        drawn=_drawn(tables),
        is_estimate=True,
        **rests_on(base),
    )


def _most_recorded(base: Base, contacts: ibis.Table) -> str | None:
    """The code that is recorded most; None where none is."""
    counted = contacts.filter(contacts["recorded"].notnull()).group_by("recorded").aggregate(rows=lambda t: t.count())
    found = base.fetch(counted.order_by(ibis.desc("rows"), "recorded").limit(1))
    return str(found[0]["recorded"]) if found else None


def _rows(base: Base, contacts: ibis.Table, customers: ibis.Table, key: str, code: str | None) -> list[dict[str, Any]]:
    """Agents, teams or segments, each with its shares drawn towards all of them; thin ones are withheld."""
    first = ~contacts["is_again"] & contacts["came_again"].notnull()
    both = contacts["recorded"].notnull() & contacts["recorded_again"].notnull()
    named = contacts.filter(contacts[key].notnull())

    def count(condition: ibis.Value) -> ibis.Value:
        return ibis.ifelse(condition, 1, 0).sum().cast("int64")

    counted = named.group_by(name=key).aggregate(
        team=named["team"].min(), contacts=named.count().cast("int64"), days=named["occurred_on"].nunique().cast("int64"),
        seconds=named["duration_seconds"].mean(), again_cases=count(first), again_hits=count(first & named["came_again"]),
        code_cases=count(named["recorded"].notnull()), code_hits=count(named["recorded"] == (code or "")),
        agreed_cases=count(both), agreed_hits=count(both & (named["recorded"] == named["recorded_again"])),
    )  # fmt: skip
    found = [dict(row) for row in base.fetch(counted.order_by("name")) if int(str(row["contacts"])) >= THIN]
    kept = _kept(base, named, customers, key)
    shares = {name: _steady(found, name) for name in _SHARES}
    return [_row(row, at, key, shares, kept.get(row["name"])) for at, row in enumerate(found)]


def _steady(rows: Sequence[dict[str, Any]], name: str) -> steadying.Steadied | None:
    hits, cases = (np.array([row[f"{name}_{what}"] for row in rows], dtype=np.float64) for what in ("hits", "cases"))
    return steadying.steadied(hits, cases) if cases.sum() > 0 else None


def _row(
    row: dict[str, Any], at: int, key: str, shares: dict[str, steadying.Steadied | None], kept: tuple[float, float, float] | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": row["name"], "team": row["team"] if key == "agent" else None, "contacts": row["contacts"], "a_day": row["contacts"] / row["days"],
        "seconds": row["seconds"], **{f"{name}_{what}": row[f"{name}_{what}"] for name in _SHARES for what in ("hits", "cases")},
    }  # fmt: skip
    for name, found in shares.items():
        told |= {f"{name}_share": None, f"{name}_share_low": None, f"{name}_share_high": None}
        if found is not None:
            told |= {f"{name}_share{end}": float(part[at]) for end, part in (("", found.mean), ("_low", found.low), ("_high", found.high))}
    code = shares["code"]
    told["leans"] = bool(key == "agent" and code is not None and code.low[at] > _LEANS * float(np.median(code.mean)))
    told |= dict(zip(("kept_expected", "kept_low", "kept_high"), kept or (None, None, None), strict=True))
    return told


def _kept(base: Base, contacts: ibis.Table, customers: ibis.Table, key: str) -> dict[Any, tuple[float, float, float]]:
    """What customers are expected to bring whose last contact was with each, less that of customers alike: of one band and one quarter."""
    if not knows_dollars(base.project):
        return {}
    order = ibis.window(group_by="customer_id", order_by=[ibis.desc("occurred_on"), "contact_id"])
    last = contacts.mutate(_place=ibis.row_number().over(order)).filter(lambda t: t["_place"] == 0)
    known = customers.select(_customer="customer_id", band="band", worth="value_expected")
    joined = last.inner_join(known, last["customer_id"] == known["_customer"]).filter(lambda t: t["worth"].notnull())
    quartered = joined.mutate(_quarter=joined["occurred_on"].truncate("Q"))
    alike = ibis.window(group_by=["band", "_quarter"])
    beside = quartered.mutate(_more=quartered["worth"] - quartered["worth"].mean().over(alike))
    summed = beside.group_by(name=key).aggregate(
        mean=beside["_more"].mean(), spread=beside["_more"].std(how="sample"), count=beside.count()
    )
    told = {}
    for row in base.fetch(summed):
        count, mean, spread = int(str(row["count"])), float(str(row["mean"])), row["spread"]
        if count >= THIN and spread is not None:
            width = _NINE_IN_TEN * float(str(spread)) / count**0.5
            told[row["name"]] = (mean, mean - width, mean + width)
    return told


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    ordered = sorted(rows, key=lambda row: (row["again_share"] is None, row["again_share"] or 0.0, row["name"]))
    return pa.Table.from_pylist([{name: row[name] for name in _SCHEMA.names} for row in ordered], _SCHEMA)


def _whole(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {
        name: sum(int(row[name]) for row in rows)
        for name in ("contacts", *(f"{share}_{what}" for share in _SHARES for what in ("hits", "cases")))
    }


def _resolved(base: Base, contacts: ibis.Table, whole: dict[str, int]) -> str:
    agents = base.project.agents
    assert agents is not None, "the section was asked for before"
    if not whole["again_cases"]:
        return f"Of {whole['contacts']:,} contacts none is {agents.repeat_within_days} days old yet."
    settled = 1 - whole["again_hits"] / whole["again_cases"]
    return (
        f"Of {whole['again_cases']:,} matters {share_text(round(settled, 4))} were settled at the first contact: "
        f"the {base.project.value.words} did not come again within {agents.repeat_within_days} days.{_repeats(base, contacts)}"
    )


def _repeats(base: Base, contacts: ibis.Table) -> str:
    """What the contacts cost that came again, where it is known what a second costs."""
    rate = incentives.a_second(base)
    again = contacts.filter(contacts["is_again"])
    found = base.fetch(again.aggregate(contacts=again.count(), seconds=again["duration_seconds"].sum()))[0]
    if rate is None or not found["seconds"]:
        return ""
    cost = money_text(estimate(float(rate) * float(str(found["seconds"]))), base.project.reporting_currency)
    return f" The {int(str(found['contacts'])):,} contacts about what was not settled cost {cost}."


def _findings(base: Base, agents: Sequence[dict[str, Any]], code: str | None) -> Iterator[str]:
    rated = sorted((row for row in agents if row["again_share"] is not None), key=lambda row: row["again_share"])
    if len(rated) > 1:
        best, worst = rated[0], rated[-1]
        yield f"Fewest come again after {best['name']} ({_range(best, 'again')}), most after {worst['name']} ({_range(worst, 'again')})."
    fast = sorted((row for row in rated if row["seconds"] is not None), key=lambda row: row["seconds"])
    if len(fast) > 1:
        quickest = fast[: max(len(fast) // 4, 1)]
        again = sum(row["again_hits"] for row in quickest) / max(sum(row["again_cases"] for row in quickest), 1)
        rest = fast[len(quickest) :]
        others = sum(row["again_hits"] for row in rest) / max(sum(row["again_cases"] for row in rest), 1)
        yield f"Of the quickest quarter of agents {share_text(round(again, 4))} of matters came again, of the others {share_text(round(others, 4))}."
    leaning = [row for row in agents if row["leans"]]
    if leaning and code is not None:
        most = max(leaning, key=lambda row: row["code_share"])
        yield (
            f"{len(leaning)} of {len(agents)} agents record {code} far more often than the agent in the middle, {most['name']} for "
            f"{_range(most, 'code')} of contacts: what they record of the reason says little."
        )
    whole = _whole(agents)
    if whole["agreed_cases"]:
        yield (
            f"When a matter came again, the same code was recorded in {share_text(round(whole['agreed_hits'] / whole['agreed_cases'], 4))} of "
            f"{whole['agreed_cases']:,} cases; otherwise one of the two is wrong."
        )
    currency = base.project.reporting_currency
    for row in _apart(agents)[:1]:
        low, high = (money_text(estimate(row[f"kept_{end}"]), currency) for end in ("low", "high"))
        yield f"After {row['name']} the last contact goes with {money_text(estimate(row['kept_expected']), currency, signed=True)} expected of each against those alike ({low} to {high})."


def _apart(agents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Agents whose customers are expected to bring another sum than those alike, though so many agents were looked at (Bonferroni)."""
    from scipy.stats import norm

    rated = [row for row in agents if row["kept_expected"] is not None]
    wide = float(norm.ppf(1 - _TAIL / max(len(rated), 1))) / _NINE_IN_TEN
    told = [row for row in rated if abs(row["kept_expected"]) > wide * (row["kept_high"] - row["kept_low"]) / 2]
    return sorted(told, key=lambda row: -abs(row["kept_expected"]))


def _range(row: dict[str, Any], name: str) -> str:
    mean, low, high = (share_text(round(row[f"{name}_share{end}"], 4)) for end in ("", "_low", "_high"))
    return f"{mean}, between {low} and {high}"


def _figures(whole: dict[str, int]) -> Iterator[Figure]:
    yield Figure("contacts", "Contacts answered", whole["contacts"], "contacts")
    if whole["again_cases"]:
        yield Figure("settled_at_first", "Settled at the first contact", round(1 - whole["again_hits"] / whole["again_cases"], 6), "share")
    if whole["agreed_cases"]:
        yield Figure("same_code_again", "Same code recorded again", round(whole["agreed_hits"] / whole["agreed_cases"], 6), "share")


def _shown(base: Base, tables: dict[str, pa.Table]) -> tuple[Shown, ...]:
    measures = (
        Column("contacts", "Contacts", "count"), Column("a_day", "A day", "number"), Column("seconds", "Seconds each", "number"),
        Column("again_share", "Came again", "share", "came_again"), Column("again_share_low", "From", "share", "range"),
        Column("again_share_high", "To", "share", "range"), Column("code_share", "Most frequent code", "share", "most_frequent_code"),
        Column("agreed_share", "Same code again", "share", "same_code_again"),
        *((Column("kept_expected", "Expected against alike", "money", "against_alike"), Column("kept_low", "From", "money", "range"),
           Column("kept_high", "To", "money", "range")) if knows_dollars(base.project) else ()),
    )  # fmt: skip
    captions = {
        "teams": ("Teams", "Team", 12),
        "segments": ("By segment", "Who", 40),
        "agents": ("Agents, fewest repeats first", "Agent", 40),
    }
    return tuple(
        Shown(name, caption, (Column("name", label, "name"), *measures), note=f"Fewer than {THIN} contacts are withheld; shares of few are drawn towards those of all.", most=most)
        for name, (caption, label, most) in captions.items() if name in tables and tables[name].num_rows
    )  # fmt: skip


_EACH: Final = {"segments": "slice", "teams": "team", "agents": "agent"}


def _drawn(tables: dict[str, pa.Table]) -> tuple[Drawn, ...]:
    first = "segments" if "segments" in tables else "teams" if tables["teams"].num_rows > 1 else "agents"
    names = dict.fromkeys((first, "agents"))
    return tuple(
        Drawn("ranges", name, f"Matters for which customers came again, by {_EACH[name]}", "name", "again_share", "share", "again_share_low", "again_share_high",
              most=30, neutral=True)
        for name in names
    )  # fmt: skip
