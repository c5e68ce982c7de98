"""The few figures of a run that `status` shows without opening it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unequal import config, customer_base, identity, ledger, storage
from unequal.terms.lines import Level, Line
from unequal.terms.money import money_sum


def level_of_project(project: config.Project) -> Level:
    """The evidence level that a project's mapped lines reach together."""
    served = [Line.COST_TO_SERVE] if project.ledger.activities else []
    served += [shared.line for shared in project.ledger.shared_costs.values()]
    posted = (line for source in project.sources.values() if source.postings for line in ledger.mapped_lines(source.postings))
    return ledger.level_of([*posted, *served])


def summary_of(engine: storage.Engine, project: config.Project, done: Mapping[str, storage.StepOutput]) -> dict[str, Any]:
    """Plain JSON values: level, customers, records, entries, dollars and rows, each by an exact count, and how records were matched."""
    entries = engine.read(done["book"].table("entry"))
    dollars = engine.fetch(entries.aggregate(entries=entries.count(), total=money_sum(entries["amount"]),
                                             first=entries["booked_on"].min(), last=entries["booked_on"].max()))[0]  # fmt: skip
    extracts = [
        row for name, output in done.items() if name.startswith("accept ") for row in engine.fetch(engine.read(output.table("extract")))
    ]
    return {
        "level": str(level_of_project(project)),
        "currency": project.reporting_currency,
        "customers": engine.count(engine.read(done["band"].table("band"))),
        "records": engine.count(engine.read([output.table("record") for name, output in done.items() if name.startswith("gather ")])),
        "entries": dollars["entries"],
        "total": str(dollars["total"]),
        "worth_expected": _worth(engine, done),
        **_contacts(engine, project, done),
        "first_day": str(dollars["first"]),
        "last_day": str(dollars["last"]),
        "files": len(extracts),
        "matching": identity.run_figures.figures_of_run(engine.fetch(engine.read(done["who is who"].table("match_figure")))),
        **_tied_out(engine, project, done),
        "definitions": engine.fetch(customer_base.definitions.in_order(engine.read(done["totals"].table("definition")))),
        **{name: sum(row[name] for row in extracts) for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_counted_once")},
    }


def _worth(engine: storage.Engine, done: Mapping[str, storage.StepOutput]) -> str | None:
    """What the base is expected to bring, to the cent; None where nothing is forecast."""
    totals = engine.read(done["value"].table("value_total"))
    rows = engine.fetch(totals.filter(totals["segment_kind"] == "all").select("value_expected"))
    return f"{rows[0]['value_expected']:.2f}" if rows else None


def _contacts(engine: storage.Engine, project: config.Project, done: Mapping[str, storage.StepOutput]) -> dict[str, Any]:
    """Contacts by kind and channel; nothing where the project maps none."""
    if not any(source.interactions for source in project.sources.values()):
        return {}
    counted = engine.read(done["interactions"].table("contact_total"))
    return {"contacts": engine.fetch(counted.order_by("contact", "channel", "of_customers"))}


def _tied_out(engine: storage.Engine, project: config.Project, done: Mapping[str, storage.StepOutput]) -> dict[str, Any]:
    """What the general ledger left unexplained; nothing where the project maps none."""
    if project.ledger.general_ledger is None:
        return {}
    return {"tie_out": ledger.steps.what_is_unexplained(engine, engine.read(done["tie out"].table("tie_out")))}
