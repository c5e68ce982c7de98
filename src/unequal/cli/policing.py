"""`policies`: written by one person, previewed, approved by another; they act until they are retired."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import cell, console, percent, print_json, print_rows, safe
from unequal.cli.signing import PERSON, person_option, signing
from unequal.cli.waiting import waiting
from unequal.terms.errors import LiveError, Problems, UnequalError

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_name = click.argument("name")
_FAR: Final = 1.5
"""Times that a policy may plan for more customers than there are, or for fewer, before it is told."""
_version = click.argument("version", type=click.IntRange(min=1), required=False)


@click.group()
def policies() -> None:
    """Policies: written by one person, previewed, approved by another; they act until retired."""


@policies.command(name="list")
@_as_json
@click.pass_obj
def listed(directory: str, as_json: bool) -> None:
    """Each policy: the version that acts, or else its newest."""
    with _desk(directory) as desk:
        found = desk.listed()
    if as_json:
        print_json(found)
        return
    print_rows([{**_short(one), **_reach(one)} for one in found])
    if not found:
        console().print("No policy is written yet: unequal policies submit FILE.yaml")


@policies.command()
@_name
@_as_json
@click.pass_obj
def show(directory: str, name: str, as_json: bool) -> None:
    """Every version of a policy, and the text of the one that acts, or of the newest."""
    with _desk(directory) as desk:
        found = _there(desk.versions(name), name)
    if as_json:
        print_json(found)
        return
    print_rows([_short(one) for one in found])
    shown = next((one for one in found if one["status"] == "approved"), found[0])
    console().print(f"Version {shown['version']} as it was written:")
    console().print(_lines(shown["text"]))
    if shown["preview"]:
        _print_preview(shown)


@policies.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@person_option("Who wrote it; the user of this machine by default.")
@_as_json
@click.pass_obj
def submit(directory: str, files: tuple[Path, ...], person: str | None, as_json: bool) -> None:
    """Hand in FILES, a policy each, as drafts: nothing acts before another person approves it."""
    problems, written = [], []
    with _desk(directory) as desk, signing(directory, "policies.write", person) as (author, tell):
        for file in files:
            try:
                written.append(desk.submit(file.read_text(encoding="utf-8"), author=author))
            except UnequalError as error:
                problems += _placed(error, file)
        tell(_versions(written))
    if as_json:
        print_json(written)
    else:
        print_rows([_short(one) for one in written])
        for one in written:
            console().print(f"See what it would do: unequal policies preview {one['name']}")
    if problems:
        raise Problems(problems)


@policies.command()
@_name
@_version
@_as_json
@click.pass_obj
def preview(directory: str, name: str, version: int | None, as_json: bool) -> None:
    """What a version would do to the published base: customers, dollars, cost, who is held out, groups, conflicts."""
    with _desk(directory) as desk:
        found = desk.preview(name, version or _newest(desk, name))
    found = _there(found, name, version)
    if as_json:
        print_json(found)
        return
    _print_preview(found)
    if found["status"] == "draft":
        console().print(f"See what its trial could show: unequal policies plan {name}")
        console().print(f"Let it act: unequal policies approve {name} {found['version']} --as SOMEBODY_ELSE")


@policies.command()
@_name
@_version
@click.option(
    "--effect",
    type=click.FloatRange(min=0, min_open=True),
    help="Dollars for each treated customer to be found; what the policy is counted with, by default.",
)
@click.option(
    "--a-day", type=click.FloatRange(min=0, min_open=True), help="Customers who come in a day, where not all are reached at once."
)
@_as_json
@click.pass_obj
def plan(directory: str, name: str, version: int | None, effect: float | None, a_day: float | None, as_json: bool) -> None:
    """What holding customers out could show, before it begins: how many it takes, for how long, and what those there are can tell."""
    with _desk(directory) as desk, waiting(console(), quiet=as_json) as tell:
        tell("looking at what customers brought", 0.0)
        found = desk.trial_plan(name, version or _newest(desk, name), effect=effect, a_day=a_day)
    found = _there(found, name, version)
    if as_json:
        print_json(asdict(found))
        return
    console().print(
        f"{safe(found.policy)}, version {found.version}: {found.customers:,} customers whom it is for and worth it; the dollars of "
        f"{found.outcome_days} days count."
    )
    console().print(
        f"A customer's dollars scatter by {found.deviation_expected:,.2f}, learned from {found.seen:,} in the past; what each brought before "
        f"takes {found.variance_removed:.0%} of the variance away."
    )
    comes = "" if found.a_day is None else f" {found.a_day:,.1f} customers come in a day."
    console().print(f"Looked for: {found.effect_expected:,.2f} for each treated customer.{comes}")
    print_rows([_way(one) for one in found.ways], title="What each share held out would show")
    console().print("Shown: beyond zero nine times in ten, found four times in five, whenever one looks.")
    console().print(_verdict(found))
    if found.customers_declared > _FAR * found.customers or found.customers > _FAR * found.customers_declared:
        console().print(
            f"The policy plans for {found.customers_declared:,} customers (measure.customers): write {found.customers:,}, where ranges are narrowest."
        )


def _way(one: Any) -> dict[str, Any]:
    return {
        "held out": f"{one.share_held_out:.0%}" + (" (as written)" if one.is_declared else ""), "shows at least": _estimate(one.shows_at_least_expected),
        "customers needed": one.customers_needed, "chance with these": f"{one.chance:.0%}", "days": one.days,
    }  # fmt: skip


def _verdict(found: Any) -> str:
    """What to make of it, in a sentence: by the customers there are, or by days where others come."""
    declared = next(one for one in found.ways if one.is_declared)
    able = [one for one in found.ways if one.days is not None]
    if found.a_day is not None:
        return _within(declared, min(able, key=lambda one: one.days))
    if declared in able:
        return "As it is written, its trial can show what it counts on."
    if able:
        return f"As it is written it would show nothing of that; hold out {able[0].share_held_out:.0%} (holdout), and it can."
    return "These customers cannot show an effect that small, however many of them are held out: a larger one, or a larger loss, they can."


def _within(declared: Any, soonest: Any) -> str:
    sooner = f"; with {soonest.share_held_out:.0%} held out (holdout) within {soonest.days:,}" if soonest.days < declared.days else ""
    return f"As it is written, its trial can show that within {declared.days:,} days, as customers come{sooner}."


@policies.command()
@_name
@click.argument("version", type=click.IntRange(min=1))
@person_option("Who approves it: another person than its author.", required=True)
@_as_json
@click.pass_obj
def approve(directory: str, name: str, version: int, person: str, as_json: bool) -> None:
    """Let a version act from now on, in place of the one that did."""
    _act(directory, "policies.approve", name, person, as_json, lambda desk, by: desk.approve(name, version, by=by))


@policies.command()
@_name
@person_option("Who stops it; the user of this machine by default.")
@_as_json
@click.pass_obj
def retire(directory: str, name: str, person: str | None, as_json: bool) -> None:
    """Stop a policy at once: whoever may approve it may, and its author too."""
    _act(directory, "policies.retire", name, person, as_json, lambda desk, by: desk.retire(name, by=by))


@policies.command()
@_name
@click.argument("version", type=click.IntRange(min=1))
@person_option("Who goes back to it; the user of this machine by default.")
@_as_json
@click.pass_obj
def revert(directory: str, name: str, version: int, person: str | None, as_json: bool) -> None:
    """Write the text of an earlier version as a new draft, for another person to approve."""
    _act(directory, "policies.revert", name, person, as_json, lambda desk, by: desk.revert(name, version, by=by))


@policies.command()
@person_option("In whose name; the user of this machine by default.")
@_as_json
@click.pass_obj
def learn(directory: str, person: str | None, as_json: bool) -> None:
    """Draft each policy anew with the effect that was measured, for a person to approve; stop those that lose, where their rule says so."""
    with signing(directory, "policies.write", person, "policies.learn") as (_by, tell):
        found = flow.live.learn(flow.open_project(directory))
        tell([f"{one.policy} {one.done}" for one in found if one.uplift])
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_rows([{
        "policy": one.policy, "verdict": one.verdict.replace("_", " "), "stated": _estimate(one.stated_expected),
        "measured": _estimate(one.measured_expected), "counts": _estimate(one.counts_expected), "uplift": one.uplift, "done": one.done,
    } for one in found])  # fmt: skip
    if not found:
        console().print("Nothing was tried yet: no policy has drawn a lot for anybody.")


@policies.command()
@_name
@click.option(
    "--learner", type=click.Choice(["s", "t", "x", "dr"]), default="s", show_default=True, help="How it is learned; s suits small holdouts."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write each customer with what is expected of treating him, as CSV."
)
@_as_json
@click.pass_obj
def responders(directory: str, name: str, learner: Any, out: Path | None, as_json: bool) -> None:
    """Learn to whom a policy does what: whether its customers respond differently, and what treating each fifth of them earned."""
    with waiting(console(), quiet=as_json) as tell:
        tell("learning who responds", 0.0)
        found = flow.live.who_responds(flow.open_project(directory), name, learner=learner)
    if out is not None:
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["customer_id", "arm", "gain_expected"])
            writer.writerows([row["customer_id"], row["arm"], f"{row['gain_expected']:.2f}"] for row in found.customers)
    if as_json:
        told = asdict(found)
        del told["customers"]
        print_json({**told, "verdict": found.differs.verdict})
        return
    rows = [{"fifth": at, "treated": one.treated, "held out": one.held_out, "expected each": _estimate(one.gain_expected),
             "measured each": _estimate(one.gain_measured)} for at, one in enumerate(found.parts, 1)]  # fmt: skip
    print_rows(rows, title="Customers by what is expected of treating them, the highest first")
    one = found.differs
    worth = (
        f" To treat them in this order instead of any is worth {one.qini_expected:,.2f} a customer, between {one.qini_low:,.2f} and "
        f"{one.qini_high:,.2f} (the area under Qini's curve, on customers it was not learned from)."
    )
    console().print(_RESPOND[one.verdict] + (worth if one.verdict == "differs" else ""))
    if out is not None:
        console().print(f"Written: {out}, {len(found.customers):,} rows")


_RESPOND: Final = {
    "differs": "Customers respond differently.",
    "no_detectable_difference": "No detectable difference: what stands in the fifths may be luck.",
}


def _estimate(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(repr(round(amount, 2)))


def _act(
    directory: str, function: str, name: str, person: str | None, as_json: bool, act: Callable[[Any, str], Any]
) -> None:  # fmt: skip
    with _desk(directory) as desk, signing(directory, function, person) as (by, tell):
        found = _there(act(desk, by), name)
        tell(_versions([found]))
    if as_json:
        print_json(found)
    else:
        print_rows([_short(found)])


@contextmanager
def _desk(directory: str) -> Iterator[Any]:
    with flow.live.open_policies(flow.open_project(directory)) as desk:
        yield desk


def _versions(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{one['name']} {one['version']}" for one in documents]


def _newest(desk: Any, name: str) -> int:
    return int(_there(desk.versions(name), name)[0]["version"])


def _there(found: Any, name: str, version: int | None = None) -> Any:
    if not found:
        which = f"policy {name}" if version is None else f"policy {name}, version {version}"
        raise LiveError("LIV110", "there is no such version of a policy", where=which, do="`unequal policies list` has all that there are")
    return found


def _placed(error: UnequalError, file: Path) -> list[UnequalError]:
    """Problems of a text under the name of its file."""
    each = error.problems if isinstance(error, Problems) else (error,)
    return [
        type(one)(one.code, one.what, where=f"{file}: {one.where}" if one.where else str(file), seen=one.seen, do=one.do) for one in each
    ]


def _lines(text: str) -> str:
    """A text of several lines, each of which stays on its own."""
    return "\n".join(f"  {safe(line)}" for line in text.strip().splitlines())


def _short(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "policy": one["name"], "version": one["version"], "status": one["status"], "author": _name_of(one["author"]), "written": one["created_at"],
        "approved_by": _name_of(one["approved_by"]), "approved": one["approved_at"],
    }  # fmt: skip


def _name_of(author: str | None) -> str | None:
    return author and author.removeprefix(PERSON)


def _reach(one: Mapping[str, Any]) -> dict[str, Any]:
    told = one["preview"] or {}
    return {name: _amount(told.get(name)) for name in ("customers", "dollars", "cost")}


def _amount(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def _print_preview(one: Mapping[str, Any]) -> None:
    told = one["preview"]
    out = console()
    out.print(
        f"{safe(one['name'])}, version {one['version']}, {one['status']}: what it would do, at the most, to the base as it is published"
    )
    rows = [
        ("customers whom its rules are for", told["customers"]),
        ("of them worth it", told["worth_it"]),
        ("held out by lot, about", told["held_out"]),
        ("dollars expected", _amount(told["dollars"])),
        ("cost of treating them", _amount(told["cost"])),
    ]
    print_rows([{"figure": name, "value": cell(value)} for name, value in rows])
    _print_impact(told.get("impact", ()))
    _print_conflicts(told.get("conflicts", ()))


def _print_impact(impact: Any) -> None:
    out = console()
    tested = [one for one in impact if one["ratio"] is not None]
    ends = ("ratio", "low", "high")
    rows = [{**{name: one[name] for name in ("attribute", "group", "against")}, **{name: percent(one[name]) for name in ends},
             "verdict": one["verdict"]} for one in tested]  # fmt: skip
    print_rows(rows, title="Does it reach groups alike? Shares beside the group reached most, against four fifths")
    for one in impact:
        if one["ratio"] is None:
            of = " of ".join(filter(None, (one["group"], one["attribute"])))
            out.print(f"Disparate impact{f' by {safe(of)}' if of else ''}: {one['verdict']}.")


def _print_conflicts(conflicts: Any) -> None:
    out = console()
    if not conflicts:
        out.print("Conflicts with policies that act: none found.")
    for one in conflicts:
        if not one["customers"]:
            out.print(f"Opposed to {safe(one['against'])} ({safe(one['opposed_in'])}), and nobody of the base is caught between the two.")
            continue
        out.print(
            f"Conflict with {safe(one['against'])} ({safe(one['opposed_in'])}): {one['customers']:,} caught, as {safe(one['witness'])} is; "
            f"this brings {cell(_amount(one['dollars']))} with them, the other {cell(_amount(one['against_dollars']))}; "
            f"at stake {cell(_amount(one['lost']))}."
        )
        for way in one["settle"]:
            out.print(f"  - {safe(way)}")


COMMANDS: Final = (policies,)
