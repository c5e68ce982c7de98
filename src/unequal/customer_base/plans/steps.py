"""The step that holds what each contract used against every plan that was offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import ibis

from unequal import config, identity, ledger
from unequal.customer_base.plans.fitting import INTERVALS_A_YEAR, USE, Terms, fit
from unequal.customer_base.plans.tables import PLAN_FIT
from unequal.storage import Engine
from unequal.terms.errors import LedgerError
from unequal.terms.money import AMOUNT

__all__ = ["PLAN_FIT", "sources_of_plans", "tell"]

_A_YEAR: Final = timedelta(days=365)
_MOST_PLANS: Final = 200


def sources_of_plans(project: config.Project) -> tuple[str, ...]:
    """The sources whose accepted rows are read for it; none where the section is not there."""
    plans = project.plans
    if plans is None:
        return ()
    listed = [plans.offered.source] if isinstance(plans.offered, config.columns.PlanList) else []
    return tuple(dict.fromkeys([plans.source, *listed]))


def tell(
    engine: Engine,
    *,
    rows: Mapping[str, ibis.Table],
    customer_record: ibis.Table,
    records: ibis.Table,
    project: config.Project,
    folder: Path,
) -> None:
    """Write `plan_fit`.

    Args:
        engine: where it runs.
        rows: accepted rows of `sources_of_plans`.
        customer_record: CUSTOMER_RECORD.
        records: RECORD.
        project: has the section plans.
        folder: where to write.

    Raises:
        LedgerError: LED005, a column is not in its source; LED009, a day is none; LED055, a price list has no price that can be used.
    """
    plans = project.plans
    assert plans is not None, "the section was asked for before"
    used = _used(rows[plans.source], plans, project)
    owned = ledger.steps.owned_rows(used, customer_record, records)
    if plans.day:
        last = engine.fetch(owned.aggregate(day=owned["day"].max()))[0]["day"]
        owned = owned.filter(owned["day"] > ibis.literal(last - _A_YEAR)) if isinstance(last, date) else owned
    found = fit(owned, _offered(engine, rows, plans), list(plans.use), intervals_a_year=INTERVALS_A_YEAR[plans.per])
    engine.write(found, folder / "plan_fit.parquet")


def _used(rows: ibis.Table, plans: config.columns.Plans, project: config.Project) -> ibis.Table:
    """Rows of use under the names that `fit` asks for."""
    for path, source, column, _types in config.columns.columns_of_plans(plans):
        if source == plans.source and column not in rows.columns:
            raise LedgerError("LED005", "a column that is mapped is not in the source", where=".".join(map(str, path)),
                              seen=f"{column}; {source} has no such column", do="name one of its columns; a header is read as it is written")  # fmt: skip
    day = ledger.steps.day_of(rows[plans.day], project.time_zone, where="plans.day") if plans.day else ibis.null("date")
    return rows.select(
        contract_id=rows[plans.contract].cast("string").strip().nullif("").fill_null(rows["_row_id"])
        if plans.contract
        else rows["_row_id"],
        row_id=rows["_row_id"],
        day=day,
        plan=rows[plans.plan].cast("string").strip().nullif(""),
        paid=rows[plans.paid].cast(AMOUNT) if plans.paid else ibis.null(AMOUNT),
        record=identity.record_key(rows, plans.customer.id),
        record_source=ibis.literal(plans.customer.source or plans.source),
        **{USE + name: rows[column].cast("decimal(28, 8)") for name, column in plans.use.items()},
    )


def _offered(engine: Engine, rows: Mapping[str, ibis.Table], plans: config.columns.Plans) -> dict[str, Terms]:
    """The plans by their codes, as the config writes them or as a source lists them."""
    if not isinstance(plans.offered, config.columns.PlanList):
        return {
            code: Terms(
                Decimal(plan.price),
                {name: None if held == config.columns.UNLIMITED else Decimal(held) for name, held in plan.includes.items()},
                {name: Decimal(price) for name, price in plan.beyond.items()},
            )
            for code, plan in plans.offered.items()
        }
    listed = plans.offered
    table = rows[listed.source]
    chosen = table.select(
        code=table[listed.plan].cast("string").strip().nullif(""), price=table[listed.price].cast(AMOUNT),
        **{f"h_{name}": table[column].cast("decimal(28, 8)") for name, column in listed.includes.items()},
        **{f"b_{name}": table[column].cast(AMOUNT) for name, column in listed.beyond.items()},
    )  # fmt: skip
    priced = chosen.filter(chosen["code"].notnull(), chosen["price"].notnull()).order_by("code", "price").limit(_MOST_PLANS + 1)
    found = {str(row["code"]): _terms(row, listed) for row in reversed(engine.fetch(priced))}
    if not found or len(found) > _MOST_PLANS:
        raise LedgerError("LED055", "a price list cannot be used", where="plans.offered", seen=f"{len(found)} plans of {listed.source} with a price",
                          do=f"name the columns with the code and the price of each plan; at most {_MOST_PLANS} are compared")  # fmt: skip
    return found


def _terms(row: Mapping[str, Any], listed: config.columns.PlanList) -> Terms:
    return Terms(
        row["price"], {name: row[f"h_{name}"] for name in listed.includes},
        {name: row[f"b_{name}"] for name in listed.beyond if row[f"b_{name}"] is not None},
    )  # fmt: skip
