"""Outputs of steps: found again when nothing changed, never half there."""

from pathlib import Path

import pytest

from unequal.storage import faults
from unequal.storage.runs import Manifest, RunFolder
from unequal.storage.store import Store
from unequal.terms.errors import StorageError


def write_one(text: str):
    def work(folder: Path) -> None:
        (folder / "rows.parquet").write_text(text)

    return work


def test_a_step_made_from_the_same_things_is_found_and_not_made_again(tmp_path):
    store = Store(tmp_path)
    made = store.make("post orders", "k" * 64, write_one("a"))
    found = store.find("post orders", "k" * 64)
    assert (made.made, found.made) == (True, False)
    assert found.folder == made.folder
    assert found.digest == made.digest
    assert store.find("post orders", "j" * 64) is None


def test_the_digest_of_an_output_tells_other_bytes_apart(tmp_path):
    store = Store(tmp_path)
    assert store.make("a", "1" * 64, write_one("x")).digest == store.make("a", "2" * 64, write_one("x")).digest
    assert store.make("a", "3" * 64, write_one("y")).digest != store.make("a", "2" * 64, write_one("x")).digest


def test_a_step_that_fails_leaves_nothing(tmp_path):
    def fail(folder: Path) -> None:
        write_one("half")(folder)
        raise RuntimeError("disk full")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError, match="disk full"):
        store.make("post orders", "k" * 64, fail)
    assert store.find("post orders", "k" * 64) is None
    assert list(tmp_path.iterdir()) == []


def test_every_file_and_folder_is_synced_before_the_output_gets_its_name(tmp_path):
    seen: list[str] = []
    faults.listen(seen.append)
    try:
        Store(tmp_path).make("a", "1" * 64, write_one("x"))
    finally:
        faults.listen(None)
    rename = seen.index("rename a-1111111111111111")
    assert {"sync rows.parquet", "sync step.json"} <= set(seen[:rename])
    assert any(name.startswith("sync .a-") for name in seen[:rename]), "the folder itself"
    assert seen[rename + 1].startswith("sync"), "the folder above, so that the new name lasts"


def test_a_table_that_a_step_did_not_leave_is_named(tmp_path):
    output = Store(tmp_path).make("a", "1" * 64, write_one("x"))
    with pytest.raises(StorageError, match="STO005") as caught:
        output.table("entry")
    assert "no table entry" in str(caught.value)


def manifest(run_id: str, folder: str) -> Manifest:
    return Manifest(run_id, "p", "c", "d", {"a": {"key": "k", "digest": "d", "folder": folder}}, {})


def test_a_run_that_is_being_read_is_not_swept(tmp_path):
    folder = RunFolder(tmp_path)
    output = folder.store.make("a", "1" * 64, write_one("x"))
    folder.write_manifest(manifest("old", output.folder.name))
    with folder.reading("old", "") as run:
        assert folder.sweep(keep=[]) == []
        assert run.step("a").table("rows").read_text() == "x"
    assert folder.sweep(keep=[]) == ["old"]
    assert not output.folder.exists()


def test_what_a_kept_run_refers_to_is_not_swept(tmp_path):
    folder = RunFolder(tmp_path)
    kept = folder.store.make("a", "1" * 64, write_one("x"))
    orphan = folder.store.make("a", "2" * 64, write_one("y"))
    folder.write_manifest(manifest("new", kept.folder.name))
    assert folder.sweep(keep=["new"]) == []
    assert kept.folder.exists()
    assert not orphan.folder.exists()


def test_only_one_process_writes_a_project_at_a_time(tmp_path):
    folder = RunFolder(tmp_path)
    with folder.writing(), pytest.raises(StorageError, match="STO006"), RunFolder(tmp_path).writing():
        pass


def test_a_manifest_survives_its_bytes():
    first = manifest("r", "f")
    assert Manifest.from_bytes(first.to_bytes()) == first
