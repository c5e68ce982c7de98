"""Splink 5 on the same rows and columns, as its own demonstrations set it up for such data.

    python benchmarks/identity/rival.py fake_1000 febrl_3 febrl_4 hard made [--records 1000000] [--new]

Printed for each set: seconds to train, predict and cluster, and the scores at its usual threshold
of .95 and at the best threshold that the truth can choose. The truth is never shown to it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity import data
from benchmarks.identity.machine import DATA, facts
from benchmarks.identity.metrics import Figures, figures, line

USUAL = 0.95
AT_LEAST = 0.01
"""Probability from which pairs are kept, so that lower thresholds can be tried."""


@dataclass(frozen=True)
class Plan:
    """How Splink is set up for one set.

    Args:
        columns: of the rows, beside the id.
        comparisons: makes its comparisons.
        blocks: its blocking rules, each a list of expressions or an SQL condition.
        certain: its rules that are nearly sure, and the share of pairs they are said to reach.
        training: blocks of its EM passes.
        frequent: columns of which it adjusts for how frequent a value is.
    """

    columns: Sequence[str]
    comparisons: Callable[[Any], list[Any]]
    blocks: Sequence[Sequence[str] | str]
    certain: Sequence[Sequence[str] | str]
    recall: float
    training: Sequence[Sequence[str]]
    frequent: Sequence[str]


@dataclass
class Rivalled:
    """What Splink found in one set."""

    seconds: dict[str, float]
    cpu_seconds: float
    """Of all threads together."""
    usual: Figures
    best: Figures
    best_at: float
    reached: float
    """Share of the true pairs that its blocking rules reach, kept or not."""
    api: Any = field(repr=False)
    linker: Any = field(repr=False)
    given: list[Any] = field(repr=False)
    table: pd.DataFrame = field(repr=False)


def _persons_today(cl: Any) -> list[Any]:
    return [
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]


def _made(cl: Any) -> list[Any]:
    return [*_persons_today(cl), cl.ExactMatch("postcode"), cl.ExactMatch("phone")]


def _febrl(cl: Any) -> list[Any]:
    return [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, invalid_dates_as_null=True),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.DamerauLevenshteinAtThresholds("street_number", [1]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("address_1", [1, 2]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1]).configure(term_frequency_adjustments=True),
    ]


def _historical(cl: Any) -> list[Any]:
    return [
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ]


SWAPPED = "l.{0} = r.{1} and l.{1} = r.{0}"
PLANS = {
    "fake_1000": Plan(
        ("first_name", "surname", "dob", "city", "email"), _persons_today,
        (("first_name",), ("surname",), ("dob",), ("email",)),
        (("first_name", "surname", "dob"), ("email",)), 0.7, (("first_name", "surname"), ("dob",), ("email",)), ("first_name", "surname", "city"),
    ),
    "febrl_3": Plan(
        ("given_name", "surname", "street_number", "address_1", "postcode", "date_of_birth", "soc_sec_id"), _febrl,
        (("given_name", "surname"), SWAPPED.format("given_name", "surname"), ("date_of_birth",), ("soc_sec_id",), ("address_1",),
         ("street_number", "postcode")),
        (("soc_sec_id",), ("given_name", "surname", "date_of_birth")), 0.9, (("date_of_birth",), ("given_name", "surname")),
        ("street_number", "address_1", "postcode"),
    ),
    "made": Plan(
        ("first_name", "surname", "dob", "city", "postcode", "email", "phone"), _made,
        (("first_name", "surname"), ("surname", "dob"), ("first_name", "dob"), ("email",), ("phone",), ("postcode", "surname")),
        (("first_name", "surname", "dob"), ("email",)), 0.7, (("first_name", "surname"), ("dob", "postcode")), ("first_name", "surname", "city"),
    ),
    "hard": Plan(
        ("first_name", "surname", "dob", "postcode", "birth_place", "occupation"), _historical,
        (("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"), ("postcode", "first_name"),
         ("postcode", "surname"), ("dob", "birth_place"), ("substr(postcode,1,3)", "dob"), ("substr(postcode,1,3)", "first_name"),
         ("substr(postcode,1,3)", "surname"), ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)")),
        (("first_name", "surname", "dob"), ("substr(first_name,1,2)", "surname", "substr(postcode,1,2)"), ("dob", "postcode")), 0.6,
        (("first_name", "surname"), ("dob",)), ("first_name", "surname", "birth_place", "occupation"),
    ),
}  # fmt: skip
PLANS["febrl_4"] = PLANS["febrl_3"]


def _rules(block_on: Any, rules: Sequence[Sequence[str] | str]) -> list[Any]:
    return [rule if isinstance(rule, str) else block_on(*rule) for rule in rules]


def flat(dataset: data.DataSet) -> pd.DataFrame:
    """All sources in one table with the true entity, a number as id; the first row of each record."""
    parts = []
    for name, source in dataset.sources.items():
        rows = source.rows.drop_duplicates(source.record_id)
        parts.append(rows.rename(columns={source.record_id: "record_id"}).assign(source=name))
    table = dataset.truth.merge(pd.concat(parts, ignore_index=True), on=["source", "record_id"])
    return table.rename(columns={"source": "source_dataset"}).assign(unique_id=np.arange(len(table)))


def run(dataset: data.DataSet, *, at_least: float = AT_LEAST) -> Rivalled:
    """Splink from rows to clusters: figures and seconds."""
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    quiet()
    plan, table = PLANS[dataset.name], flat(dataset)
    linked = len(dataset.sources) > 1
    settings = SettingsCreator(
        link_type="link_only" if linked else "dedupe_only", comparisons=plan.comparisons(cl),
        blocking_rules_to_generate_predictions=_rules(block_on, plan.blocks),
    )  # fmt: skip
    api, named = DuckDBAPI(), ["unique_id", *plan.columns]
    parts = [part for _, part in table.groupby("source_dataset")] if linked else [table]
    # Python's strings enter DuckDB slowly, and no user's file holds them: the clock starts with Arrow's.
    arrow = [pa.Table.from_pandas(part[named], preserve_index=False) for part in parts]
    started, cpu = time.perf_counter(), time.process_time()
    given = [api.register(part) for part in arrow]
    linker = Linker(given if linked else given[0], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(_rules(block_on, plan.certain), recall=plan.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in plan.training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    trained = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=at_least)
    predicted = time.perf_counter()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=USUAL)
    found = clusters.as_duckdbpyrelation().df()[["unique_id", "cluster_id"]].sort_values("unique_id")
    clustered, cpu = time.perf_counter(), time.process_time() - cpu
    seconds = {"train": trained - started, "predict": predicted - trained, "cluster": clustered - predicted, "all": clustered - started}
    kept = pairs.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_weight").df()
    best_at, best = _best(kept, table)
    return Rivalled(
        seconds, cpu, figures(found["cluster_id"], table["entity"]), best, best_at, _reached(plan, table), api, linker, given, table
    )


def quiet() -> None:
    """Splink says much while it works."""
    warnings.filterwarnings("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)


def _best(pairs: pd.DataFrame, table: pd.DataFrame) -> tuple[float, Figures]:
    """The threshold in bits with the highest pair F1 after closure, and its figures."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    weight = pairs["match_weight"].to_numpy()
    left, right = pairs["unique_id_l"].to_numpy(), pairs["unique_id_r"].to_numpy()
    tried = {}
    for threshold in np.arange(-6.0, 30.0, 1.0):
        over = weight >= threshold
        graph = coo_matrix((np.ones(int(over.sum())), (left[over], right[over])), shape=(len(table), len(table)))
        tried[float(threshold)] = figures(connected_components(graph, directed=False)[1], table["entity"])
    best_at = max(tried, key=lambda threshold: tried[threshold].pairs.f1)
    return best_at, tried[best_at]


def _reached(plan: Plan, table: pd.DataFrame) -> float:
    """Recall of the blocking rules alone, counted over true pairs."""
    import duckdb

    base = duckdb.connect()
    base.register("rows", table[["unique_id", "entity", *plan.columns]])
    base.execute("CREATE TABLE t AS SELECT * FROM rows")
    condition = " OR ".join(
        f"({rule})" if isinstance(rule, str) else "(" + " AND ".join(f"{_of(part, 'l')} = {_of(part, 'r')}" for part in rule) + ")"
        for rule in plan.blocks
    )
    row = base.execute(
        f"SELECT count(*) FILTER (coalesce({condition}, false)), count(*) FROM t l JOIN t r ON l.entity = r.entity AND l.unique_id < r.unique_id"
    ).fetchone()
    return float(row[0] / row[1]) if row and row[1] else 1.0


def _of(expression: str, side: str) -> str:
    """An expression of a blocking rule, of one side's row."""
    return expression.replace("substr(", f"substr({side}.") if expression.startswith("substr(") else f"{side}.{expression}"


def new_records(found: Rivalled, plan: Plan, count: int) -> float:
    """Seconds in which Splink finds pairs of new records among those it holds, the second time it is asked."""
    tables, api = found.linker.table_management, found.api
    new = found.table.sample(count, random_state=5)[["unique_id", *plan.columns]].assign(unique_id=lambda rows: rows["unique_id"] + 10**8)
    for column in plan.frequent:
        tables.register_term_frequency_lookup(tables.compute_tf_table(column), column)
    seconds = 0.0
    for _ in range(2):
        started = time.perf_counter()
        pairs = found.linker.inference.predict_between(
            found.given, api.register(new.reset_index(drop=True)), threshold_match_probability=AT_LEAST
        )
        len(pairs.as_duckdbpyrelation().df())
        seconds = time.perf_counter() - started
    return seconds


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="+", choices=list(PLANS))
    asked.add_argument("--records", type=int, default=1_000_000, help="rows of `made`")
    asked.add_argument("--new", action="store_true", help="time new records too")
    given = asked.parse_args()
    print(facts())
    for name in given.sets:
        dataset = data.of_name(name, DATA, given.records)
        found = run(dataset)
        print(f"{name}: {dataset.records:,} records; " + ", ".join(f"{part} {seconds:.1f} s" for part, seconds in found.seconds.items())
              + f", CPU {found.cpu_seconds:.1f} s"
              + f"; blocking reaches {found.reached:.1%} of true pairs")  # fmt: skip
        print(line(f"  Splink at {USUAL}", found.usual))
        print(line(f"  Splink at best, {found.best_at:.0f} bits", found.best))
        if given.new:
            for count in (1, 1_000):
                print(f"  {count:,} new records: {new_records(found, PLANS[name], count):.2f} s")


if __name__ == "__main__":
    main()
