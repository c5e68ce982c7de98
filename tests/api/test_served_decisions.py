"""A server decides over HTTP, with its state on either database: the contact is reserved, and what happened counts at once."""

from __future__ import annotations

import base64
import signal
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from tests.api.served import serving, until_well
from tests.flow.reaching import approve

from unequal import flow

SECRETS = {"SHOP": "write-key", "PRINTER": "http://127.0.0.1:9/", "SECRET": "thirty-two bytes of a shared key"}
BAKED = """\
policy: bake_again
issue: growth
group: offers
action: order_offer
objective: grow
channels: {web: {text: "Your cake again?"}}
eligible: "count(order, 30 days) >= 1"
effect: {uplift: "0.50", margin: "900.00"}
cost: "0.10"
limits: [{days: 30}]
holdout: "0.01"
pushes: [more_orders]
"""


def asked(url: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": key}
    with urllib.request.urlopen(urllib.request.Request(url, orjson.dumps(body), headers), timeout=60) as answer:
        told: dict[str, Any] = orjson.loads(answer.read())
        return told


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_server_decides_by_what_has_just_happened_and_keeps_its_limit(bakery: Path, tmp_path: Path, database: str, request) -> None:
    environment = dict(SECRETS)
    if database == "sqlite":
        environment["STATE"] = f"sqlite:///{tmp_path / 'state.db'}"
    else:
        environment["STATE"] = request.getfixturevalue("postgres_url")
    config = (bakery / "unequal.yaml").read_text(encoding="utf-8")
    (bakery / "unequal.yaml").write_text(config.replace("{threads: 1}", "{threads: 1, state: 'env:STATE'}"), encoding="utf-8")
    project = flow.open_project(bakery, environment)
    flow.run(project)
    with flow.live.open_live(project) as live:
        approve(live, BAKED)
        customer = live.lookup("crm", "38")[0]
    scopes = ("decisions.make", "fields.contact")
    with closing(flow.people.open_people(project)) as people:
        _, key = people.add_key("web", "service", by="test", days=1, scopes=scopes)
    with serving(bakery, environment) as (process, url):
        until_well(process, url)
        decide = {"channel": "web", "customer_id": customer, "purpose": "marketing"}
        assert asked(f"{url}/v1/decide", f"Bearer {key}", decide)["treatment"] is None, "nothing has happened"
        basic = base64.b64encode(b"write-key:").decode()
        event = {"type": "track", "messageId": "m1", "userId": "38", "event": "Order Completed"}
        asked(f"{url}/v1/track", f"Basic {basic}", event)
        told = [asked(f"{url}/v1/decide", f"Bearer {key}", decide)["treatment"] for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert [one and one["policy"] for one in told] == ["bake_again", None, None]
    engine = sa.create_engine(environment["STATE"].replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT COUNT(*) FROM contact WHERE policy = 'bake_again'")).scalar() == 1
        assert connection.execute(sa.text("SELECT COUNT(*) FROM decision")).scalar() == 4
    engine.dispose()
