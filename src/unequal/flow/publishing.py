"""The last line of a run: its manifest is on the disk, and then one row makes it what readers see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unequal import storage


def publish(
    folder: storage.RunFolder,
    state: storage.State,
    manifest: storage.Manifest,
    difference: storage.state.MembershipDifference,
    *,
    previous: storage.state.RunRow | None,
    published_at: datetime,
    keep_runs: int,
    last_action: int = 0,
) -> storage.state.RunRow:
    """Point readers at a run whose steps are done, and sweep what no kept run needs.

    The order is what makes it safe: tables are synced before their folder has its name (storage.store), the
    manifest is synced before the row that points at it is written, and that row and the change of who is who
    are one transaction. Only then is anything removed.

    Args:
        folder: where the run's tables lie; the caller holds its place of the one writer.
        state: where the row is written.
        manifest: what the run is made of; its summary names the level.
        difference: what the run changes in who is who.
        previous: the run that was current when this one began.
        published_at: naive UTC.
        last_action: number of the last steward's action that the run began with.
        keep_runs: how many of the latest runs stay, beside the last one of each month.

    Raises:
        StorageError: STO003, STO106, the disk takes no more; STO103, STO104, somebody else has published meanwhile.
    """
    path = folder.write_manifest(manifest)
    row = storage.state.RunRow(
        run_id=manifest.run_id,
        published_at=published_at,
        manifest_path=str(path.relative_to(folder.folder.parent)),
        manifest_sha256=storage.durable.digest_of_file(path),
        project=manifest.project,
        level=str(manifest.summary["level"]),
        summary=manifest.summary,
        previous_run=previous.run_id if previous else None,
        last_action=last_action,
    )
    written = state.publish(row, difference)
    folder.sweep(keep=kept(state.runs(), keep_runs))
    return written


def kept(runs: Sequence[storage.state.RunRow], latest: int) -> list[str]:
    """The latest runs, and the last one of each month for ever: "as of" means any of these.

    Args:
        runs: every published run, oldest first.
        latest: how many of the latest stay; at least 1.
    """
    last_of_month = {run.published_at.strftime("%Y-%m"): run.run_id for run in runs}
    return sorted({*last_of_month.values(), *(run.run_id for run in runs[-latest:])})
