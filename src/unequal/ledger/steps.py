"""The ledger's steps, in the order in which a run takes them: interactions, rates, post, charge, book, serve, reconcile, tie out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis

from unequal import config
from unequal.ledger.activities import POSTED
from unequal.ledger.assignment import assign, is_real_customer, owned, whose
from unequal.ledger.currency import convert, days_without_rate, declared_rates, rates_from, repeated_rates
from unequal.ledger.general_ledger import books_rows, books_sums, detail_sums, incomplete, lookups_of_books
from unequal.ledger.interactions import contact_totals, contacts_of, latest_of
from unequal.ledger.interactions import interactions as of_customers
from unequal.ledger.lookups import lookups_of, lookups_of_contacts, require_column
from unequal.ledger.pool_accounts import of_service, pool_accounts
from unequal.ledger.posting import day_and_moment, posted_rows, postings_of
from unequal.ledger.programmes import members, reached
from unequal.ledger.reconciliation import account_for, ledger_totals, reconciliation_rows, refusal, unreconciled
from unequal.ledger.reconciling import SourceRows, control_totals, located
from unequal.ledger.returned_sales import links_of_returns, with_links
from unequal.ledger.serving import POOL_COST, Serving, activity_costs, activity_sums, activity_times, idle_table, pool_rows, sources_of
from unequal.ledger.statement import customer_statement
from unequal.ledger.step_checks import (
    always_in,
    check_conversion,
    check_currencies,
    check_days,
    check_lookups,
    check_statement,
    check_unique_keys,
    declared_totals,
    rows_without_rate,
)
from unequal.ledger.tables import ENTRY, INTERACTION, POOL, RATES, RECONCILIATION, TIE_OUT
from unequal.ledger.tie_out import disagreement, tie_out_summary, tied_out
from unequal.storage import Engine
from unequal.terms.errors import LedgerError, Problems


def rates(engine: Engine, *, project: config.Project, rows: Mapping[str, ibis.Table], folder: Path) -> None:
    """Write `rate.parquet`: RATES of the config, or of the source that the config names.

    Args:
        engine: where it runs.
        project: the config.
        rows: accepted rows of the source that lists rates, by its name; not needed where the config lists them.
        folder: where to write.

    Raises:
        LedgerError: LED002 one currency has two rates for one day; LED005, LED006 the source or a column is not there.
    """
    mapping = project.ledger.rates
    if not isinstance(mapping, config.ledger.RatesFrom):
        engine.write(engine.rows(RATES.types, declared_rates(mapping)), folder / "rate.parquet")
        return
    if mapping.source not in rows:
        raise LedgerError("LED006", "rates are read from a source that is not there", where="ledger.rates", seen=mapping.source,
                          do=f"add sources.{mapping.source}, or list the rates")  # fmt: skip
    for column in (mapping.currency, mapping.since, mapping.rate):
        require_column(rows[mapping.source], column, where="ledger.rates")
    listed = engine.materialise(rates_from(rows[mapping.source], mapping), "rates")
    repeated = engine.fetch(repeated_rates(listed).limit(1))
    if repeated:
        raise LedgerError("LED002", "a currency has two rates from one day on", where=f"sources.{mapping.source}",
                          seen=str(repeated[0]["rate_id"]), do="keep one of them")  # fmt: skip
    engine.write(listed.distinct().select(*RATES.names), folder / "rate.parquet")


def post_source(
    engine: Engine,
    name: str,
    source: config.Source,
    *,
    rows: ibis.Table,
    lookups: Mapping[str, ibis.Table],
    rates: ibis.Table,
    project: config.Project,
    folder: Path,
) -> None:
    """Write `posted.parquet`, the entries of one source in the reporting currency, and `quarantined.parquet`.

    Args:
        engine: where it runs.
        name: the source's name.
        source: its config.
        rows: its accepted rows.
        lookups: accepted rows of the sources that values are looked up in.
        rates: RATES.
        project: the config.
        folder: where to write.

    Raises:
        LedgerError: LED001 a currency has no rate and `unknown_currency` is stop; LED003 a row has no day of
            booking; LED004 a key to look up in is not unique; and those of `posting.post`.
    """
    postings = postings_of(name, source)
    check_lookups(engine, name, postings, lookups)
    posted = posted_rows(rows, name, source, project=project, lookups=lookups)
    check_days(engine, name, postings, rows, posted)
    links = links_of_returns(posted, source)
    linked = with_links(posted, None if links is None else engine.materialise(links, f"links-{name}"))
    known = None if always_in(postings, project.reporting_currency) else rates
    converted = convert(linked, known, reporting_currency=project.reporting_currency, valid_days=project.ledger.rate_valid_days)
    unknown = converted.limit(0)
    if known is not None and _some_day_has_no_rate(engine, posted, rates, project):
        # Rare, so that only then the rows are put aside once more before they are parted.
        converted = engine.materialise(converted, f"converted-{name}")
        if source.unknown_currency == "stop":
            check_currencies(engine, name, converted, rates)
        unknown = converted.filter(converted["amount"].isnull())
        converted = converted.filter(converted["amount"].notnull())
    engine.write(converted, folder / "posted.parquet")
    engine.write(rows_without_rate(name, rows, unknown), folder / "quarantined.parquet")


def _some_day_has_no_rate(engine: Engine, posted: ibis.Table, rates: ibis.Table, project: config.Project) -> bool:
    days = days_without_rate(posted, rates, reporting_currency=project.reporting_currency, valid_days=project.ledger.rate_valid_days)
    return engine.count(days.limit(1)) > 0


def charge(engine: Engine, *, project: config.Project, rows: Mapping[str, ibis.Table], rates: ibis.Table, folder: Path) -> None:
    """Write `posted.parquet`, what each event of every activity cost and what stood idle, `pool.parquet`, `idle.parquet` and `pool_cost.parquet`.

    Args:
        engine: where it runs.
        project: the config; it has pools and activities.
        rows: accepted rows of the sources that `serving.sources_of` names.
        rates: RATES.
        folder: where to write.

    Raises:
        LedgerError: see `serving.Serving.charge`.
    """
    months, costs = Serving(engine, project, rows, rates).charge(folder)
    engine.write(engine.rows(POOL.types, pool_rows(months, project.ledger)), folder / "pool.parquet")
    engine.write(idle_table(engine.read(folder / "pool.parquet")), folder / "idle.parquet")
    engine.write(engine.rows(POOL_COST, costs), folder / "pool_cost.parquet")


def serve(
    engine: Engine, *, charged: ibis.Table, customer_record: ibis.Table, records: ibis.Table, project: config.Project, folder: Path
) -> None:
    """Write `activity_cost.parquet`, `activity_sum.parquet` and `activity_time.parquet`: what was done for each customer, by activity and month.

    Args:
        engine: where it runs.
        charged: `posted` of `charge`.
        customer_record: CUSTOMER_RECORD.
        records: RECORD.
        project: the config.
        folder: where to write.
    """
    found = owned(charged, customer_record, records)
    engine.write(activity_costs(found), folder / "activity_cost.parquet")
    engine.write(activity_sums(engine.read(folder / "activity_cost.parquet")), folder / "activity_sum.parquet")
    engine.write(activity_times(found, project.ledger), folder / "activity_time.parquet")


def serve_again(
    engine: Engine, *, charged: ibis.Table, customer_record: ibis.Table, records: ibis.Table, project: config.Project
) -> dict[str, ibis.Table]:
    """ACTIVITY_COST, ACTIVITY_SUM and ACTIVITY_TIME, by name, of some customers only: those whose records are given.

    Args:
        engine: where it runs.
        charged: `posted` of `charge`.
        customer_record: CUSTOMER_RECORD of these customers.
        records: RECORD.
        project: the config.
    """
    theirs = customer_record.select(record_source="source", record="record_id")
    found = engine.materialise(owned(charged.semi_join(theirs, ["record_source", "record"]), customer_record, records), "served-again")
    of_customers = found.filter(is_real_customer(found["customer_id"]))
    costs = activity_costs(of_customers)
    return {"activity_cost": costs, "activity_sum": activity_sums(costs), "activity_time": activity_times(of_customers, project.ledger)}


def book(engine: Engine, *, posted: Sequence[ibis.Table], customer_record: ibis.Table, records: ibis.Table, folder: Path) -> None:
    """Write `entry.parquet` and `statement.parquet` from the posted rows of all sources.

    Args:
        engine: where it runs.
        posted: what `post_source` wrote, per source, and `charge`; none where nothing is posted, and then no entry is.
        customer_record: CUSTOMER_RECORD.
        records: RECORD.
        folder: where to write.

    Raises:
        LedgerError: LED013, the statement does not sum to the entries.
    """
    parts = [each.select(*POSTED) for each in posted]
    every = parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False) if parts else None
    entry = engine.rows(ENTRY.types, []) if every is None else assign(every, customer_record, records)
    engine.write(entry, folder / "entry.parquet")
    entries = engine.read(folder / "entry.parquet")
    engine.write(customer_statement(entries), folder / "statement.parquet")
    check_statement(engine, entries, engine.read(folder / "statement.parquet"))


def reconcile(
    engine: Engine,
    *,
    project: config.Project,
    accepted: Mapping[str, Mapping[str, Path]],
    posted: Mapping[str, Mapping[str, Path]],
    lookups: Mapping[str, Path],
    entries: ibis.Table,
    folder: Path,
    pool_cost: ibis.Table | None = None,
) -> None:
    """Write `reconciliation.parquet`, or stop the run: every dollar of the raw rows is accounted for, and none is made.

    Args:
        engine: where it runs.
        project: the config.
        accepted: per source what accepting wrote, by name: rows, raw, quarantined, counted_once.
        posted: per posting source what `post_source` wrote, by name.
        lookups: accepted `rows` of all sources; their `raw` lies beside it.
        entries: ENTRY, as it is to be published.
        folder: where to write.
        pool_cost: POOL_COST where the project has pools.

    Raises:
        LedgerError: LED010, LED025 a residual is not zero, with the difference located; LED011 a declared control total
            disagrees; LED012 a converted amount does not agree with its rate.
        Problems: several of these, told at once.
    """
    check_conversion(engine, entries, _rates_table(engine, project, lookups), project.reporting_currency)
    booked = engine.fetch(ledger_totals(entries.filter(~of_service(entries))))
    raw_rows = {name: path.with_name("raw.parquet") for name, path in lookups.items()}
    rows: list[dict[str, object]] = []
    problems: list[LedgerError] = []
    for name, tables in posted.items():
        source_rows = SourceRows(name, project.sources[name], accepted[name], tables)
        totals, sums = control_totals(engine, source_rows, project, raw_rows)
        accounts = account_for(totals, [row for row in booked if row["source"] == name])
        wrong = unreconciled(accounts)
        if wrong:
            problems.append(refusal(name, wrong, located(engine, source_rows, project, raw_rows, entries, places=list(wrong))))
        declared, disagreeing = declared_totals(name, source_rows.postings, sums, project.reporting_currency)
        rows += [*reconciliation_rows(name, accounts), *declared]
        problems += disagreeing
    if pool_cost is not None:
        of_pools = pool_accounts(engine, project, accepted=accepted, raw=raw_rows, entries=entries, pool_cost=pool_cost)
        rows += of_pools.rows
        problems += of_pools.problems
    if problems:
        raise problems[0] if len(problems) == 1 else Problems(problems)
    engine.write(engine.rows(RECONCILIATION.types, rows), folder / "reconciliation.parquet")


def tie_out(
    engine: Engine,
    *,
    project: config.Project,
    rows: ibis.Table | None,
    lookups: Mapping[str, ibis.Table],
    entries: ibis.Table,
    folder: Path,
) -> None:
    """Write `tie_out.parquet`, or stop the run: the general ledger against the detail, by account, period and currency.

    Args:
        engine: where it runs.
        project: the config.
        rows: accepted rows of the general ledger; None where none is mapped, and TIE_OUT is then empty.
        lookups: accepted rows of the sources that its values are looked up in.
        entries: ENTRY, as it is to be published.
        folder: where to write.

    Raises:
        LedgerError: LED040 an account differs by more than the declared tolerance; LED041 rows of the general ledger name no
            account, day or amount; LED004 a key to look up in is not unique; and those of `general_ledger.books_rows`.
    """
    books, found = project.ledger.general_ledger, []
    if books is not None and rows is not None:
        check_unique_keys(engine, lookups_of_books(books), lookups, where="ledger.general_ledger")
        held = books_rows(rows, project=project, lookups=lookups)
        _check_complete(engine, held, books)
        by_month = books.periods == "calendar_month"
        pools = {name: activity.pool for name, activity in project.ledger.activities.items()}
        sums = detail_sums(entries, books, reporting_currency=project.reporting_currency, by_month=by_month, pools=pools)
        found = tied_out(engine.fetch(books_sums(held, by_month=by_month)), engine.fetch(sums), books)
        refused = disagreement(found)
        if refused is not None:
            raise refused
    engine.write(engine.rows(TIE_OUT.types, found), folder / "tie_out.parquet")


def _check_complete(engine: Engine, held: ibis.Table, books: config.ledger.GeneralLedger) -> None:
    missing = incomplete(held)
    first = engine.fetch(missing.order_by("source_file", "source_row").limit(1))
    if first:
        row = first[0]
        lacks = next(word for word, name in (("account", "account"), ("period", "day"), ("amount", "amount")) if row[name] is None)
        raise LedgerError("LED041", "rows of the general ledger name no account, no period or no amount",
                          where=f"sources.{books.source}, file {row['source_file']}",
                          seen=f"{engine.count(missing):,} rows, first at row {row['source_row']:,}, without {lacks}",
                          do="set required: true on the column, so that such rows are quarantined, or leave them out by ledger.general_ledger.when")  # fmt: skip


def looked_up(source: config.Source) -> tuple[str, ...]:
    """The sources that a source's dollars look values up in, in the order of the config."""
    return tuple(dict.fromkeys(lookup.source for lookup in lookups_of(source.postings))) if source.postings else ()


def interactions(
    engine: Engine,
    *,
    project: config.Project,
    rows: Mapping[str, ibis.Table],
    customer_record: ibis.Table,
    records: ibis.Table,
    folder: Path,
) -> None:
    """Write `interaction.parquet` and `contact_total.parquet`: the contacts of all sources that map some, and whose they were.

    Args:
        engine: where it runs.
        project: the config.
        rows: accepted rows of those sources, and of the ones that their values are looked up in; see `sources_of_contacts`.
        customer_record: CUSTOMER_RECORD.
        records: RECORD.
        folder: where to write.

    Raises:
        LedgerError: LED004 a key to look up in is not unique; and those of `interactions.contacts_of`.
    """
    found = []
    for name, source in project.sources.items():
        if source.interactions is not None:
            check_unique_keys(engine, lookups_of_contacts(source.interactions), rows, where=f"sources.{name}.interactions")
            found.append(contacts_of(rows[name], name, source, project=project, lookups=rows))
    if not found:
        engine.write(engine.rows(INTERACTION.types, []), folder / "interaction.parquet")
    else:
        every = found[0] if len(found) == 1 else ibis.union(*found, distinct=False)
        engine.write(of_customers(every, customer_record, records), folder / "interaction.parquet")
    engine.write(contact_totals(engine.read(folder / "interaction.parquet")), folder / "contact_total.parquet")


def programmes(
    engine: Engine,
    *,
    project: config.Project,
    rows: Mapping[str, ibis.Table],
    customer_record: ibis.Table,
    records: ibis.Table,
    folder: Path,
) -> None:
    """Write `programme_member.parquet`: whom programmes reached.

    Args:
        rows: accepted rows of the sources that say so, see `sources_of_programmes`.
        engine, project, customer_record, records, folder: as for `interactions`.
    """
    found = [reached(rows[one.reached.source], name, project) for name, one in project.programmes.items() if one.reached is not None]
    every = found[0] if len(found) == 1 else ibis.union(*found, distinct=False)
    engine.write(members(every, customer_record, records), folder / "programme_member.parquet")


def sources_of_programmes(project: config.Project) -> tuple[str, ...]:
    """The sources that say whom programmes reached, in the order of the config."""
    return tuple(dict.fromkeys(one.reached.source for one in project.programmes.values() if one.reached is not None))


def sources_of_contacts(project: config.Project) -> tuple[str, ...]:
    """The sources that contacts are read from: those that map some, and those that their values are looked up in."""
    mapped = {name: source.interactions for name, source in project.sources.items() if source.interactions is not None}
    looked = [lookup.source for contacts in mapped.values() for lookup in lookups_of_contacts(contacts)]
    return tuple(dict.fromkeys([*mapped, *looked]))


def sources_of_books(books: config.ledger.GeneralLedger | None) -> tuple[str, ...]:
    """The sources that the general ledger is read from, its own first; none where none is mapped."""
    return tuple(dict.fromkeys([books.source, *(lookup.source for lookup in lookups_of_books(books))])) if books else ()


def what_is_unexplained(engine: Engine, tied: ibis.Table) -> dict[str, Any]:
    """The few figures of TIE_OUT that a run's summary holds; see `tie_out.tie_out_summary`."""
    return tie_out_summary(engine.fetch(tied))


def last_contacts(engine: Engine, found: ibis.Table, customer_id: str, *, limit: int) -> list[dict[str, Any]]:
    """The last contacts of one customer in INTERACTION, latest first; see `interactions.latest_of`."""
    return engine.fetch(latest_of(found, customer_id, limit=limit))


def served_from(project: config.Project) -> tuple[str, ...]:
    """The sources that cost to serve is worked out from, in the order of the config; none where the project declares none."""
    return sources_of(project.ledger, project.sources)


def _rates_table(engine: Engine, project: config.Project, lookups: Mapping[str, Path]) -> ibis.Table:
    """RATES of the config, or of the source that it names."""
    mapping = project.ledger.rates
    if not isinstance(mapping, config.ledger.RatesFrom):
        return engine.rows(RATES.types, declared_rates(mapping))
    if mapping.source not in lookups:
        raise LedgerError("LED006", "rates are read from a source that is not there", where="ledger.rates", seen=mapping.source,
                          do=f"add sources.{mapping.source}, or list the rates")  # fmt: skip
    return rates_from(engine.read(lookups[mapping.source]), mapping).distinct()


def trace(engine: Engine, entries: ibis.Table, entry_id: str) -> dict[str, Any]:
    """One entry with everything that made it: source, file, row, amount name, rate, and the sale it takes back.

    Raises:
        LedgerError: LED014, there is no such entry.
    """
    found = engine.fetch(entries.filter(entries["entry_id"] == entry_id))
    if not found:
        raise LedgerError("LED014", "there is no such entry", seen=entry_id, do="take an entry_id from the table entry")
    return found[0]


def owned_rows(rows: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Rows of any source that name a record, with the customer whose each is: see `assignment.whose`."""
    return whose(rows, customer_record, records)


def day_of(moment: ibis.Value, time_zone: str, *, where: str) -> ibis.Value:
    """The day of a date or a timestamp in the company's zone.

    Raises:
        LedgerError: LED009, it is neither a date nor a timestamp.
    """
    return day_and_moment(moment, time_zone, where=where)[0]
