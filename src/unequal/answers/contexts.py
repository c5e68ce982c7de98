"""Contexts of a customer: where, what and when it mostly buys, how it began, whether it has left; told where a question names them.

They are worked out from the run's tables only for a question whose `--where` or `--by` names one, so that no other question waits for them. Every
question that can be asked of customers can so be asked by context, and every count of customers has a rule that lists just those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import ibis

from unequal import customer_base
from unequal.answers.base import Base
from unequal.answers.conflicts import everybody_caught
from unequal.answers.get_keep_grow import levers_of_each

_profiling = customer_base.steps.profiling.contexts

_WORD: Final = re.compile(r"[a-z_]+")
_TEXT: Final = re.compile(r"'[^']*'")


def named(base: Base, *texts: str | None) -> tuple[str, ...]:
    """The contexts that rules or dimensions name, once each; an attribute of the project's own of the same name goes first.

    >>> import re; sorted(set(_WORD.findall(_TEXT.sub("", "is_lost = true and country = 'main_channel'"))))
    ['and', 'country', 'is_lost', 'true']
    """
    words = {word for text in texts if text for word in _WORD.findall(_TEXT.sub("", text.lower()))}
    own = set(base.table("customer_attribute").columns) if words & set(CONTEXTS) else set()
    return tuple(name for name in CONTEXTS if name in words and name not in own)


def with_contexts(base: Base, *texts: str | None) -> Base:
    """The base with those contexts beside what is known of customers; itself where none is named.

    Args:
        base: a published run.
        texts: `where` and `by` of a question.
    """
    names = named(base, *texts)
    if not names:
        return base
    known, profile = base.table("customer_attribute"), base.tables.get("profile")
    for tell in dict.fromkeys(CONTEXTS[name] for name in names):
        told = tell(base)
        if told is not None:
            # What the run has put down need not be worked out again.
            told = profile if profile is not None and tell in _PUT_DOWN else told
            chosen = [name for name in told.columns if CONTEXTS.get(name) is tell and name in names]
            own = told.select(_whose="customer_id", **{f"_{name}": told[name] for name in chosen})
            joined = known.left_join(own, known["customer_id"] == own["_whose"])
            flags = {name: _profiling.filled(joined[f"_{name}"]) for name in chosen}
            known = joined.select(*known.columns, **flags)
    # Kept whole: what gathers some attributes alone knows nothing of contexts.
    return replace(base, tables={**base.tables, "customer_attribute": base.keep(known)}, attributes=None)


def _stood(base: Base) -> ibis.Table | None:
    """In which band of the config's scheme each stood in the last two windows of `movement`; none after a steward's word, until the next run."""
    if "customer_band" not in base.tables or "concerned" in base.tables:
        return None
    bands = base.table("customer_band")
    stood = bands.filter(bands["scheme"] == base.project.movement.scheme)
    told = stood.mutate(_last=stood["valid_from"].max().over(ibis.window()))
    return told.group_by("customer_id").aggregate(
        band_before=told["band"].max(where=told["valid_to"] == told["_last"]), band_after=told["band"].max(where=told["valid_from"] == told["_last"])
    )  # fmt: skip


def _caught(base: Base) -> ibis.Table | None:
    caught = everybody_caught(base)
    return None if caught is None else caught.select("customer_id").distinct().mutate(is_caught=ibis.literal(value=True))


def _of_tables(base: Base, tell: Callable[[Mapping[str, ibis.Table]], ibis.Table | None]) -> ibis.Table | None:
    return tell(base.tables)


_PUT_DOWN: Final = {partial(_of_tables, tell=tell): names for names, tell in _profiling.GROUPS}
"""What tells the contexts that stand in `profile` too, where a run has put it down."""

_GROUPS: Final[tuple[tuple[tuple[str, ...], Callable[[Base], ibis.Table | None]], ...]] = (
    *((names, tell) for tell, names in _PUT_DOWN.items()),
    (("is_caught",), _caught),
    (("band_before", "band_after"), _stood),
    (tuple(f"lever_{name}" for name in customer_base.steps.levers.LEVERS), levers_of_each),
)

CONTEXTS: Final[Mapping[str, Callable[[Base], ibis.Table | None]]] = {name: tell for names, tell in _GROUPS for name in names}
"""Every context by its name, and what tells it of a base: a table with customer_id, or None where the run has nothing of it."""
