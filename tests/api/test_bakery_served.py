"""The API over a moment of contact as it is: what channels say, what was not taken, and whom pages are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.doors import Client, client_of
from tests.flow.looking import edit
from tests.flow.reaching import approve, moment_of_contact, open_bakery

from unequal.flow.live import Live

CONTEXT = """\
  context:
    items: {type: decimal, meaning: Things in the cart.}
    postcode: {type: text, meaning: Where it goes.}
  agent_page: {channel: web}
  assumed: {counts"""
OFFER = """\
policy: NAME
issue: growth
group: NAME
action: order_offer
objective: grow
channels: {web: {text: "One more?"}}
eligible: "RULE"
effect: {uplift: "0.50", margin: "900.00"}
cost: "0.10"
holdout: "0.000001"
pushes: [more_orders]
"""


@pytest.fixture
def live(bakery: Path) -> Iterator[Live]:
    edit(bakery / "unequal.yaml", ("  assumed: {counts", CONTEXT))
    with moment_of_contact(bakery) as moment:
        yield moment


@pytest.fixture
def client(bakery: Path, live: Live) -> Iterator[Client]:
    with client_of(bakery, world=live, url=open_bakery(bakery).state_url, source_of=live.source_of) as (client, door):
        for role in ("administrator", "steward", "agent"):
            door.members.add(f"a {role}", "no password", [role], by="test")
        yield client


def key(client: Client, *scopes: str) -> dict[str, str]:
    _, secret = client.door.members.add_key("desk", "service", by="test", days=1, scopes=scopes)
    return {"authorization": f"Bearer {secret}"}


# What channels say


@pytest.mark.parametrize(
    ("rule", "said", "acts"),
    [
        ("context_items >= 1", {"items": 1}, True), ("context_items >= 1", {"items": 1.0}, True), ("context_items >= 1", {"items": "1"}, True),
        ("context_items >= 1", {"items": 0}, False), ("context_items < 1", {"items": 0}, True), ("context_items >= 1", {"items": True}, False),
        ("context_postcode = '10115'", {"postcode": "10115"}, True), ("context_postcode = '007'", {"postcode": "007"}, True),
        ("context_postcode = 'no'", {"postcode": "no"}, True), ("context_postcode = 'y'", {"postcode": "y"}, True),
        ("context_postcode = '10115'", {"postcode": 10115}, False),
    ],
)  # fmt: skip
def test_a_rule_reads_what_a_channel_says_as_json_says_it(client: Client, live: Live, rule: str, said: dict[str, Any], acts: bool) -> None:
    approve(live, OFFER.replace("NAME", "basket").replace("RULE", rule))
    asked = {"channel": "web", "customer_id": live.lookup("crm", "5")[0], "context": said}
    told = client.post("/v1/decide", json=asked, headers=key(client, "decisions.make", "fields.contact")).json()
    assert (told["treatment"] is not None) == acts
