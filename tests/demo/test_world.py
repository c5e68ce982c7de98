import hashlib

import pyarrow.parquet as pq
import pytest

from unequal import config, demo
from unequal.demo.parameters import World


def _digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_persons_and_seed_give_the_same_bytes_in_every_file(tmp_path):
    demo.build(tmp_path / "one", persons=300, seed=5)
    demo.build(tmp_path / "two", persons=300, seed=5)
    found = _digests(tmp_path / "one")
    assert found == _digests(tmp_path / "two")
    assert len(found) > 40


def test_another_seed_is_another_company(tmp_path):
    demo.build(tmp_path / "one", persons=300, seed=5)
    demo.build(tmp_path / "two", persons=300, seed=6)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert one["data/shop/customers.csv"] != two["data/shop/customers.csv"]
    assert one["truth/person.parquet"] != two["truth/person.parquet"]


def test_a_build_leaves_nothing_of_an_earlier_one(tmp_path):
    demo.build(tmp_path / "world", persons=400, seed=5)
    demo.build(tmp_path / "world", persons=300, seed=5)
    demo.build(tmp_path / "fresh", persons=300, seed=5)
    assert _digests(tmp_path / "world") == _digests(tmp_path / "fresh")


def test_a_cell_is_the_same_however_many_cells_follow_it(monkeypatch, tmp_path):
    """So the bytes do not hang on how much is made at once: the larger world starts with the smaller."""
    monkeypatch.setattr("unequal.demo.world.World", lambda persons, seed: World(persons, seed, cell=300))
    demo.build(tmp_path / "one", persons=300, seed=5)
    demo.build(tmp_path / "three", persons=900, seed=5)
    for name in ("person", "record", "customer_process", "service", "potential_outcome"):
        small, large = (pq.read_table(tmp_path / world / "truth" / f"{name}.parquet") for world in ("one", "three"))
        assert large.slice(0, small.num_rows).equals(small), name
    members = (tmp_path / "one" / "data" / "loyalty" / "points.tsv").read_text()
    assert (tmp_path / "three" / "data" / "loyalty" / "points.tsv").read_text().startswith(members)


def test_ids_of_different_cells_never_meet(monkeypatch, tmp_path):
    monkeypatch.setattr("unequal.demo.world.World", lambda persons, seed: World(persons, seed, cell=300))
    demo.build(tmp_path / "world", persons=900, seed=5)
    records = demo.Truth(tmp_path / "world").table("record").select(["source", "record_id"]).to_pylist()
    assert len({(row["source"], row["record_id"]) for row in records}) == len(records)
    lines = "".join((tmp_path / "world" / "data" / "shop").joinpath(f"orders-{year}.csv").read_text() for year in (2022, 2025))
    numbers = [line.split(";")[0] for line in lines.splitlines() if line[0] in "ACF"]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("persons", [199, 1_000_001])
def test_a_world_of_another_size_is_refused(tmp_path, persons):
    with pytest.raises(ValueError, match="from 200 to 1,000,000"):
        demo.build(tmp_path, persons=persons)


def test_progress_ends_at_the_whole(tmp_path):
    told = []
    demo.build(tmp_path, persons=200, seed=1, progress=lambda what, share: told.append((what, share)))
    assert told[0] == ("making Meridian", 0.0)
    assert told[-1] == ("making Meridian", 1.0)


def test_the_config_that_is_written_is_sound_and_maps_all_six_applications(meridian):
    project = config.load(meridian / "unequal.yaml", {}).project
    assert {"shop_customers", "accounts", "callers", "web_users", "members", "profiles"} <= set(project.sources)
    assert sum(source.records is not None for source in project.sources.values()) == 8
    assert sum(source.postings is not None for source in project.sources.values()) == 6
    assert sum(source.interactions is not None for source in project.sources.values()) == 3


def test_the_config_never_reads_the_truth(meridian):
    assert "truth" not in (meridian / "unequal.yaml").read_text()
