"""Tables of PostgreSQL."""

from datetime import date, datetime
from decimal import Decimal as D

import psycopg
import pytest
from tests.postgres import postgres_server, postgres_url  # noqa: F401  (fixtures)

from unequal.terms.errors import ConfigError, StorageError

pytestmark = pytest.mark.postgresql


@pytest.fixture
def shop(postgres_url, monkeypatch):  # noqa: F811
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS shop CASCADE")
        connection.execute("CREATE SCHEMA shop")
        connection.execute(
            "CREATE TABLE shop.orders (no bigint, total numeric(12,4), rate numeric, share float8, day date, at timestamptz, "
            '"or""der" text, id uuid, tags jsonb)'
        )
        connection.execute(
            "INSERT INTO shop.orders VALUES (1, 10.5, 1.25, 0.1, '2024-02-29', '2024-07-01 12:00+02', 'x', "
            "'00000000-0000-0000-0000-000000000001', '[1]'), (2, NULL, 'NaN', NULL, NULL, NULL, '', NULL, NULL)"
        )
    monkeypatch.setenv("SHOP_URL", postgres_url)


@pytest.mark.usefixtures("shop")
def test_a_table_of_postgresql_keeps_its_types(accepting):
    """TRUST 25 and 42: a numeric NaN is none, and a name with a quote is only a name."""
    accepted = accepting(
        read="env:SHOP_URL", format="postgresql", table="shop.orders", columns={"rate": "decimal", "total": "money"}, key="no"
    )
    (row,) = accepted.rows
    assert (row["no"], row["total"], row["rate"], row["share"], row["day"]) == ("1", D("10.5"), D("1.25"), 0.1, date(2024, 2, 29))
    assert (row["at"], row['or"der'], row["id"], row["tags"]) == (
        datetime(2024, 7, 1, 10),
        "x",
        "00000000-0000-0000-0000-000000000001",
        "[1]",
    )
    assert accepted.reasons == [(2, "rate", "not_a_number")]
    assert row["_file"] == "env:SHOP_URL/shop.orders"


@pytest.mark.usefixtures("shop")
def test_a_table_that_is_not_there_is_an_error(accepting):
    with pytest.raises(StorageError, match="no such table"):
        accepting(read="env:SHOP_URL", format="postgresql", table="shop.other")


def test_an_address_that_leads_nowhere_is_told_without_itself(accepting, monkeypatch):
    with pytest.raises(ConfigError, match="CFG009"):
        accepting(read="env:NO_SUCH_URL", format="postgresql", table="orders")
    monkeypatch.setenv("SHOP_URL", "postgresql://ann:secret@127.0.0.1:1/none")
    with pytest.raises(StorageError, match="STO041") as caught:
        accepting(read="env:SHOP_URL", format="postgresql", table="orders")
    assert "secret" not in str(caught.value)
