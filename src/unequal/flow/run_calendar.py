"""The calendar of runs: what each kept run published, and what it changed and why."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from unequal import storage
from unequal.flow.opening import OpenProject

_WHO: Final = "who is who"
_ACCEPT: Final = "accept "
_EVENTS: Final = {
    "founded": "records that founded a new customer",
    "joined": "records that joined a customer",
    "merged": "records of customers found to be one with another",
    "split": "records of customers found to be several",
    "moved": "records that moved to another customer",
}


def calendar(opened: OpenProject) -> list[dict[str, Any]]:
    """Every kept run, oldest first: month, its figures, and what it changed since the kept run before it and why.

    Returns:
        A row a run: run, published_at, month, is_last_of_month, customers, entries, total, worth_expected, currency (figures of the
        run's summary, None where it has none), and changes: a list of (cause, what), where a cause is data, definition, model,
        customers or stewards; empty of the first.
    """
    with storage.open_state(opened.state_url) as state:
        rows = state.runs()
    folder = opened.run_folder
    kept = [(row, manifest) for row in rows if (manifest := folder.manifest(row.run_id)) is not None]
    last = {row.published_at.strftime("%Y-%m"): row.run_id for row, _ in kept}
    found: list[dict[str, Any]] = []
    with folder.scratch() as scratch, storage.open_engine(opened.config.storage, scratch) as engine:
        for place, (row, manifest) in enumerate(kept):
            month = row.published_at.strftime("%Y-%m")
            before = kept[place - 1] if place else None
            found.append(
                {
                    "run": row.run_id,
                    "published_at": f"{row.published_at.isoformat(timespec='seconds')}Z",
                    "month": month,
                    "is_last_of_month": last[month] == row.run_id,
                    **{name: row.summary.get(name) for name in ("customers", "entries", "total", "worth_expected", "currency", "last_day")},
                    "changes": [] if before is None else _changes(engine, opened, before, (row, manifest)),
                }
            )
    return found


_Kept = tuple[storage.state.RunRow, storage.Manifest]


def _changes(engine: storage.Engine, opened: OpenProject, before: _Kept, after: _Kept) -> list[tuple[str, str]]:
    """What differs between two runs, by cause."""
    (old_row, old), (new_row, new) = before, after
    told = [("data", text) for text in _data(old, new)]
    if old.config_digest != new.config_digest:
        told.append(("definition", f"the config has changed{_steps_touched(old, new)}"))
    if old.code_digest != new.code_digest:
        told.append(("model", "the code that makes figures is of another version"))
    told += [("customers", text) for text in _customers(engine, opened, old, new)]
    if new_row.last_action != old_row.last_action:
        told.append(("stewards", f"{new_row.last_action - old_row.last_action:,} actions of stewards were taken in"))
    told += _figures(old_row.summary, new_row.summary)
    return told


def _data(old: storage.Manifest, new: storage.Manifest) -> list[str]:
    """Sources that were added, left out, or hold other rows."""
    before, after = (
        {name.removeprefix(_ACCEPT): step for name, step in one.steps.items() if name.startswith(_ACCEPT)} for one in (old, new)
    )
    other = [name for name in after if name in before and after[name]["digest"] != before[name]["digest"]]
    lists = (
        ("new sources", sorted(set(after) - set(before))), ("sources left out", sorted(set(before) - set(after))), ("other rows in", other),
    )  # fmt: skip
    return [f"{what}: {', '.join(names)}" for what, names in lists if names]


def _steps_touched(old: storage.Manifest, new: storage.Manifest) -> str:
    """Which steps began to differ by it, where the data and the code did not."""
    if _data(old, new) or old.code_digest != new.code_digest:
        return ""
    touched = [name for name, step in new.steps.items() if name in old.steps and old.steps[name]["digest"] != step["digest"]]
    return f", and with it the steps {', '.join(touched)}" if touched else ", and no figure with it"


def _customers(engine: storage.Engine, opened: OpenProject, old: storage.Manifest, new: storage.Manifest) -> list[str]:
    """What became of who is who, by the run's own events."""
    if old.steps[_WHO]["digest"] == new.steps[_WHO]["digest"]:
        return []
    output = storage.Run(new, opened.run_folder.folder, "").step(_WHO)
    events = engine.read(output.table("customer_event"))
    counted = {row["kind"]: row["records"] for row in engine.fetch(events.group_by("kind").aggregate(records=events.count()))}
    return [f"{counted[kind]:,} {_EVENTS.get(kind, kind)}" for kind in sorted(counted)]


def _figures(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str]]:
    """By how much the run's main figures changed."""
    told = []
    for name, label in (
        ("customers", "customers"),
        ("entries", "entries"),
        ("total", "ledger total"),
        ("worth_expected", "expected worth of the base"),
    ):
        if old.get(name) is None or new.get(name) is None:
            continue
        change = Decimal(str(new[name])) - Decimal(str(old[name]))
        if change:
            told.append(("figures", f"{label} {change:+,f}"))
    return told
