"""Taking tables out: CSV that a spreadsheet cannot be tricked by, or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

import ibis
import pyarrow.parquet as pq

from unequal import experiments
from unequal.answers import Base, behind, forecasts
from unequal.flow.reading import OpenBase, golden_values
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

TABLES: Final = (
    "customers",
    "entries",
    "statement",
    "reconciliation",
    "quarantined",
    "golden",
    "households",
    "relationships",
    "values",
    "lifetimes",
    "influence",
    "prospects",
    "seeds",
    "stability",
    "surveys",
    "contacts",
    "promises",
    "plans",
    "signals",
    "bands",
    "needs",
    "lost",
    "gained",
    "tie_out",
    "trials",
)
"""What can be exported."""

_PUBLISHED_AS: Final = {
    "households": "household", "relationships": "relationship", "lifetimes": "lifetime", "prospects": "prospect", "stability": "band_stability",
    "surveys": "survey_answer", "contacts": "service_contact", "promises": "promise", "plans": "plan_fit",
    "signals": "signal",
    "bands": "customer_band",
    "needs": "customer_needs",
}  # fmt: skip

_OF_SECTIONS: Final = {"surveys": "surveys", "contacts": "agents", "promises": "promises", "plans": "plans"}
"""What is there only where a section of the config declares it."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count in East Asian settings
_BLANK: Final = " \x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_PLAIN_NUMBER: Final = frozenset("0123456789.")


def spreadsheet_safe(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula.

    A text that begins so, after leading spaces too, gets an apostrophe in front; a plain
    negative number stays as it is.

    >>> spreadsheet_safe("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    >>> spreadsheet_safe("-12.50")
    '-12.50'
    """
    begins = text.lstrip(_BLANK)
    if not begins.startswith(_FORMULA):
        return text
    is_number = begins == text and text[0] == "-" and len(text) > 1 and set(text[1:]) <= _PLAIN_NUMBER and text.count(".") <= 1
    return text if is_number else f"'{text}"


def export_table(
    opened: OpenBase, name: str, *, where: str | None = None, period: Period | None = None, level: Level | None = None
) -> ibis.Table:
    """One of the tables that can be taken out; entries and customers narrowed as a question is.

    Forecasts say of each customer whether they are of before a steward's word. Customers carry what the entries asked about come to, as `unequal ask profit` adds them up; values are narrowed as `unequal ask value`.

    Raises:
        AnswerError: ANS007, there is no such table, or it cannot be narrowed.
        PredicateError: `where` is refused.
    """
    base = opened.base
    if name not in TABLES:
        raise AnswerError("ANS007", "there is no such table to export", seen=name, do=f"choose one of {', '.join(TABLES)}")
    if name == "customers":
        return behind.customers(base, where=where, period=period, level=level)
    if name == "seeds" and where is None and level is None and period is None:
        return seeds(opened)
    if name == "values" and level is None and period is None:
        return behind.values(base, where=where)
    if level is not None or (name != "entries" and (where is not None or period is not None)):
        raise AnswerError(
            "ANS007", f"{name} cannot be narrowed so", seen=where or str(period or level), do="narrow entries, customers or values"
        )
    if name == "golden":
        return golden_values(base.table("golden_attribute"), base.table("person_attribute")).order_by("customer_id", "attribute")
    if name == "lifetimes":
        return forecasts.said_when(base, base.table("lifetime"))
    if name == "trials":
        return tried(base)
    if name in _OF_SECTIONS and _PUBLISHED_AS[name] not in base.tables:
        do = f"add the section {_OF_SECTIONS[name]} to the config, and run again"
        raise AnswerError("ANS007", "this project declares no such rows", seen=name, do=do)
    if name != "entries":
        return base.table(_PUBLISHED_AS.get(name, name))
    return behind.entries(base, where=where, period=period)


def tried(base: Base) -> ibis.Table:
    """Every customer for whom a lot was drawn, with what he brought since: where `days_over`, what `earned` adds up.

    Returns:
        policy, days_over, and the columns of experiments.brought, its amounts absent until the days are over; by policy and customer.

    Raises:
        AnswerError: ANS007, no lot was drawn.
    """
    trials = base.trials()
    if trials is None or not trials.policies:
        raise AnswerError("ANS007", "nothing was tried yet", seen="no policy has drawn a lot", do="let a policy act, and decide by it")
    parts = [part for name in trials.policies for part in _drawn(base, trials, name)]
    return ibis.union(*parts).order_by("policy", "customer_id")


def _drawn(base: Base, trials: experiments.trials.Trials, name: str) -> Iterator[ibis.Table]:
    """Those whose days are over, and those who still wait; columns in one order."""
    over = base.keep(experiments.trials.brought(base.table("entry"), trials, name, level=base.level))
    waiting = experiments.trials.arms_of(trials, name).anti_join(over, "customer_id")
    absent = {column: ibis.null(over[column].type()) for column in over.columns if column not in waiting.columns}
    for rows, is_over in ((over, True), (waiting.mutate(**absent), False)):
        marked = rows.mutate(policy=ibis.literal(name), days_over=ibis.literal(is_over))
        yield marked.select(
            "policy", "customer_id", "arm", "drawn_on", "share_held_out", "days_over", "brought", "before", "cost", "earned"
        )


def seeds(opened: OpenBase) -> ibis.Table:
    """The best of the customers who consented, as advertisers take them for a pattern: nothing but a digest of the e-mail.

    Returns:
        email_sha256: of the e-mail without spaces around it and in small letters, best customer first. Who has none, or did not
        consent, is not in it, whatever the value.

    Raises:
        AnswerError: ANS015, the config does not say who consented.
        PredicateError: what it says is refused.
    """
    base = opened.base
    wanted = base.project.value.seeds
    if wanted is None:
        raise AnswerError("ANS015", "nobody may be handed out", where="value.seeds", seen="no rule says who consented",
                          do="set value.seeds.consented to a rule over the attribute that holds consent")  # fmt: skip
    asked = behind.values(base, where=wanted.consented)
    golden = golden_values(base.table("golden_attribute"), base.table("person_attribute"))
    mails = golden.filter(golden["attribute"] == "email").select("customer_id", "value")
    consented = asked.inner_join(mails, "customer_id")
    place = ibis.row_number().over(ibis.window(order_by=[consented["value_expected"].desc(), consented["customer_id"]]))
    ranked = consented.mutate(_place=place, _of=consented.count().over(ibis.window()))
    best = ranked.filter(ranked["_place"] < (ranked["_of"] * wanted.share).ceil(), ranked["value_expected"] > 0)
    return best.order_by("_place").select(email_sha256=best["value"].strip().lower().hexdigest("sha256"))


def write_csv(opened: OpenBase, table: ibis.Table, stream: IO[str]) -> int:
    """Write a table as CSV in bounded memory; says how many rows."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    rows = 0
    for cells in _rows(opened, table):
        writer.writerow(cells)
        rows += 1
    return rows


def write_file(opened: OpenBase, table: ibis.Table, path: Path) -> int:
    """Write a table as the file's ending says, .parquet or .csv; says how many rows.

    Raises:
        AnswerError: ANS010, the ending is neither.
    """
    if path.suffix.lower() == ".parquet":
        return write_parquet(opened, table, path)
    if path.suffix.lower() != ".csv":
        raise AnswerError(
            "ANS010", "tables are exported as CSV or Parquet", seen=path.name, do="let the file's name end in .csv or .parquet"
        )
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_csv(opened, table, stream)


def write_parquet(opened: OpenBase, table: ibis.Table, path: Path) -> int:
    """Write a table as one Parquet file; says how many rows."""
    rows = 0
    schema = table.schema().to_pyarrow()
    with pq.ParquetWriter(path, schema) as writer:
        for batch in opened.engine.batches(table):
            writer.write_batch(batch.cast(schema))
            rows += batch.num_rows
    return rows


def _rows(opened: OpenBase, table: ibis.Table) -> Iterator[list[str]]:
    for batch in opened.engine.batches(table):
        columns = [batch.column(number).to_pylist() for number in range(batch.num_columns)]
        for values in zip(*columns, strict=True):
            yield [_cell(value) for value in values]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return spreadsheet_safe(value) if isinstance(value, str) else str(value)
