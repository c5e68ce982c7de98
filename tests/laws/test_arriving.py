"""Records that arrive between runs: whatever the order and the batches, who is together is what a whole run says."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from benchmarks.identity import hard_world, worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.config import Project
from unequal.identity import arriving, resolving

PROJECT = Project.model_validate(
    {
        "project": "made", "reporting_currency": "EUR", "time_zone": "Etc/UTC", "identity": {"shared_by_at_most": 3},
        "sources": {
            "crm": {"read": "crm.csv", "records": {"id": "id", "attributes": {"email": "mail"}, "keys": {"card": "card"}}},
            "billing": {"read": "billing.csv", "records": {"id": "id", "deduplicated": True}},
        },
    }
)  # fmt: skip
COLUMNS = {
    "made": {"given": "first_name", "family": "surname", "birth_date": "dob", "city": "city", "postcode": "postcode", "email": "email", "phone": "phone"},
    "hard": {"given": "first_name", "family": "surname", "birth_date": "dob", "city": "birth_place", "postcode": "postcode", "gender": "gender"},
}  # fmt: skip


def world(name: str, records: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """FEATURES and records of a made world: two sources, one of them deduplicated, a card that some share, a phone that many do."""
    chance = np.random.default_rng(seed)
    rows = worlds.made(records, seed) if name == "made" else hard_world.hard(records, seed)
    columns = {
        feature: [None if pd.isna(value) else str(value).lower() for value in rows[column]] for feature, column in COLUMNS[name].items()
    }
    columns["key_card"] = [f"card{at // 2}" if at % 9 == 0 else None for at in chance.permutation(records).tolist()]
    if "phone" in columns:
        columns["phone"] = ["+15550100" if at % 12 == 0 else phone for at, phone in enumerate(columns["phone"])]
    if "email" in columns:
        # One office's address on so many that nobody is meant by it, and its name at other hosts on a few.
        columns["email"] = [
            "info@shop.example" if at % 6 == 0 else f"info@shop{at}.example" if at % 50 == 1 else mail
            for at, mail in enumerate(columns["email"])
        ]
    source = ["billing" if at % 5 == 0 else "crm" for at in range(records)]
    kind = ["organisation" if at % 17 == 0 else "person" for at in range(records)]
    ids = [f"r{at}" for at in range(records)]
    order = sorted(range(records), key=lambda at: (source[at], ids[at]))
    features = pa.table({"number": range(records), "source": source, "kind": kind, "generation": pa.nulls(records, pa.int64()), **columns})
    known = pa.table(
        {"number": range(records), "source": source, "record_id": ids, "kind": kind, "is_test": [at % 31 == 0 for at in range(records)]}
    )
    return features.take(order), known.take(order)


def known_of(features: pa.Table, records: pa.Table, rows: list[int]) -> resolving.Known:
    nothing = pa.table({"number": pa.array([], pa.int64()), "feature": pa.array([], pa.string()), "value": pa.array([], pa.string())})
    verdicts = pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.int64()), "verdict": pa.array([], pa.string())})
    numbers = pa.array(range(len(rows)), pa.int64())
    return resolving.Known(
        records.take(pa.array(rows, pa.int64())).set_column(0, "number", numbers), features.take(pa.array(rows, pa.int64())).set_column(0, "number", numbers), nothing, verdicts
    )  # fmt: skip


def parts(names: list[str], label: np.ndarray) -> set[frozenset[str]]:
    together: dict[int, set[str]] = {}
    for name, customer in zip(names, label.tolist(), strict=True):
        together.setdefault(customer, set()).add(name)
    return {frozenset(part) for part in together.values()}


@pytest.fixture(scope="module", params=["made", "hard"])
def base(request):
    features, records = world(request.param, 700, 5)
    whole = known_of(features, records, list(range(700)))
    found = resolving.resolved(whole, PROJECT, {}, resolving.budget_of(PROJECT))
    return features, records, resolving.learned_models(found), parts(records["record_id"].to_pylist(), found.label)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), batches=st.integers(1, 4), first=st.integers(0, 690))
def test_arrivals_in_any_order_and_batches_come_to_what_a_whole_run_says(base, seed, batches, first):
    features, records, models, expected = base
    order = np.random.default_rng(seed).permutation(700)
    begun = sorted(order[:first].tolist())
    known = known_of(features, records, begun)
    standing = arriving.Standing.of(known, resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT)), PROJECT, models=models)
    for batch in np.array_split(order[first:], batches):
        if len(batch):
            standing.arrive(known_of(features, records, batch.tolist()))
    assert parts(standing.record_id, standing.label) == expected


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_records_that_change_and_leave_are_as_if_they_had_always_been_so(base, seed):
    features, records, models, _ = base
    chance = np.random.default_rng(seed)
    known = known_of(features, records, list(range(700)))
    standing = arriving.Standing.of(known, resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT)), PROJECT, models=models)
    leave = np.sort(chance.choice(700, 60, replace=False))
    changed = leave[:30]
    values = dict(zip(features.column_names, features.columns, strict=True))
    # Thirty records take the names and contact points of others; thirty are gone.
    donors = chance.choice(700, 30)
    moved = {name: column.take(donors.tolist()) if name not in {"number", "source", "kind"} else column.take(changed.tolist()) for name, column in values.items()}  # fmt: skip
    now = pa.table(moved)
    standing.arrive(known_of(now, records.take(changed.tolist()), list(range(30))), leave=leave)
    stay = [at for at in range(700) if at not in set(leave.tolist())]
    whole = known_of(
        pa.concat_tables([features.take(stay), now.cast(features.schema)]), pa.concat_tables([records.take(stay), records.take(changed.tolist())]),
        np.lexsort((
            [*records["record_id"].take(stay).to_pylist(), *records["record_id"].take(changed.tolist()).to_pylist()],
            [*records["source"].take(stay).to_pylist(), *records["source"].take(changed.tolist()).to_pylist()],
        )).tolist(),
    )  # fmt: skip
    found = resolving.resolved(whole, PROJECT, models, resolving.budget_of(PROJECT))
    alive = [row for row in range(len(standing.record_id)) if row not in set(leave.tolist())]
    assert parts([standing.record_id[row] for row in alive], standing.label[alive]) == parts(
        whole.records["record_id"].to_pylist(), found.label
    )


def test_a_customer_that_arrivals_merge_keeps_the_oldest_id_and_the_other_leads_to_it(base):
    features, records, models, _ = base
    known = known_of(features, records, list(range(700)))
    founded = {f"c{at}": at for at in range(700)}
    found = resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT))
    standing = arriving.Standing.of(
        known, found, PROJECT, models=models, customers=[f"c{first}" for first in found.label.tolist()], founded=founded
    )  # fmt: skip
    held = [at for at, card in enumerate(features["key_card"].to_pylist()) if card and not records["is_test"][at].as_py()]
    # One who stands alone takes his whole customer with him, where a larger one might be split.
    one = next(at for at in held if (found.label == found.label[at]).sum() == 1)
    other = next(at for at in held if found.label[at] != found.label[one] and features["source"][at].as_py() == "crm")
    card = features["key_card"][one].as_py()
    new = features.take([other]).set_column(features.column_names.index("key_card"), "key_card", pa.array([card]))
    named = records.take([other]).set_column(records.column_names.index("record_id"), "record_id", pa.array(["new"]))
    arrived = standing.arrive(known_of(new, named, [0]))
    assert not set(arrived.redirects) & {standing.customer[row] for row in range(701)}
    assert all(founded[old] > founded[kept] for old, kept in arrived.redirects.items())
    assert standing.customer[700] in set(founded)


def test_an_empty_arrival_changes_nothing(base):
    features, records, models, expected = base
    known = known_of(features, records, list(range(700)))
    found = resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT))
    standing = arriving.Standing.of(known, found, PROJECT, models=models)
    assert not len(standing.arrive(known_of(features, records, [])).rows)
    assert parts(standing.record_id, standing.label) == expected


def test_a_record_that_resembles_nobody_touches_nobody(base):
    features, records, models, expected = base
    known = known_of(features, records, list(range(700)))
    found = resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT))
    standing = arriving.Standing.of(known, found, PROJECT, models=models)
    values = {
        "given": "xqzw",
        "family": "vvkjx",
        "birth_date": "1903-10-30",
        "city": "qqxx",
        "postcode": "zz99 9zz",
        "email": "q@xqzw.net",
        "phone": "+3721",
    }
    new = {
        name: pa.array([values.get(name) if name != "source" else "crm"], features.schema.field(name).type)
        for name in features.column_names
    }
    new |= {"number": pa.array([0]), "kind": pa.array(["person"])}
    named = pa.table({"number": [0], "source": ["crm"], "record_id": ["stranger"], "kind": ["person"], "is_test": [False]})
    arrived = standing.arrive(known_of(pa.table(new), named, [0]))
    assert arrived.rows.tolist() == [700]
    assert parts(standing.record_id, standing.label) == expected | {frozenset({"stranger"})}


# Records with several values, that come, change and go in turn

SMALL = 260


def with_others(known: resolving.Known, others: dict[str, list[tuple[str, str]]]) -> resolving.Known:
    """The same records with further values: record id -> feature and value."""
    said = [(at, *more) for at, name in enumerate(known.records["record_id"].to_pylist()) for more in others.get(name, ())]
    table = pa.table(
        {
            "number": pa.array([at for at, _, _ in said], pa.int64()),
            "feature": pa.array([feature for _, feature, _ in said], pa.string()),
            "value": pa.array([value for _, _, value in said], pa.string()),
        }
    )
    return resolving.Known(known.records, known.features, table, known.verdicts)


@pytest.fixture(scope="module")
def several():
    """A base in which every fifth record gives another's phone and e-mail beside its own, and every ninth shares a card with one or more."""
    features, records = world("made", SMALL, 8)
    chance = np.random.default_rng(8)
    phones, mails = features["phone"].to_pylist(), features["email"].to_pylist()
    others = {}
    for at, name in enumerate(records["record_id"].to_pylist()):
        whom = int(chance.integers(SMALL))
        if at % 5 == 0:
            more = [(feature, value) for feature, value in (("phone", phones[whom]), ("email", mails[whom])) if value]
            own = {phones[at], mails[at]}
            others[name] = [(feature, value) for feature, value in more if value not in own]
    cards = [f"card{chance.integers(12)}" if at % 5 == 1 else None for at in range(SMALL)]
    features = features.set_column(features.column_names.index("key_card"), "key_card", pa.array(cards, pa.string()))
    whole = with_others(known_of(features, records, list(range(SMALL))), others)
    found = resolving.resolved(whole, PROJECT, {}, resolving.budget_of(PROJECT))
    return features, records, others, resolving.learned_models(found)


def values_of_another(features: pa.Table, rows: list[int], donors: list[int]) -> pa.Table:
    """Some records, which say now what others say."""
    columns = {
        name: features[name].take(rows if name in {"number", "source", "kind", "generation"} else donors) for name in features.column_names
    }
    return pa.table(columns).cast(features.schema)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_coming_changing_and_leaving_in_turn_come_to_what_a_whole_run_says_after_each(several, seed):
    """Caps are crossed both ways: a card on more than three records links nobody, and links again when some have gone."""
    features, records, others, models = several
    chance = np.random.default_rng(seed)
    names = records["record_id"].to_pylist()
    place = {name: at for at, name in enumerate(names)}
    order = chance.permutation(SMALL).tolist()
    there, away = sorted(order[:150]), order[150:]
    known = with_others(known_of(features, records, there), others)
    standing = arriving.Standing.of(known, resolving.resolved(known, PROJECT, models, resolving.budget_of(PROJECT)), PROJECT, models=models)
    row_of = {names[at]: row for row, at in enumerate(there)}
    for _ in range(4):
        alive = list(row_of)
        leaving = chance.choice(alive, 25, replace=False).tolist()
        changing = leaving[:10]
        coming = [away.pop() for _ in range(min(20, len(away)))]
        donors = chance.integers(0, SMALL, len(changing)).tolist()
        changed = [place[name] for name in changing]
        now = values_of_another(features, changed, donors)
        untouched = features.take([at for at in range(SMALL) if at not in set(changed)])
        features = pa.concat_tables([untouched, now])
        records = pa.concat_tables([records.take([at for at in range(SMALL) if at not in set(changed)]), records.take(changed)])
        order_now = np.lexsort((records["record_id"].to_pylist(), records["source"].to_pylist())).tolist()
        came = {names[at] for at in coming}
        features, records = features.take(order_now), records.take(order_now)
        names = records["record_id"].to_pylist()
        place = {name: at for at, name in enumerate(names)}
        away = [place[name] for name in names if name not in row_of and name not in came]
        batch = chance.permutation([place[name] for name in [*changing, *came]]).tolist()
        gone = np.array(sorted(row_of[name] for name in leaving), dtype=np.int64)
        first = len(standing.record_id)
        standing.arrive(with_others(known_of(features, records, batch), others), leave=gone)
        row_of = {name: row for name, row in row_of.items() if name not in set(leaving)}
        row_of |= {names[at]: first + row for row, at in enumerate(batch)}
        whole = with_others(known_of(features, records, sorted(place[name] for name in row_of)), others)
        found = resolving.resolved(whole, PROJECT, models, resolving.budget_of(PROJECT))
        label = standing.label[[row_of[name] for name in whole.records["record_id"].to_pylist()]]
        assert parts(whole.records["record_id"].to_pylist(), label) == parts(whole.records["record_id"].to_pylist(), found.label)
