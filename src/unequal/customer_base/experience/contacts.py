"""Table functions over contacts, surveys and promises: who came again, who said what, what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis

from unequal import ledger
from unequal.customer_base.experience.tables import PROMISE, SERVICE_CONTACT, SURVEY_ANSWER

_LOOKED_AHEAD = 2


def came_again(contacts: ibis.Table, *, within_days: int, known_until: date) -> ibis.Table:
    """Contacts with whether their customer came again about the same matter.

    The next contact of the customer within so many days is about it, unless both say what they are about and differ; then the one
    after the next is looked at in the same way.

    Args:
        contacts: SERVICE_CONTACT without is_again, came_again and recorded_again, and with `moment`, by which they follow each other.
        within_days: how long the same matter may take.
        known_until: the last day of the data; who came within so many days of it may come again yet, and nothing is said.

    Returns:
        SERVICE_CONTACT.
    """
    real = ledger.is_real_customer(contacts["customer_id"])
    known = contacts.mutate(_who=ibis.ifelse(real, contacts["customer_id"], ibis.literal("_").concat(contacts["contact_id"])))
    order = ibis.window(group_by="_who", order_by=["occurred_on", "moment", "contact_id"])
    names = ("contact_id", "occurred_on", "about", "recorded")
    ahead = known.mutate(**{
        f"_{name}_{step}": known[name].lead(step).over(order) for name in names for step in range(1, _LOOKED_AHEAD + 1)
    })  # fmt: skip
    first, second = (_about_it(ahead, step, within_days) for step in range(1, _LOOKED_AHEAD + 1))
    paired = ahead.mutate(
        _next=ibis.cases((first, ahead["_contact_id_1"]), (second, ahead["_contact_id_2"]), else_=ibis.null("string")),
        recorded_again=ibis.cases((first, ahead["_recorded_1"]), (second, ahead["_recorded_2"]), else_=ibis.null("string")),
    )
    again = paired.filter(paired["_next"].notnull()).select(_again="_next").distinct()
    joined = paired.left_join(again, paired["contact_id"] == again["_again"])
    is_watched = real_of(joined) & (joined["occurred_on"] <= ibis.literal(known_until - timedelta(days=within_days)))
    return joined.mutate(
        is_again=joined["_again"].notnull(),
        came_again=ibis.ifelse(is_watched, joined["_next"].notnull(), ibis.null("boolean")),
    ).select(*SERVICE_CONTACT.names)


def real_of(table: ibis.Table) -> ibis.Value:
    """Whether a row's customer is one, and no bucket."""
    return ledger.is_real_customer(table["customer_id"])


def _about_it(ahead: ibis.Table, step: int, within_days: int) -> ibis.Value:
    """Whether the contact so many steps later is about the same matter."""
    soon = ahead[f"_occurred_on_{step}"].delta(ahead["occurred_on"], unit="day") <= within_days
    other = ahead["about"].notnull() & ahead[f"_about_{step}"].notnull() & (ahead["about"] != ahead[f"_about_{step}"])
    return (soon & ~other).fill_null(ibis.literal(value=False))


def scores(answered: ibis.Table, columns: Sequence[tuple[str, str]]) -> ibis.Table:
    """Questionnaires, one row each, as scores, one row each; a question left open is no row.

    Args:
        answered: survey_id, customer_id, unassigned_reason, record_source, record, answered_on, and a column of float64 for each attribute.
        columns: the attributes, each with its role.

    Returns:
        SURVEY_ANSWER.
    """
    parts = [
        answered.filter(answered[name].notnull()).mutate(attribute=ibis.literal(name), role=ibis.literal(role), score=answered[name].cast("float64"))
        .select(*SURVEY_ANSWER.names)
        for name, role in columns
    ]  # fmt: skip
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def kept(promised: ibis.Table, *, known_until: date) -> ibis.Table:
    """Promises with whether each was kept: done by its day, the day included.

    Args:
        promised: promise_id, customer_id, unassigned_reason, record_source, record, promised_on, kept_on; rows without a promise are left out.
        known_until: the last day of the data. What was promised for a later day and is not done is open.

    Returns:
        PROMISE.
    """
    made = promised.filter(promised["promised_on"].notnull())
    late = made["kept_on"].delta(made["promised_on"], unit="day").cast("int64")
    over = made["promised_on"] <= ibis.literal(known_until)
    verdict = ibis.cases(
        (made["kept_on"].notnull(), late <= 0), (over, ibis.literal(value=False)), else_=ibis.null("boolean")
    )  # fmt: skip
    return made.mutate(days_late=late, is_kept=verdict).select(*PROMISE.names)
