"""Questions narrowed by what happened to customers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.company import write_company
from tests.flow.looking import figures, run

from unequal import answers, config, flow
from unequal.answers.happening import last_instant
from unequal.terms.errors import AnswerError, PredicateError


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("happening")
    write_company(folder)
    run(folder)
    return folder


@contextmanager
def with_moments(folder, *moments):
    """Its base with moments, each of a customer by number; and the customers' ids."""
    with flow.open_base(flow.open_project(folder, {})) as opened:
        base = opened.base
        ids = sorted(row["customer_id"] for row in base.fetch(base.table("customer").select("customer_id")))
        rows = [{"customer_id": ids[number], "event": event, "happened_at": at} for number, event, at in moments]
        schema = pa.schema([("customer_id", pa.string()), ("event", pa.string()), ("happened_at", pa.timestamp("us"))])
        path = folder / f"{len(rows)}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), path)
        yield replace(base, tables={**base.tables, "moment": opened.engine.read(path)}), ids


def customers_of(base, where):
    return figures(answers.answer("profit", base, where=where))["customers"]


def test_a_question_is_asked_of_those_to_whom_something_happened(company):
    with with_moments(company) as (base, _):
        last = last_instant(base)
    happened = [(0, "order", last), (0, "order", last), (1, "order", last), (1, "call", datetime(2020, 1, 1))]
    with with_moments(company, *happened) as (base, ids):
        assert customers_of(base, "count(order, 30 days) >= 2") == 1
        assert customers_of(base, "count(order, 30 days) >= 1 and not last(call) within 1 week") == 2
        assert customers_of(base, f"count(order, 1 minute) = 1 and customer_id = '{ids[1]}'") == 1
        everybody = figures(answers.answer("profit", base))["customers"]
        assert customers_of(base, "count(call, 30 days) = 0") == everybody


def test_the_last_instant_is_the_end_of_the_day_before_the_morning_in_the_company_s_zone(company):
    with flow.open_base(flow.open_project(company, {})) as opened:
        for zone, hour in (("UTC", 23), ("Asia/Kolkata", 18)):
            project = opened.base.project.model_copy(update={"time_zone": zone})
            told = last_instant(replace(opened.base, project=project))
            assert (told.hour, told.second, told.microsecond) == (hour, 59, 999_999)


def test_an_event_that_never_happened_to_anybody_is_refused_with_those_that_did(company):
    with with_moments(company, (0, "order", datetime(2026, 1, 1))) as (base, _), pytest.raises(PredicateError, match="PRD021") as refused:
        answers.answer("profit", base, where="last(ordr) within 3 days")
    assert refused.value.do == "did you mean order?"
    assert refused.value.where == "--where, column 6"


def test_an_event_that_is_declared_counts_none_until_a_run_has_one_and_a_word_that_is_none_is_told(company):
    with with_moments(company, (0, "order", datetime(2026, 1, 1))) as (base, _):
        live = config.live.Live.model_validate(
            {"sources": {"shop": {"write_key": "env:SHOP", "events": {"cart": "Cart Updated"}, "pages": "seen"}}}
        )
        declared = replace(base, project=base.project.model_copy(update={"live": live}))
        everybody = figures(answers.answer("profit", declared))["customers"]
        assert customers_of(declared, "count(cart, 3 days) = 0 and count(seen, 3 days) = 0 and count(return, 1 day) = 0") == everybody
        with pytest.raises(PredicateError, match="PRD021") as refused:
            answers.answer("profit", declared, where="count(card, 3 days) = 0")
        assert refused.value.do == "did you mean cart?"


def test_a_run_that_does_not_tell_what_happened_says_so(company):
    with flow.open_base(flow.open_project(company, {})) as opened:
        bare = replace(opened.base, tables={name: table for name, table in opened.base.tables.items() if name != "moment"})
        with pytest.raises(AnswerError, match="ANS016") as refused:
            answers.answer("profit", bare, where="count(order, 3 days) > 1")
    assert refused.value.where == "--where"
