"""Meridian at its default size: as hard, as dirty and as unequal as its page says.

The rival is Splink 5 with the settings of its own demonstrations (comparisons of names, birth
date, e-mail and town, EM on three blocks, clusters by connected components), on the person
records of all applications in one frame, standardised as its demonstrations do. True links
are never shown to it.
"""

import json
import logging
import re
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from unequal import demo
from unequal.demo.books import LINES
from unequal.demo.contact_points import PLACEHOLDER_EMAILS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "explanation" / "meridian.md"
TITLE = re.compile(r"^(mr|ms|mrs|dr)\.? ")
SUFFIX = re.compile(r" (jr|sr)$")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def world(default_meridian: Path) -> Path:
    return default_meridian


def _text(path, delimiter, **options):
    return pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False, encoding="utf-8-sig", **options)


def _label(text):
    """Given and family name of a mailing label."""
    name = SUFFIX.sub("", TITLE.sub("", text.strip().lower()))
    if "," in name:
        family, given = (part.strip() for part in name.split(",", 1))
    else:
        given, _, family = name.partition(" ")
        family = re.sub(r"^[a-z]\.? ", "", family)
    return given.split(" ")[0], family


def _in_capitals(text):
    family, _, given = SUFFIX.sub("", text.lower()).rpartition(" ")
    return given, family


def _frame(source, ids, names, birth, email, city):
    given, family = zip(*names, strict=True)
    return pd.DataFrame(
        {"source": source, "record_id": ids, "first_name": given, "surname": family, "dob": birth, "email": email, "city": city}
    )


def _person_records(world):
    """All applications' person records in one frame, in lower case, nothing where nothing was written."""
    data = world / "data"
    shop = _text(data / "shop" / "customers.csv", ";").query("customer_type == 'P'")
    accounts = pd.read_sql(
        "SELECT * FROM accounts WHERE account_type = 'private'", sqlite3.connect(data / "billing" / "billing.db")
    ).fillna("")
    callers = _text(data / "support" / "callers.csv.gz", ",")
    users = pd.read_json(data / "web" / "signups.jsonl", lines=True, dtype=False, convert_dates=False).fillna("")
    members = _text(data / "loyalty" / "members.tsv", "\t")
    profiles = pd.read_json(data / "social" / "profiles.jsonl", lines=True, dtype=False).fillna("")
    contacts = _text(data / "office" / "contacts.csv", ",")
    born = members.birth_date.str.replace(r"(..)/(..)/(....)", r"\3-\2-\1", regex=True)
    first = accounts.first_name.str.split(" ").str[0]
    last = accounts.last_name.str.replace(r" (Jr|Sr)$", "", regex=True)
    town = accounts.address.str.split(", ").str[-2]
    frame = pd.concat([
        _frame("shop_customers", shop.customer_no, shop.name.map(_label), "", shop.email, shop.city),
        _frame("accounts", accounts.account_no, zip(first, last, strict=True), accounts.birth_date.replace("1900-01-01", ""), accounts.email, town),
        _frame("callers", callers.caller_id, callers.caller_name.map(_in_capitals), callers.birth_date, callers.email, callers.city),
        _frame("web_users", users.user_id, zip(users.first_name, users.last_name, strict=True), users.birth_date, users.email, users.city),
        _frame("members", members.member_no, zip(members.first_name, members.last_name, strict=True), born, members.email, members.city),
        _frame("profiles", profiles.handle, profiles.display_name.map(_label), "", profiles.email, profiles.location),
        _frame("contacts", contacts.contact_no, zip(contacts.first_name, contacts.last_name, strict=True), "", contacts.email, ""),
    ], ignore_index=True)  # fmt: skip
    frame["email"] = frame.email.where(~frame.email.isin(PLACEHOLDER_EMAILS), "")
    for column in ("first_name", "surname", "email", "city"):
        frame[column] = frame[column].str.lower().str.strip()
    truth = demo.Truth(world).table("record").select(["source", "record_id", "entity_id", "kind"]).to_pandas()
    frame = frame.merge(truth, on=["source", "record_id"]).query("kind != 'test'").drop(columns="kind").reset_index(drop=True)
    frame = frame.astype(object).where(frame != "", None)
    frame["unique_id"] = np.arange(len(frame))
    return frame


def _splink_clusters(frame, threshold):
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    blocks = [block_on("first_name", "surname"), block_on("surname", "dob"), block_on("first_name", "dob"), block_on("email")]
    comparisons = [
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]
    settings = SettingsCreator(link_type="dedupe_only", blocking_rules_to_generate_predictions=blocks, comparisons=comparisons)
    api = DuckDBAPI()
    linker = Linker(api.register(frame.drop(columns="entity_id")), settings, log_level=None)
    certain = [block_on("first_name", "surname", "dob"), block_on("email")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (block_on("first_name", "surname"), block_on("dob"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    clusters = found.as_duckdbpyrelation().df()[["unique_id", "cluster_id"]]
    return frame.merge(clusters, on="unique_id")


def _pairs(groups):
    sizes = groups.size()
    return int((sizes * (sizes - 1) // 2).sum())


def test_splink_as_its_demonstrations_set_it_up_reaches_a_pair_f1_between_85_and_93_percent(world):
    clustered = _splink_clusters(_person_records(world), threshold=0.95)
    right = _pairs(clustered.groupby(["cluster_id", "entity_id"]))
    f1 = 2 * right / (_pairs(clustered.groupby("cluster_id")) + _pairs(clustered.groupby("entity_id")))
    assert 0.85 <= f1 <= 0.93


def test_the_slips_in_the_records_are_as_frequent_as_the_page_says(world):
    """Every row of the page's table against what was planted, in per cent of each application's person records."""
    records = demo.Truth(world).table("record").to_pandas().query("kind == 'person'")
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    header = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| slip "))
    sources = [cell.strip() for cell in header.strip("|").split("|")][1:]
    told = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        told[cells[0].strip("`")] = [float(cell) for cell in cells[1:]]
    measured = records.groupby("source")[list(told)].mean() * 100
    assert len(told) == len(records.columns) - 5
    for slip, shares in told.items():
        for source, share in zip(sources, shares, strict=True):
            assert measured.loc[source, slip] == pytest.approx(share, abs=0.3), (slip, source)


def test_the_curve_peaks_well_above_the_whole_and_one_in_five_customers_loses_money(world):
    profit = demo.Truth(world).table("profit").to_pandas().set_index("customer_id")
    brought = np.sort(profit[list(LINES[:6])].astype(float).sum(axis=1).to_numpy())[::-1]
    curve = np.cumsum(brought)
    assert 1.10 <= curve.max() / curve[-1] <= 1.30
    assert 0.10 <= (brought < 0).mean() <= 0.25
    assert curve[len(brought) // 5 - 1] / curve[-1] > 0.80


def test_the_default_company_has_the_size_that_its_page_tells(world):
    truth = demo.Truth(world)
    persons = truth.table("person").to_pandas()
    assert len(persons) == 20_000
    assert 11_500 <= persons.household_id.nunique() <= 12_500
    assert truth.table("organisation").num_rows == 600


def test_campaigns_were_drawn_by_lot_and_added_what_was_planted(world):
    truth = demo.Truth(world)
    contacts = truth.table("campaign_contact").to_pandas()
    planted = {campaign["code"]: campaign for campaign in truth.parameters()["campaigns"]}
    for code, group in contacts.groupby("campaign_code"):
        expected = planted[code]["treated_share"]
        error = np.sqrt(expected * (1 - expected) / len(group))
        assert abs(group.treated.mean() - expected) < 4.5 * error, code
        assert group.extra_orders[~group.treated].sum() == 0
    process = truth.table("customer_process").to_pandas().set_index("customer_id")
    treated = contacts[contacts.treated & contacts.campaign_code.str.startswith("XMAS")]
    willing = process.persuadable.reindex(treated.customer_id).to_numpy() > 0
    assert treated.extra_orders[~willing].sum() == 0
    assert 0.01 < treated.extra_orders[willing].mean() < 0.10


def test_what_was_experienced_shows_in_who_stayed(world):
    """The planted order of attributes comes back from the services' ends: quality keeps more than delivery."""
    truth = demo.Truth(world)
    services = truth.table("service").to_pandas()
    process = truth.table("customer_process").to_pandas().set_index("customer_id")
    ended = services.ended.to_numpy()
    gap = {}
    for name in ("delivery", "quality", "courtesy", "price"):
        felt = process[f"felt_{name}"].reindex(services.owner_id).to_numpy()
        gap[name] = felt[~ended].mean() - felt[ended].mean()
    assert gap["quality"] > gap["delivery"] + 0.05
    assert gap["price"] > 0.05
    assert gap["courtesy"] > 0.05


def test_visits_fall_before_the_customer_leaves(world):
    """What a warning can be built on: in their last 75 days most who leave come seldom."""
    truth = demo.Truth(world)
    bad = {row["row"] for row in truth.table("bad_row").to_pylist() if row["source"] == "web_sessions"}
    lines = (world / "data" / "web" / "sessions.jsonl").read_text(encoding="utf-8").splitlines()
    sessions = pd.DataFrame([json.loads(line) for number, line in enumerate(lines, 1) if number not in bad])
    owner = truth.table("record").to_pandas().query("source == 'web_users'").set_index("record_id").entity_id
    process = truth.table("customer_process").to_pandas().set_index("customer_id")
    who = owner.reindex(sessions.user_id.dropna())
    ended = process[(process.end_cause == "faded") & (process.ended_on > process.joined_on)].ended_on
    seen = sessions.dropna(subset="user_id").assign(ended=ended.reindex(who).to_numpy()).dropna(subset="ended")
    left = (pd.to_datetime(seen.ended) - pd.to_datetime(seen.started_at.str[:10])).dt.days
    last, before = left.between(1, 75).sum(), left.between(76, 150).sum()
    assert before > 500
    assert last < 0.75 * before
