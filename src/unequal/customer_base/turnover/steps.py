"""The step of customers who come and who go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.customer_base.turnover import gaining, losing, signs, tables
from unequal.customer_base.turnover.survival import survival
from unequal.ledger import is_real_customer
from unequal.storage import Engine
from unequal.terms.lines import Line

DAYS_A_MONTH: Final = 365.25 / 12
_FEWEST: Final = 10
"""Fewer customers than this on a side show no sign."""


@dataclass(frozen=True)
class Known:
    """What is known of customers.

    Args:
        entries: ENTRY.
        customers: CUSTOMER.
        customer_record: CUSTOMER_RECORD.
        attributes: PERSON_ATTRIBUTE of all sources.
        contacts: INTERACTION.
        lifetimes: LIFETIME.
        rows: accepted rows of the sources that tell of contracts and departures.
    """

    entries: ibis.Table
    customers: ibis.Table
    customer_record: ibis.Table
    attributes: ibis.Table
    contacts: ibis.Table
    lifetimes: ibis.Table
    rows: Mapping[str, ibis.Table]


def sources_of(project: config.Project) -> tuple[str, ...]:
    """The sources whose rows the step reads."""
    bound = {one.source for one in project.value.relationships.values() if isinstance(one, config.value.Contracts)}
    return tuple(sorted(bound | {one.source for one in project.turnover.departures.values()}))


def tell(engine: Engine, known: Known, *, project: config.Project, folder: Path) -> None:
    """Write `gained`, `said_new`, `lost`, `won_back`, `kept` and `loss_sign`.

    Args:
        engine: where it runs.
        known: what is known of customers.
        project: for whose leaving is told, and by what.
        folder: where to write.
    """
    said = engine.materialise(gaining.said_since(known.attributes, known.customer_record), "said-since")
    began = _written(engine, gaining.gained(known.entries, said), tables.GAINED, folder)
    engine.write(gaining.said_new(said, began), folder / "said_new.parquet")
    as_of = _as_of(engine, known, project)
    if as_of is None:
        for contract in tables.ALL[2:]:
            engine.write(engine.rows(contract.types, []), folder / f"{contract.name}.parquet")
        return
    silent = _not_bound(known.lifetimes, project)
    terms = {name: engine.materialise(found, f"terms-of-{name}") for name, found in _terms(known, project, as_of)}
    lines = engine.materialise(_lines(known, project, silent, terms, began), "lines")
    gone = engine.materialise(losing.left(lines, project), "gone")
    engine.write(losing.with_foregone(gone, known.lifetimes, known.customers), folder / "lost.parquet")
    back = [losing.back_after_silence(losing.sale_days(known.entries, project), silent)]
    back += [losing.back_under_contract(found, name) for name, found in terms.items()]
    engine.write(ibis.union(*back) if len(back) > 1 else back[0], folder / "won_back.parquet")
    engine.write(engine.rows(tables.KEPT.types, _kept(engine, lines, as_of)), folder / "kept.parquet")
    engine.write(engine.rows(tables.LOSS_SIGN.types, _signs(engine, known, lines, gone, began, as_of)), folder / "loss_sign.parquet")


def _written(engine: Engine, table: ibis.Table, contract: Any, folder: Path) -> ibis.Table:
    path = folder / f"{contract.name}.parquet"
    engine.write(table, path)
    return engine.read(path)


def _as_of(engine: Engine, known: Known, project: config.Project) -> date | None:
    """The day of the forecasts; without one the day set, or that after the last entry; None where there is nothing."""
    found = engine.fetch(known.lifetimes.aggregate(day=known.lifetimes["as_of"].max()))[0]["day"]
    if found is None:
        last = engine.fetch(known.entries.aggregate(day=known.entries["booked_on"].max()))[0]["day"]
        found = project.value.as_of or last
    return found if isinstance(found, date) else None


def _not_bound(lifetimes: ibis.Table, project: config.Project) -> ibis.Table:
    """LIFETIME of customers whose silence is all that tells: no contracts, and no line of business whose leaving a source tells."""
    free = lifetimes.filter(lifetimes["kind"] != "contracts")
    told = project.turnover.departures
    if told and not project.value.relationships:
        return free.filter(ibis.literal(value=False))
    return free.filter(~free["relationship"].isin(list(told))) if told else free


def _terms(known: Known, project: config.Project, as_of: date) -> list[tuple[str, ibis.Table]]:
    reasons = project.turnover.reasons
    return [
        (name, losing.contract_terms(
            known.rows[one.source], one, reasons[name].column if name in reasons else None, known.customer_record, as_of=as_of
        ))
        for name, one in project.value.relationships.items()
        if isinstance(one, config.value.Contracts)
    ]  # fmt: skip


def _lines(known: Known, project: config.Project, silent: ibis.Table, terms: Mapping[str, ibis.Table], began: ibis.Table) -> ibis.Table:
    parts = [losing.standing_by_silence(silent)]
    parts += [losing.standing_in_contracts(found, name) for name, found in terms.items()]
    parts += [
        losing.standing_by_departures(known.rows[told.source], name, project, known.customer_record, began)
        for name, told in project.turnover.departures.items()
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _kept(engine: Engine, lines: ibis.Table, as_of: date) -> list[dict[str, Any]]:
    """KEPT of each line of business, and of customers over all of them."""
    found = engine.arrow(lines.select("customer_id", "relationship", "first_day", "last_day", "p_alive", "tenure_months"))
    if not found.num_rows:
        return []
    names = found["relationship"].to_numpy(zero_copy_only=False)
    rows = []
    for name in sorted(set(names)):
        rows += _curve(str(name), *_times(found.filter(pa.array(names == name)), as_of))
    lost_at, watched, chance = _over_all_lines(found, as_of)
    return [*rows, *_curve("all", lost_at, watched, chance)]


def _times(rows: pa.Table, as_of: date) -> tuple[Any, Any, Any]:
    """Months to the end if it has come, months under watch, and the chance that it has come; rows without a beginning are left out."""
    first, last = (np.asarray(rows[name].to_numpy(zero_copy_only=False)).astype("datetime64[D]") for name in ("first_day", "last_day"))
    tenure = np.asarray(rows["tenure_months"].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    watched, until = ((day - first).astype("timedelta64[D]").astype(np.float64) / DAYS_A_MONTH for day in (np.datetime64(as_of, "D"), last))
    watched = np.where(np.isnat(first), np.nan, watched)
    until = np.where(np.isnat(last) | np.isnat(first), watched, until)
    told = np.isfinite(tenure)
    watched, until = np.where(told, tenure, watched), np.where(told, tenure, until)
    chance = 1.0 - np.asarray(rows["p_alive"].to_numpy(), dtype=np.float64)
    kept = np.isfinite(watched)
    return until[kept], watched[kept], chance[kept]


def _over_all_lines(rows: pa.Table, as_of: date) -> tuple[Any, Any, Any]:
    """The same of customers: from the first beginning to the last end, which has come if all have."""
    ids = rows["customer_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    until, watched, chance = _times(rows, as_of)
    first, last = (np.asarray(rows[name].to_numpy(zero_copy_only=False)).astype("datetime64[D]") for name in ("first_day", "last_day"))
    if rows["tenure_months"].null_count < rows.num_rows or len(until) != rows.num_rows or np.isnat(first).any():
        # Where rows say months and no days, lines of business cannot be laid side by side: each counts for itself.
        return until, watched, chance
    n = int(ids.max()) + 1
    began, ended, gone = np.full(n, np.datetime64("9999-12-31")), np.full(n, np.datetime64("0001-01-01")), np.ones(n)
    np.minimum.at(began, ids, first)
    np.maximum.at(ended, ids, np.where(np.isnat(last), np.datetime64(as_of, "D"), last))
    np.multiply.at(gone, ids, chance)
    until, watched = ((day - began).astype(np.float64) / DAYS_A_MONTH for day in (ended, np.datetime64(as_of, "D")))
    return until, watched, gone


def _curve(name: str, lost_at: Any, watched: Any, chance: Any) -> list[dict[str, Any]]:
    if not len(lost_at):
        return []
    curve = survival(lost_at, watched, chance)
    months = np.arange(0, int(np.floor(watched.max())) + 1)
    at_risk, kept, low, high = curve.at(months)
    return [
        {"relationship": name, "months": int(month), "at_risk": float(risk), "kept_expected": float(k), "kept_low": float(lo), "kept_high": float(hi)}
        for month, risk, k, lo, hi in zip(months, at_risk, kept, low, high, strict=True)
    ]  # fmt: skip


def _signs(engine: Engine, known: Known, lines: ibis.Table, gone: ibis.Table, began: ibis.Table, as_of: date) -> list[dict[str, Any]]:
    """LOSS_SIGN: each sign of those who left beside those who stayed."""
    entries = known.entries
    sales = entries.filter(is_real_customer(entries["customer_id"]), entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0)
    days = engine.materialise(sales.select("customer_id", day=sales["booked_on"]).distinct(), "every-sale-day")
    spans = engine.materialise(signs.half_years(lines, gone, days, began, as_of=as_of), "half-years")
    frequent = known.contacts.filter(known.contacts["contact"].notnull()).group_by("contact").aggregate(n=lambda t: t.count())
    kinds = [str(row["contact"]) for row in engine.fetch(frequent.order_by(ibis.desc("n"), "contact").limit(signs.MOST_CONTACTS))]
    counted = engine.materialise(signs.from_entries(spans, entries), "half-years-of-ledger")
    wide = engine.arrow(signs.with_contacts(counted, known.contacts, kinds).order_by("how", "customer_id"))
    names = [name for name in wide.column_names if name not in ("customer_id", "how", "is_lost", "day")]
    rows = []
    for how in (losing.ENDED, losing.SILENT):
        part = wide.filter(pc.equal(wide["how"], how))
        is_lost = part["is_lost"].to_numpy() == 1
        if min(is_lost.sum(), (~is_lost).sum()) >= _FEWEST:
            seen = {name: part[name].to_numpy() for name in names}
            rows += [_sign(how, name, given, is_lost) for name, given in seen.items() if np.ptp(given) > 0]
    return rows


def _sign(how: str, name: str, given: Any, is_lost: Any) -> dict[str, Any]:
    counts = {"how": how, "sign": name, "lost": int(is_lost.sum()), "stayed": int((~is_lost).sum())}
    return {**counts, **signs.difference(given[is_lost], given[~is_lost])}
