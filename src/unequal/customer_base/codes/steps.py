"""The step that looks at every source's codes, and publishes which of them may be only a form's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.customer_base.codes.columns import MOST_VALUES, ROWS_A_VALUE, Roles, roles_of
from unequal.customer_base.codes.evidence import FEWEST_ROWS, FEWEST_VALUES, Ints
from unequal.customer_base.codes.looking import Looked, Rows, look
from unequal.customer_base.codes.sampling import Coded, classes, coded, contexts_of, quartiles
from unequal.customer_base.codes.tables import ALL, CODE_FIELD, CODE_INFORMATION, CODE_PEER, CODE_VALUE
from unequal.storage import Engine
from unequal.terms.errors import ConfigError
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import TOTAL, money_sum

__all__ = ["ALL", "set_aside", "tell_codes"]

ROWS_LOOKED_AT: Final = 200_000
"""About how many rows of a source are judged; where there are more, they are drawn by the digest of the row's or the case's id."""
_DRAWN: Final = 16**6


@dataclass(frozen=True)
class Cases:
    """The rows of a source that are judged.

    Args:
        rows: one row each; of a log, the last of each case.
        first: of a log, the first row of each case, in the same order; None otherwise.
    """

    rows: pa.Table
    first: pa.Table | None


def tell_codes(engine: Engine, *, rows: Mapping[str, ibis.Table], entries: ibis.Table, project: config.Project, folder: Path) -> None:
    """Write `code_field`, `code_value`, `code_peer` and `code_information`.

    Args:
        engine: where it runs.
        rows: accepted rows of every source.
        entries: ENTRY, for the costs that hang on a code.
        project: the config.
        folder: where to write.

    Raises:
        ConfigError: CFG027, the section codes names a column that the source does not have.
    """
    found = Rows()
    for name, table in rows.items():
        _look_at(engine, name, table, entries, project, found)
    for contract, told in (
        (CODE_FIELD, found.fields), (CODE_VALUE, found.values), (CODE_PEER, found.peers), (CODE_INFORMATION, found.informations),
    ):  # fmt: skip
        engine.write(engine.rows(contract.types, told), folder / f"{contract.name}.parquet")


def _look_at(engine: Engine, name: str, table: ibis.Table, entries: ibis.Table, project: config.Project, found: Rows) -> None:
    types = {column: str(kind) for column, kind in table.schema().items()}
    roles = roles_of(name, project.sources[name], project, types)
    _known(name, roles, types)
    fields, count = _code_like(engine, table, roles)
    if not fields:
        return
    costs = _costs(entries, name)
    cases = _cases(engine, table.left_join(costs, table["_row_id"] == costs["row_id"]).drop("row_id"), roles, count)
    drawn = _drawn(cases, roles, project.sources[name])
    before = len(found.fields)
    for field in fields:
        beside = {context: one for context, one in drawn.contexts.items() if context != field}
        first = (
            _codes_as(cases.first[field], drawn.fields[field]) if cases.first is not None and field in cases.first.column_names else None
        )
        listed = roles.declared.lists.get(field, ())
        look(
            Looked(name, field, drawn.coded(cases.rows, field), drawn.groupings, drawn.others, beside, drawn.outcomes, listed, first), found
        )
    for row in found.fields[before:]:
        row.update(_cost_of(engine, table, costs, row))


def _known(name: str, roles: Roles, types: Mapping[str, str]) -> None:
    missing = [column for column in roles.declared.named() if column not in types]
    if missing:
        raise ConfigError("CFG027", "the header of that source has no such column", where=f"codes.{name}", seen=", ".join(missing),
                          do=f"name one of {', '.join(sorted(one for one in types if not one.startswith('_')))}")  # fmt: skip


def _code_like(engine: Engine, table: ibis.Table, roles: Roles) -> tuple[tuple[str, ...], int]:
    """The columns with few values on many rows, and how many rows there are."""
    if not roles.fields:
        return (), 0
    asked = {f"n{number}": table[field].approx_nunique() for number, field in enumerate(roles.fields)}
    filled = {f"f{number}": table[field].count() for number, field in enumerate(roles.fields)}
    told = engine.fetch(table.aggregate(rows=table.count(), **asked, **filled))[0]
    if told["rows"] < FEWEST_ROWS:
        return (), int(told["rows"])
    kept = [
        field for number, field in enumerate(roles.fields)
        if FEWEST_VALUES <= told[f"n{number}"] <= min(MOST_VALUES, told[f"f{number}"] / ROWS_A_VALUE)
    ]  # fmt: skip
    return tuple(kept), int(told["rows"])


def _costs(entries: ibis.Table, name: str) -> ibis.Table:
    """What was booked from each row that is no revenue: row_id, cost (positive), failure (the part that the company's failures cost)."""
    booked = entries.filter(entries["source"] == name, ~entries["line"].isin([str(line) for line in LINES_OF_LEVEL[Level.REVENUE]]))
    failing = ibis.ifelse(booked["line"] == str(Line.COST_OF_FAILURE), -booked["amount"], Decimal(0))
    return booked.group_by("row_id").aggregate(_cost=money_sum(-booked["amount"]), _failure=money_sum(failing))


def _cases(engine: Engine, table: ibis.Table, roles: Roles, count: int) -> Cases:
    """The rows to judge: all, or some drawn by a digest; of a log the last of each case, and beside it the first."""
    each, at = roles.declared.each, roles.declared.at
    if count > ROWS_LOOKED_AT:
        digest = table[each or "_row_id"].cast("string").hexdigest("md5").substr(0, 6)
        table = table.filter(digest < f"{int(_DRAWN * ROWS_LOOKED_AT / count):06x}")
    if each is None:
        return Cases(engine.arrow(table.order_by("_row_id")), None)
    table = table.filter(table[each].notnull())
    order = [table[at]] if at is not None else []
    place = {"_file": table["_file"], "_row": table["_row"]}
    forward = ibis.row_number().over(ibis.window(group_by=each, order_by=[*order, *place.values()]))
    backward = ibis.row_number().over(
        ibis.window(group_by=each, order_by=[*(one.desc() for one in order), *(one.desc() for one in place.values())])
    )
    first, last = (
        table.mutate(_place=number).filter(lambda t: t["_place"] == 0).drop("_place").order_by(each) for number in (forward, backward)
    )
    return Cases(engine.arrow(last), engine.arrow(first))


@dataclass(frozen=True)
class Drawn:
    """The judged rows as codes: what every field of the source shares."""

    fields: dict[str, Coded]
    groupings: Mapping[str, Coded]
    others: Mapping[str, Coded]
    contexts: Mapping[str, Ints]
    outcomes: Mapping[str, Ints]

    def coded(self, rows: pa.Table, field: str) -> Coded:
        """A column as codes, numbered once."""
        if field not in self.fields:
            self.fields[field] = coded(rows[field])
        return self.fields[field]


def _drawn(cases: Cases, roles: Roles, source: config.Source) -> Drawn:
    rows, declared = cases.rows, roles.declared
    groupings = {name: coded(rows[name]) for name in roles.entered_by}
    others = {"state": coded(rows[declared.state])} if declared.state else {}
    day = declared.at or _day(source)
    if day is not None and pa.types.is_temporal(rows[day].type):
        others["month"] = coded(pc.strftime(rows[day], "%Y-%m"))
    outcomes = {name: classes(rows[name]) for name in roles.outcomes}
    if rows["_cost"].null_count < len(rows):
        outcomes["cost"] = quartiles(rows["_cost"])
    left_out = {*roles.entered_by, *(one for one in (declared.each, declared.at) if one), *_named_by_key(source)}
    names = [one for one in rows.column_names if not one.startswith("_") and one not in left_out]
    fields = {one: coded(rows[one]) for one in roles.fields if one in rows.column_names and pa.types.is_string(rows[one].type)}
    return Drawn(fields, groupings, others, contexts_of(rows, names), outcomes)


def _day(source: config.Source) -> str | None:
    if source.interactions is not None:
        return source.interactions.occurred_at
    booked_on = source.postings.booked_on if source.postings is not None else None
    return booked_on if isinstance(booked_on, str) else None


def _named_by_key(source: config.Source) -> tuple[str, ...]:
    return config.columns.parts(source.key or ())


def _codes_as(column: pa.ChunkedArray, like: Coded) -> Ints:
    """A column in the codes of another one; -1 for what that does not have."""
    found = pc.index_in(pc.cast(column, pa.string()), pa.array(like.values, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)


def _cost_of(engine: Engine, table: ibis.Table, costs: ibis.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """What hangs on a doubted value in dollars, over all rows of the source, not those drawn alone."""
    if row["verdict"] not in {"default", "doubtful"}:
        return {}
    joined = table.inner_join(costs, table["_row_id"] == costs["row_id"])
    has = joined[row["field"]] == row["value"]
    sums = {"cost": ("_cost", has), "other": ("_cost", ~has), "failure": ("_failure", ~has)}
    told = engine.fetch(joined.aggregate(**{name: joined[column].sum(where=where).cast(TOTAL) for name, (column, where) in sums.items()}))[
        0
    ]
    if not told["cost"]:
        return {}
    beyond = row.get("excess_rows_low")
    part = None if beyond is None else (told["cost"] * beyond / max(row["excess_rows_high"], 1)).quantize(Decimal("0.01"))
    other = told["other"] or Decimal(0)
    return {"cost": told["cost"], "cost_misplaced": part, "failure_share": float(told["failure"] / other) if other else None}


def set_aside(fields: ibis.Table, source: str, field: str) -> ibis.Table:
    """The values of a field that are called a form's default: a column `value`. For whoever sets default reasons aside.

    Args:
        fields: CODE_FIELD.
        source, field: which field.
    """
    return fields.filter(fields["source"] == source, fields["field"] == field, fields["verdict"] == "default").select("value")
