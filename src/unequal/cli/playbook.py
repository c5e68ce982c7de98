"""`playbook`: ready policies, and one of them put into the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import yaml

from unequal import flow
from unequal.cli.printing import console, print_json, print_rows
from unequal.terms.errors import ConfigError
from unequal.treatments import playbook as ready


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Replace a policy that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def playbook(directory: str, names: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Ready policies and tiers to begin with: lists them, or writes the policies named into policies/ and says what unequal.yaml lacks."""
    known = {**ready.plays(), **ready.service_levels()}
    if not names:
        rows = [{"policy": one.name, "what_it_does": one.about} for one in known.values()]
        if as_json:
            print_json(rows)
        else:
            print_rows(rows)
            console().print("Take one: unequal playbook NAME")
        return
    chosen = [_named(known, name) for name in names]
    project = flow.open_project(directory)
    told: list[tuple[Path | None, dict[str, Any]]] = []
    levels = ready.service_levels()
    for play in chosen:
        if play.name in levels:
            told.append((None, ready.missing(play.needs, _written(project.loaded.path))))
            continue
        path = project.folder / "policies" / f"{play.name}.yaml"
        if path.exists() and not force:
            raise ConfigError("CFG095", "there is such a policy already", where=str(path), do="give --force to replace it")
        path.parent.mkdir(exist_ok=True)
        path.write_text(play.text, encoding="utf-8")
        told.append((path, ready.missing(play.needs, _written(project.loaded.path))))
    _tell(told, as_json=as_json)


def _named(known: dict[str, ready.Play], name: str) -> ready.Play:
    if name not in known:
        raise ConfigError("CFG096", "the playbook has no such policy", seen=name, do=f"choose from: {', '.join(known)}")
    return known[name]


def _written(config: Path) -> dict[str, Any]:
    """The section `live` as it is written: what is left to a default is not declared."""
    return (yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("live") or {}


def _tell(told: list[tuple[Path | None, dict[str, Any]]], *, as_json: bool) -> None:
    if as_json:
        print_json([{"written": None if path is None else str(path), "live_lacks": lacks} for path, lacks in told])
        return
    for path, lacks in told:
        if path is not None:
            console().print(f"Written: {path}. Read it, change it, then submit it for another person to approve.")
        if lacks:
            console().print("unequal.yaml lacks for it:")
            console().print(yaml.safe_dump({"live": lacks}, sort_keys=False, width=120).rstrip(), markup=False)


COMMANDS: Final = (playbook,)
