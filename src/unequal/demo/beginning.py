"""How a made company begins with the moment of contact: keys for its senders, and the policies of its folder at work."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from unequal import config, flow


def make_keys(project: flow.OpenProject) -> list[str]:
    """Write a key of 256 bits, readable by the owner alone, for each source of events whose file has none yet.

    Args:
        project: whose `live.sources` name them.

    Returns:
        The sources that were given one.
    """
    made = []
    for name, source in project.config.live.sources.items():
        kind, _, path = source.write_key.partition(":")
        file = project.folder / path
        if kind == "file" and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
                written.write(f"{secrets.token_urlsafe(32)}\n")
            made.append(name)
    return made


def begin(project: flow.OpenProject, *, author: str, by: str) -> list[str]:
    """Make keys and let policies act: as `make_keys` and `let_act`."""
    make_keys(project)
    return let_act(project, author=author, by=by)


def let_act(project: flow.OpenProject, *, author: str, by: str) -> list[str]:
    """Let the policies of the project's folder act that are not known yet, previewed and approved as any other is.

    Args:
        project: published, with a folder `policies`.
        author: who is said to have written them.
        by: who approves them: another.

    Returns:
        Their names.
    """
    return let_act_of(project, project.folder / "policies", author=author, by=by)


def let_act_of(project: flow.OpenProject, folder: Path, *, author: str, by: str, clock: Callable[[], datetime] | None = None) -> list[str]:
    """The same of the policies of another folder, at another time than now.

    Args:
        folder: which has them.
        clock: the present moment of the made company; today by default.
    """
    declared = config.policies.load_policies(folder)
    with flow.live.open_live(project, **({} if clock is None else {"clock": clock})) as live:
        known = {one["name"] for one in live.policies.listed()}
        new = [one for one in declared if one.policy.policy not in known]
        for one in new:
            draft = live.policies.submit(one.text, author=author)
            live.policies.preview(draft["name"], draft["version"])
            live.policies.approve(draft["name"], draft["version"], by=by)
    return [one.policy.policy for one in new]
