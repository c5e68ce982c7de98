"""`unequal serve` in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

ENVIRONMENT = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from unequal.cli import main; main()", "-C", str(folder), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**ENVIRONMENT, **(environment or {})}
    )
    yield process, f"http://127.0.0.1:{port}"
    if process.poll() is None:
        process.kill()
        process.wait()
    process.stdout.close()


def until_well(process: subprocess.Popen[str], url: str) -> None:
    """Wait until the server answers."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/v1/health", timeout=5) as answer:
                assert orjson.loads(answer.read())["status"] == "ok"
                return
        except OSError:
            threading.Event().wait(0.1)
    raise AssertionError(process.stdout.read())
