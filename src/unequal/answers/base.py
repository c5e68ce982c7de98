"""What a question is asked of: a published run's tables, and the facts that stand on every answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import pyarrow as pa

from unequal import config, customer_base, ledger
from unequal.experiments import trials as trying
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.treatments import conflicts, shapes

Tell = Callable[[str, float], None]
"""Is told what a question is at that takes long, and the share of it that is done."""


def no_other_run(wanted: str | None = None) -> Base | None:
    """What reaches other runs where there is nothing to reach them by.

    Raises:
        AnswerError: ANS020, a certain run is wanted.
    """
    if wanted is None:
        return None
    raise AnswerError("ANS020", "this base cannot reach other runs", seen=wanted, do="open the project, and ask again")


def no_policies() -> None:
    """The policies that act where nothing tells of any: none."""


def nothing_tried() -> None:
    """What was tried where nothing tells of it: nothing."""


def nothing_allotted() -> None:
    """The last plan where nothing tells of one: none."""


def no_host_tasks() -> pa.Table:
    """The tasks of hosts where nothing tells of any: none."""
    return pa.table({})


@dataclass(frozen=True)
class Base:
    """A published run, open for questions.

    Args:
        project: the config the run was made by.
        run_id: the run.
        published_at: ISO timestamp in UTC.
        level: the evidence level that the mapped lines reach.
        tables: published tables by name: entry, statement, customer, customer_attribute, reconciliation,
            quarantined, extract, counted_once.
        arrow: runs a table; the storage engine's verb, handed in by flow.
        leads_to: a customer's id -> the one under which the customer stands; itself where it was not merged away.
        earlier: another kept run of the project, by its id or a day; without either the last one before this that forecast as of an
            earlier day, and None where there is none. It stays open for as long as this one does; handed in by flow.
        attributes: `customer_attribute` with the values of some attributes alone, see narrowing.attributes_named; handed in by flow.
        tell: listens to questions that draw again and again, which takes seconds.
        acting: tells the policies that act, made ready, with the base that they act on, and None where there are none; handed in by flow.
        trials: tells what treatments were tried on whom, None where no lot was drawn; handed in by flow.
        host_tasks: tells which tasks of hosts were done, or should have been: due_on, done_on, outcome; handed in by flow.
        allotted: tells the last plan that was made where there was not enough for all, and its day; None where there was none. Handed in by flow.
        keep: runs a table once, for a question that asks it often; by default it is run each time.
    """

    project: config.Project
    run_id: str
    published_at: str
    level: Level
    tables: Mapping[str, ibis.Table]
    arrow: Callable[[ibis.Table], pa.Table]
    leads_to: Callable[[str], str] = str
    earlier: Callable[[str | None], Base | None] = no_other_run
    keep: Callable[[ibis.Table], ibis.Table] = lambda table: table
    attributes: Callable[[Collection[str]], ibis.Table] | None = None
    tell: Tell = lambda _what, _share: None
    acting: Callable[[], conflicts.Acting | None] = no_policies
    trials: Callable[[], trying.Trials | None] = nothing_tried
    host_tasks: Callable[[], pa.Table] = no_host_tasks
    allotted: Callable[[], tuple[date, shapes.Plan] | None] = nothing_allotted

    def table(self, name: str) -> ibis.Table:
        """A published table.

        Raises:
            AnswerError: ANS001, this run has none of that name.
        """
        if name not in self.tables:
            raise AnswerError("ANS001", f"this run has no table {name}", seen=", ".join(sorted(self.tables)), do="run `unequal run` again")
        return self.tables[name]

    def lines(self) -> ibis.Table:
        """What each customer brought by line over all months, kept; month by month, as STATEMENT, in a run of before that was summed."""
        return self.keep(self.tables["customer_line"]) if "customer_line" in self.tables else self.table("statement")

    def brought(self, level: Level) -> ibis.Table:
        """customer_id and brought: what each customer, and each bucket, brought at a level over all months; kept."""
        lines = self.lines()
        return self.keep(lines.group_by("customer_id").aggregate(brought=ledger.level_amount(lines, level)))

    def months(self, level: Level) -> ibis.Table:
        """CUSTOMER_MONTH at a level, kept: as the run put it down, or from the statement."""
        if level == self.level and "customer_month" in self.tables:
            return self.keep(self.tables["customer_month"])
        return self.keep(customer_base.steps.totals.summing.customer_months(self.table("statement"), level))

    def fetch(self, table: ibis.Table) -> list[dict[str, object]]:
        """The rows of a small table as Python values."""
        rows: list[dict[str, object]] = self.arrow(table).to_pylist()
        return rows
