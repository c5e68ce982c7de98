"""`ask`, `report` and `export`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import click

from unequal import answers, flow, report
from unequal.cli.paper import to_pdf
from unequal.cli.printing import console, print_answer, print_json
from unequal.cli.waiting import waiting
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

_Handler = Callable[..., None]


def _questions(command: _Handler) -> _Handler:
    """What narrows and slices a question, the same for every command that asks one."""
    return _narrowing(click.option("--by", metavar="DIMENSION", help="Slice by channel, product, month, band, household, ...")(command))


def _narrowing(command: _Handler) -> _Handler:
    """What narrows a question or an export to some of the entries."""
    for option in (
        click.option("--as-of", metavar="RUN|DAY", help="Of a kept run: its id, or a day."),
        click.option("--level", type=click.Choice([str(level) for level in Level]), help="A lower evidence level than the base reaches."),
        click.option("--to", "last", metavar="YYYY-MM-DD", help="Only what is booked up to this day, this day included."),
        click.option("--from", "first", metavar="YYYY-MM-DD", help="Only what is booked from this day on."),
        click.option("--where", metavar="PREDICATE", help="Only entries for which this is true, as in \"channel = 'web'\"."),
    ):
        command = option(command)
    return command


@click.command(help=f"Ask the base a question, such as profit, new or lost.\n\nThe questions: {', '.join(answers.QUESTIONS)}.")
@click.argument("question")
@_questions
@click.option(
    "--what-if", "what_if", multiple=True, metavar="CHANGE", help="For cost-to-serve: suppose another figure, as in phone_desk.capacity*1.2"
)
@click.option("--compare", metavar="RUN|DAY", help="Against another kept run: each figure then, now, and the change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every figure and table, money as exact text.")
@click.pass_obj
def ask(directory: str, /, question: str, as_json: bool, **narrowed: Any) -> None:
    """Ask the base a question."""
    with waiting(console(), quiet=as_json) as tell:
        answer = _answer(directory, question, tell=tell, **narrowed)
    if as_json:
        print_json(answer)
    else:
        print_answer(answer)


def _answer(
    directory: str,
    question: str,
    *,
    by: str | None,
    where: str | None,
    first: str | None,
    last: str | None,
    level: str | None,
    as_of: str | None,
    what_if: Sequence[str] = (),
    compare: str | None = None,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> answers.Answer:
    asked = Level(level) if level else None
    with flow.open_base(flow.open_project(directory), as_of=as_of) as opened:
        return answers.answer(
            question,
            replace(opened.base, tell=tell),
            by=by,
            where=where,
            period=_period(first, last),
            level=asked,
            what_if=what_if,
            compare=compare,
        )


def _period(first: str | None, last: str | None) -> Period | None:
    if first is None and last is None:
        return None
    start = _day(first, "--from") if first else date.min
    day = _day(last, "--to") if last else date.max
    end = day + timedelta(days=1) if day < date.max else date.max
    if end <= start:
        raise AnswerError("ANS008", "the period ends before it begins", where="--from, --to", seen=f"{first} to {last}", do="swap them")
    return Period(start, end)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AnswerError("ANS008", "not a day", where=option, seen=text, do="write it as YYYY-MM-DD") from error


@click.command(name="report")
@_questions
@click.option("--board", is_flag=True, help="One page: curve, bands, the largest give-backs, what is assumed, what to decide.")
@click.option(
    "--for",
    "audience",
    type=click.Choice(list(report.audiences.ORDER)),
    default="executive",
    show_default=True,
    help="For whom: what it tells, and what it tells first.",
)
@click.option("--pdf", is_flag=True, help="Print it to PDF too, by the system's Chromium.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; .unequal/report.html by default. Of NAME.pdf with --pdf the page is NAME.html.",
)
@click.pass_obj
def report_command(
    directory: str, /, board: bool, audience: report.audiences.Audience, pdf: bool, output: Path | None, **narrowed: Any
) -> None:
    """Write a self-contained HTML report: each question a page with findings and charts, tables folded, every number with its meaning."""
    project = flow.open_project(directory)
    answer = _answer(directory, "profit", **narrowed)
    path = output or project.folder / ".unequal" / ("board.html" if board else "report.html")
    if pdf and path.suffix.lower() == ".pdf":
        # The page is printed from a file of its own, which would lie where the print goes.
        path = path.with_suffix(".html")
    path.write_text(report.board(answer) if board else _full_report(directory, answer, narrowed, audience), encoding="utf-8")
    console().print(f"Written: {path}")
    if pdf:
        console().print(f"Written: {to_pdf(path, path.with_suffix('.pdf'))}")


def _full_report(directory: str, answer: answers.Answer, narrowed: Mapping[str, Any], audience: report.audiences.Audience) -> str:
    """The report with the answers about the future, which are of the whole base: a narrowed report says that they are left out."""
    with flow.open_base(flow.open_project(directory), as_of=narrowed["as_of"]) as opened:
        if not any(narrowed[name] for name in ("where", "first", "last", "level")):
            asked = answers.ahead(opened.base, _questions_of(audience))
            return report.full(answer, *asked, audience=audience)
        known = "customer_value" in opened.base.tables
    return report.full(answer, left_out=_LEFT_OUT if known else "", audience=audience)


def _questions_of(audience: report.audiences.Audience) -> Sequence[str] | None:
    """An executive is told all that is reported, others the questions of their own."""
    return None if audience == "executive" else report.audiences.questions_for(audience, answers.QUESTIONS)


_LEFT_OUT: Final = "They are of the whole base, and this report is narrowed: write it without --where, --from, --to and --level."


@click.command()
@click.argument("table", type=click.Choice((*flow.exporting.TABLES, "crm")))
@_narrowing
@click.option("--source", default="crm", show_default=True, help="Of crm: the source that the CRM is in the config.")
@click.option(
    "--for", "shape", type=click.Choice(("csv", "salesforce", "hubspot")), default="csv", show_default=True, help="Of crm: who imports it."
)
@click.option("--key", help="Of crm: the field of the CRM that holds the record's id, where it is not the CRM's own.")
@click.option(
    "-o",
    "--output",
    "--out",
    type=click.Path(path_type=Path),
    help="A .csv or .parquet file, CSV on the terminal by default; of crm a folder, .unequal/crm by default.",
)
@click.pass_obj
def export(
    directory: str, /, *, table: str, where: str | None, first: str | None, last: str | None, level: str | None, as_of: str | None,
    source: str, shape: str, key: str | None, output: Path | None,
) -> None:  # fmt: skip
    """Take a table out, safe to open in a spreadsheet: customers and entries can be narrowed as a question is."""
    if table == "crm":
        if any((where, first, last, level, as_of)):
            raise click.UsageError("What a CRM is told is of all its records, as they stand now: leave the narrowing out.")
        _export_crm(directory, source=source, shape=shape, key=key, output=output)
        return
    with flow.open_base(flow.open_project(directory), as_of=as_of) as opened:
        asked = Level(level) if level else None
        wanted = flow.exporting.export_table(opened, table, where=where, period=_period(first, last), level=asked)
        if output is None:
            flow.exporting.write_csv(opened, wanted, sys.stdout)
            return
        rows = flow.exporting.write_file(opened, wanted, output)
    console().print(f"Written: {output}, {rows:,} rows")


def _export_crm(directory: str, *, source: str, shape: str, key: str | None, output: Path | None) -> None:
    """Files for a CRM."""
    project = flow.open_project(directory)
    with flow.live.open_live(project) as live, waiting(console(), quiet=False) as tell:
        found = live.export_crm(source=source, shape=shape, key=key, folder=output or project.folder / ".unequal" / "crm", tell=tell)
    for name, rows in found.counts.items():
        console().print(f"  {name.replace('_', ' '):<10} {rows:>9,}")
    console().print(f"Written: {found.folder}. Who owns which field: docs/how-to/beside-the-crm.md")


COMMANDS: Final = (ask, report_command, export)
