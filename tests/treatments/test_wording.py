"""Messages that say what the moment says; cases that are open; what was set off is chosen among itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from tests.treatments.offered import AT, at_moment, chosen, fell, made, policy

from unequal.config.policies import Case
from unequal.terms.errors import Problems
from unequal.treatments import wording
from unequal.treatments.shapes import Happened

CONTEXT = {
    "late": {"type": "decimal", "meaning": "Minutes."},
    "day": {"type": "date", "meaning": "A day."},
    "what": {"type": "text", "meaning": "A thing."},
}
COMPLAINT = Case(opened_by=("complaint",), closed_by=("order",), days=10)


def at(*days: int) -> list:
    return [AT - timedelta(days=one) for one in days]


@pytest.mark.parametrize(
    ("said", "text"),
    [({"late": D(45), "what": "a train"}, "a train is 45 minutes late"), ({"late": D("9.5"), "what": "it"}, "it is 9.50 minutes late"),
     ({"late": D("1E+3"), "what": "it"}, "it is 1000 minutes late"), ({"late": date(2026, 3, 1), "what": True}, "yes is 1 March 2026 minutes late"),
     ({"late": D(1), "what": "<b>"}, "{what} is 1 minutes late"), ({"late": D(1)}, "{what} is 1 minutes late")],
)  # fmt: skip
def test_a_text_is_filled_with_what_can_be_said(said, text):
    assert wording.filled("{what} is {late} minutes late", said) == text


@pytest.mark.parametrize("value", ["", "x" * 121, "a\nb", "http://x.example", "WWW.x.example", "a<b", "\u202eevil", "{late}", None, 1.5])
def test_what_a_stranger_may_have_written_is_not_said(value):
    assert not wording.can_be_said(value)


def test_a_message_is_not_sent_where_the_moment_does_not_say_what_it_says():
    late = policy(channels={"email": {"text": "{what} is late"}, "web": {"text": "Late."}})
    more = {"context": CONTEXT, "purposes": {"marketing": {"consent": "not_needed"}}}
    for context, code in (({"what": "a train"}, None), ({}, "not_known"), ({"what": "x://y"}, "not_known"), ({"what": D(1)}, "not_known")):
        assert fell(chosen(late, at_moment("email", context=context), **more)) == code
    assert fell(chosen(late, at_moment("email", context={"what": "a train", "address_is_shared": True}), **more)) == "address_shared"
    assert fell(chosen(late, at_moment("web", context={"address_is_shared": True}), **more)) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"channels": {"email": {"text": "{nothing} is late"}}}, "TRT011"), ({"trigger": {"on": "order", "reply_by": "nothing"}}, "TRT011"),
     ({"trigger": {"on": "order", "on_day": "late"}}, "TRT011"), ({"trigger": {"on": "order"}, "channels": {"web": {"text": "x"}}}, "TRT012")],
)  # fmt: skip
def test_a_policy_that_says_or_waits_for_what_no_moment_says_is_refused(changed, code):
    with pytest.raises(Problems, match=code):
        made([policy(**changed)], context=CONTEXT)


@pytest.mark.parametrize(
    ("happened", "is_open"),
    [({}, False), ({"complaint": at(3)}, True), ({"complaint": at(3), "order": at(2)}, False), ({"complaint": at(3, 1), "order": at(2)}, True),
     ({"complaint": at(10)}, False), ({"complaint": at(3), "order": at(3)}, True), ({"complaint": at(-1)}, False), ({"complaint": at(3), "order": at(-1)}, True)],
)  # fmt: skip
def test_a_case_is_open_until_what_closes_it_comes_after_what_opened_it(happened, is_open):
    told = Happened({event: sorted(times) for event, times in happened.items()})
    assert (told.open_since(COMPLAINT, AT) is not None) is is_open


def test_an_open_case_holds_back_what_is_sold_and_nothing_else():
    more = {"cases": {"complaint": COMPLAINT.model_dump()}}
    assert fell(chosen(policy(objective="grow"), at_moment(happened={"complaint": at(3)}), **more)) == "case_open"
    assert fell(chosen(policy(objective="keep"), at_moment(happened={"complaint": at(3)}), **more)) is None
    assert fell(chosen(policy(objective="grow"), at_moment(), **more)) is None


def test_a_case_by_an_event_that_nobody_sends_is_refused():
    with pytest.raises(Problems, match="TRT009"):
        made([policy()], cases={"flood": {"opened_by": ["flood"], "closed_by": ["order"]}})


def test_what_was_set_off_is_not_outbid_by_what_was_not():
    answer, other, sale = (
        policy("answer", trigger={"on": "complaint"}),
        policy("other", trigger={"on": "complaint"}, cost="0.50"),
        policy("sale", cost="0"),
    )
    told = chosen([answer, other, sale], at_moment(context={"trigger": "answer"}))
    assert (told.winner.policy, {one.policy: one.fell for one in told.candidates}["sale"]) == ("answer", "not_its_moment")
    assert chosen([answer, other, sale], at_moment(context={"trigger": "answer other"})).winner.policy == "other"
    assert chosen([answer, other, sale], at_moment()).winner.policy == "sale"
