"""Profiles of the small company, held in memory while runs are published and stewards act."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal as D

import pyarrow.parquet as pq
import pytest
from tests.flow.looking import run

from unequal import flow
from unequal.flow import reviewing
from unequal.flow.holding import tells
from unequal.flow.profiles import ANYBODY, Profiles
from unequal.terms.errors import IdentityError, LiveError, StorageError

WHO = {"author": "jo", "reason": "spoke to them", "commit": True}
MARCH = "order_no,customer,day,total,cost,carrier,shop\nc1,2,01.03.2026,500.00,100.00,5.00,web\n"


def opened(folder):
    return flow.open_project(folder, {})


def named(profiles, customer_id, *columns):
    row = profiles.known(customer_id)
    return tuple(row[profiles.columns[name]] for name in columns)


def one(profiles, record):
    (found,) = profiles.lookup("crm", record)
    return found


def test_a_row_is_one_customer_with_exact_amounts_and_the_attributes_of_its_records(profiles):
    ann = one(profiles, "1")
    told = named(profiles, ann, "customer_id", "contribution", "sales", "orders", "country", "band", "is_lost")
    assert told == (ann, D("90.0000"), D("160.0000"), 2, "DE", "profitable", False)
    assert profiles.happened(ann) == {"order": [datetime(2026, 1, 5), datetime(2026, 2, 1)]}
    assert profiles.watermark == profiles.known_until("order") == datetime(2026, 2, 1)
    assert profiles.known_until("call") == ANYBODY


def test_a_run_of_before_a_column_was_told_knows_nothing_of_it(company):
    (file,) = (company / ".unequal" / "store").glob("profile-*/profile.parquet")
    before = pq.read_table(file).drop_columns(["household_others_expected"])
    file.unlink()
    pq.write_table(before, file)
    project = opened(company)
    with Profiles.open(project) as profiles:
        ann = one(profiles, "1")
        assert named(profiles, ann, "contribution", "household_others_expected") == (D("90.0000"), None)
        reviewing.merge(project, ["crm:2", "crm:4"], **WHO)
        profiles.refresh()
        assert named(profiles, one(profiles, "2"), "orders", "household_others_expected") == (2, None)
    with flow.open_base(project) as base:
        assert not tells(base, "household_others_expected")
        assert tells(base, "contribution")


def test_somebody_is_found_by_any_identifier_however_it_is_written(profiles):
    ann = one(profiles, "1")
    assert one(profiles, "3") == ann
    assert profiles.lookup("email", " Ann@BAKERY.example ") == profiles.lookup("customer_id", ann) == [ann]
    assert profiles.lookup("email", "nobody@bakery.example") == profiles.lookup("email", "no mail") == profiles.lookup("crm", "77") == []
    with pytest.raises(IdentityError, match="IDN020"):
        profiles.lookup("shoe_size", "44")


def test_nobody_has_no_row_and_nothing_happened_to_nobody(profiles):
    for stranger in ("c_000000000000", "anonymous:web:ö", "", "unassigned"):
        assert (profiles.row(stranger), profiles.today(stranger), profiles.happened(stranger)) == (None, None, {})
    with pytest.raises(LiveError, match="LIV202"):
        profiles.known("c_000000000000")


def test_a_merge_shows_at_the_next_refresh_and_both_ids_lead_to_one_row(company, profiles):
    bert, cleo = one(profiles, "2"), one(profiles, "4")
    before = profiles.row(bert), profiles.row(cleo)
    assert not profiles.refresh()
    reviewing.merge(opened(company), ["crm:2", "crm:4"], **WHO)
    assert (profiles.row(bert), profiles.row(cleo)) == before
    assert profiles.refresh()
    assert profiles.row(bert) == profiles.row(cleo)
    assert named(profiles, bert, "contribution", "orders", "band_is_stable") == (D("-5.5000"), 2, None)
    assert profiles.happened(cleo) == {"order": [datetime(2026, 1, 7), datetime(2026, 1, 31)]}
    assert profiles.lookup("email", "bert@bakery.example") == profiles.lookup("crm", "4") == [profiles.today(bert)]
    reviewing.undo(opened(company), None, **WHO)
    assert profiles.refresh()
    assert (profiles.row(bert)[:3], profiles.row(cleo)[:3]) == (before[0][:3], before[1][:3])


def test_a_split_shows_at_the_next_refresh_and_each_part_is_found_by_its_own(company, profiles):
    ann = one(profiles, "1")
    reviewing.unmerge(opened(company), ["crm:3"], **WHO)
    assert profiles.refresh()
    first, second = one(profiles, "1"), one(profiles, "3")
    assert first != second
    assert ann in (first, second)
    assert profiles.lookup("email", "ann@bakery.example") == sorted([first, second])
    assert (named(profiles, first, "contribution"), named(profiles, second, "contribution")) == ((D("55.0000"),), (D("35.0000"),))


def test_a_newer_run_is_taken_at_the_next_refresh_and_what_is_being_read_stays(company, profiles):
    bert, held = one(profiles, "2"), profiles.held
    (company / "data" / "orders-2026-03.csv").write_text(MARCH, encoding="utf-8")
    run(company)
    assert named(profiles, bert, "orders") == (1,)
    assert profiles.refresh()
    assert named(profiles, bert, "orders", "contribution_12m") == (2, D("380.0000"))
    assert held.row(bert)[profiles.columns["orders"]] == 1
    assert not profiles.refresh()


def test_a_run_of_before_is_let_go_after_a_while_and_not_while_somebody_reads_its_tables(company, profiles, monkeypatch):
    folder, held = opened(company).run_folder, profiles.held
    bert, (run_id, _) = one(profiles, "2"), held.version

    def is_let_go() -> bool:
        profiles.refresh()
        return folder.wait_for_readers([run_id], 0) == []

    with held.in_use():
        (company / "data" / "orders-2026-03.csv").write_text(MARCH, encoding="utf-8")
        run(company)
        assert profiles.refresh()
        monkeypatch.setattr("unequal.flow.profiles._GRACE_SECONDS", 0.0)
        assert not is_let_go()
        assert held.told_of(bert)["records"]
    assert is_let_go()
    assert held.told_of(bert)["records"], "what was laid out is read on"
    assert named(profiles, bert, "orders") == (2,)


def test_what_stewards_did_before_profiles_are_opened_is_told_at_once(company):
    reviewing.merge(opened(company), ["crm:2", "crm:4"], **WHO)
    with Profiles.open(opened(company)) as profiles:
        assert one(profiles, "2") == one(profiles, "4")
        at_once = profiles.row(one(profiles, "2"))
    run(company)
    with Profiles.open(opened(company)) as profiles:
        anew, columns = profiles.row(one(profiles, "2")), profiles.columns
    # The next run forecasts and judges anew; facts are those that were told at once.
    for name in (
        "customer_id",
        "contribution",
        "contribution_12m",
        "sales",
        "orders",
        "first_order_on",
        "last_order_on",
        "band",
        "country",
        "main_channel",
    ):
        assert at_once[columns[name]] == anew[columns[name]], name


def test_without_a_run_there_are_no_profiles(tmp_path, company):
    (company / ".unequal").rename(tmp_path / "away")
    with pytest.raises(StorageError, match="STO009"):
        Profiles.open(opened(company))
