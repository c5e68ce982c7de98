"""`identify`, and `explain match`: who somebody is, and why two records are one customer or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import MISSING, console, percent, print_json, print_rows, safe
from unequal.terms.amounts import MINUS
from unequal.terms.errors import IdentityError

_BITS_A_MARK: Final = 2.0
_MARKS_AT_MOST: Final = 12


@click.command()
@click.argument("values", nargs=-1, required=True, metavar="ATTRIBUTE=VALUE...")
@click.option("--kind", type=click.Choice(["person", "organisation"]), help="Of whom is asked; by default as the values say.")
@click.option("--limit", type=click.IntRange(1, 1000), default=flow.identifying.LIMIT, show_default=True, help="How many customers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def identify(directory: str, /, values: tuple[str, ...], kind: flow.identifying.Kind | None, limit: int, as_json: bool) -> None:
    """Which customer somebody is: given_name=Ann family_name=Lee postcode=89132, or any attribute or key of the config."""
    found = flow.identifying.identify(flow.open_project(directory), _given(values), kind=kind, limit=limit)
    if as_json:
        print_json(asdict(found))
        return
    out = console()
    out.print(f"[bold]{safe(found.words)}[/bold]")
    for name, reason in found.passed_over.items():
        out.print(f"Passed over: {safe(name)}, {reason.replace('_', ' ')}")
    for candidate in found.candidates:
        _print_candidate(candidate)
    if found.candidates:
        out.print(f"[dim]Runs link from {_bits(found.threshold)} bits on. Next: unequal customer {found.candidates[0].customer_id}[/dim]")


def _given(values: Sequence[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    wrong = [name for name, equals, _ in pairs if not equals or not name]
    if wrong:
        raise IdentityError(
            "IDN020", "nobody can be looked up by that", seen=", ".join(wrong), do="write ATTRIBUTE=VALUE, as in family_name=Lee"
        )
    return {name.strip(): value for name, _, value in pairs}


def _print_candidate(candidate: Any) -> None:
    how = f"both have the same {candidate.decided_by}" if candidate.decided_by else f"probability {_probability(candidate.probability)}"
    record = safe(f"{candidate.source}:{candidate.record_id}".replace("\x1f", "|"))
    title = f"{candidate.customer_id}: {_bits(candidate.weight)} bits, {how}; by its record {record}"
    rows = [
        {
            "compared": _plain(row.comparison),
            "agreement": row.level,
            "asked": row.asked,
            "its own": row.held,
            **_weights(row.bits, row.rarity),
        }
        for row in candidate.reasons
        if row.asked is not None
    ]
    rows.append({"compared": flow.identifying.PRIOR, "agreement": None, "asked": None, "its own": None, **_weights(candidate.prior, 0.0)})
    rows.append(
        {"compared": flow.identifying.TAKEN_OFF, "agreement": None, "asked": None, "its own": None, **_weights(candidate.taken_off, 0.0)}
    )
    print_rows(rows, title=title)


def explain_match(directory: str, one: str, other: str, *, as_json: bool) -> None:
    """Two records side by side, and the weight part by part."""
    with flow.open_base(flow.open_project(directory)) as opened:
        found, house = flow.identifying.explain_match(opened, one, other), opened.base.project.value.house
    if as_json:
        print_json(asdict(found))
        return
    out = console()
    out.print(f"[bold]{safe(one)} and {safe(other)}: {safe(found.outcome)}.[/bold]")
    out.print(
        f"{house.say('Customers')}: {found.customer_a} and {found.customer_b}"
        if found.customer_a != found.customer_b
        else f"{house.say('Customer')} {found.customer_a}"
    )
    print_rows([_part(row) for row in found.parts])
    out.print(
        f"Together {_bits(found.weight)} bits, probability {_probability(found.probability)}; runs link from {_bits(found.threshold)} bits on."
    )
    out.print(f"Brought together by: {', '.join(found.keys) or 'no key'}")
    for verdict in found.verdicts:
        out.print(safe(f"{verdict['author']} said {verdict['verdict']}: {verdict['reason']}"))
    if found.tests:
        out.print(f"Test accounts, which no run links: {safe(', '.join(found.tests))}")


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"compared": _plain(row["part"]), "agreement": row["level"], "first": row["value_a"], "second": row["value_b"]}
    return {**shown, "m": _share(row["m"]), "u": _share(row["u"]), **_weights(row["bits"], row["rarity"])}


def _weights(bits: float, rarity: float) -> dict[str, str]:
    """A part's bits, what rarity adds, and a bar of the two together: a mark for two bits."""
    whole = bits + rarity
    marks = min(round(abs(whole) / _BITS_A_MARK), _MARKS_AT_MOST)
    return {"bits": _bits(bits), "rarity": _bits(rarity) if rarity else "", "": ("+" if whole > 0 else MINUS) * marks}


def _plain(name: str) -> str:
    return name.removeprefix("key_").removeprefix("own_").replace("_", " ")


def _bits(bits: float) -> str:
    return f"{bits:,.1f}".replace("-", MINUS)


def _share(share: float | None) -> str:
    return MISSING if share is None else f"{share:.3g}"


def _probability(share: float) -> str:
    """A share that never says more than it knows.

    >>> _probability(0.99999), _probability(0.5)
    ('over 99.9%', '50.0%')
    """
    return "over 99.9%" if share > 0.999 else ("under 0.1%" if share < 0.001 else percent(share))  # noqa: PLR2004


COMMANDS: Final = (identify,)
