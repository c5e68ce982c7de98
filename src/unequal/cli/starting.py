"""`demo`, `init`, `check`, `assess` and `data`: how a project begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from unequal import answers, config, demo, flow, report, sources
from unequal.cli.printing import console, cut, percent, print_answer, print_json, print_rows
from unequal.cli.running import run_shown
from unequal.terms.errors import ConfigError


@click.command(name="demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("meridian"))
@click.option(
    "--scale",
    "persons",
    type=click.IntRange(100, 1_000_000),
    default=20_000,
    show_default=True,
    help="How many persons the made company serves.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Another seed is another company.")
@click.option(
    "--quarter",
    is_flag=True,
    help="Then live through a quarter of a year: decide, let customers answer, run again, and tell what was earned.",
)
def demo_command(folder: Path, persons: int, seed: int, quarter: bool) -> None:
    """Make the company Meridian, run the whole job on it, and say where to look."""
    columns = (TextColumn("{task.description:<34}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("making Meridian", total=1.0)
        demo.build(folder, persons=persons, seed=seed, progress=lambda what, share: bar.update(task, description=what, completed=share))
    console().print(f"Made Meridian, {persons:,} persons, in {folder}/data; what is true of it lies apart in {folder}/truth")
    project = flow.open_project(folder)
    run_shown(project)
    acting = demo.begin(project, author="the playbook", by="the demo")
    with flow.open_base(project) as opened:
        answer = answers.answer("profit", opened.base)
        ahead = answers.ahead(opened.base)
    print_answer(answer)
    for name, page in (("report.html", report.full(answer, *ahead)), ("board.html", report.board(answer))):
        (folder / ".unequal" / name).write_text(page, encoding="utf-8")
    console().print(f"Look at {folder}/.unequal/report.html and board.html; the config to learn from is {folder}/unequal.yaml")
    if acting:
        console().print(f"At the moment of contact act: {', '.join(acting)} ({folder}/policies); more of them: unequal playbook")
        console().print(f"Ask what to do for whoever is there: unequal -C {folder} serve; agents have a page of their own at /agent")
    if quarter:
        _live_through(project, folder, seed)
    console().print(f"Ask more: unequal -C {folder} ask profit --by channel")


def _live_through(project: flow.OpenProject, folder: Path, seed: int) -> None:
    """A quarter of a year in Meridian, and what treatments earned in it."""
    columns = (TextColumn("{task.description:<34}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("a quarter of a year", total=1.0)
        demo.live_through(project, seed=seed, tell=lambda what, share: bar.update(task, description=what, completed=share))
    stopped = run_shown(project).stopped
    with flow.open_base(project) as opened:
        print_answer(answers.answer("earned", opened.base))
    for policy in stopped:
        console().print(f"Stopped, as its own rule says: {policy}; see unequal -C {folder} policies show {policy}")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a config that is there.")
@click.pass_obj
def init(directory: str, files: tuple[Path, ...], force: bool) -> None:
    """Write a config: a commented starter, or one that already runs on the FILES given."""
    path = Path(directory) / "unequal.yaml"
    if path.exists() and not force:
        raise ConfigError("CFG092", "there is a config already", where=str(path), do="give --force to replace it, or -C another folder")
    text = sources.suggest(files, Path(directory)) if files else config.starter()
    path.write_text(text, encoding="utf-8")
    console().print(f"Written: {path}. Read it, then: unequal check, unequal run")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check(directory: str, as_json: bool) -> None:
    """Hold the config against the files' headers, without reading their data."""
    project = flow.open_project(directory)
    found = flow.checking.check(project)
    if as_json:
        print_json({"problems": [], "sources": found})
        return
    print_rows(found)
    console().print("The config is sound.")


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def assess(directory: str, names: tuple[str, ...], as_json: bool) -> None:
    """Say of each source what to know before trusting it, and suggest a mapping."""
    found = flow.checking.assess(flow.open_project(directory), names)
    if as_json:
        print_json(found.to_dict())
        return
    for source in found.sources:
        sampled = "" if source.sampled == source.rows else f", formats and meanings from {source.sampled:,} of them"
        print_rows([_brief(row) for row in found.column_rows(source.name)], title=f"{source.name}: {source.rows:,} rows{sampled}")
        print_rows(found.warning_rows(source.name), title="To look at before trusting it")
        console().print("[bold]A mapping to paste into the config[/bold]")
        console().print(source.mapping, markup=False)
    print_rows(found.shared_rows(), title="What the sources share, by each identifier")


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    """A column's profile in what fits on a line."""
    about = "" if row["distinct_is_exact"] else "about "
    return {
        "column": row["column"],
        "meaning": str(row["meaning"]).replace("_", " "),
        "filled": percent(row["complete"]),
        "valid": percent(row["valid"]),
        "distinct": f"{about}{row['distinct']:,}",
        "from": cut(str(row["lowest"])) if row["lowest"] is not None else None,
        "to": cut(str(row["highest"])) if row["highest"] is not None else None,
        "most frequent": f"{cut(str(row['most_frequent']))} {percent(row['its_share'])}" if row["most_frequent"] is not None else None,
        "written as": cut(row["formats"].split(",")[0], 20),
    }


@click.group()
def data() -> None:
    """Public data sets to try Unequal on."""


@data.command(name="list")
def list_data() -> None:
    """What can be fetched, and under which licence."""
    print_rows([{"name": name, "licence": known.licence, "what it is": known.about} for name, known in sources.public_data.known().items()])


@data.command(name="get")
@click.argument("name")
def get_data(name: str) -> None:
    """Fetch a public data set into the cache that the examples read."""
    with Progress(TextColumn("{task.description:<40}"), BarColumn(), DownloadColumn(), console=console(), transient=True) as bar:
        task = bar.add_task(name, total=None)
        folder = sources.public_data.get(
            name,
            progress=lambda what, here, there: bar.update(task, description=what, completed=here, total=there or None),
            tell=lambda text: console().print(text, markup=False),
        )
    console().print(f"Fetched: {folder}", markup=False)


COMMANDS: Final = (demo_command, init, check, assess, data)
