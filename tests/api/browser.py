"""Debian's Chromium, where it is installed, driven over the pipe of its own debugging protocol: signs in, presses, and says what it shows."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE_SECONDS = 30
_OUT_OF_THE_WAY = 50


class Page:
    """One page of a browser."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._number, self._rest = to, back, 0, b""
        self._session: str | None = None
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self("Page.enable")

    def __call__(self, method: str, **given: Any) -> dict[str, Any]:
        """Have something done; what it answers."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": given} | ({"sessionId": self._session} if self._session else {})
        os.write(self._to, json.dumps(sent).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._back, 1 << 20)
            assert part, "the browser is gone"
            self._rest += part
        told, _, self._rest = self._rest.partition(b"\0")
        return json.loads(told)

    def tell(self, script: str) -> Any:
        """What an expression comes to on the page."""
        found = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, script: str) -> None:
        """Until an expression is true on the page."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while not self.tell(f"Boolean({script})"):
            assert time.monotonic() < ends, f"never came true: {script}; the page says: {self.tell('document.body.innerText')}"
            time.sleep(0.05)

    def open(self, url: str) -> None:
        """Go somewhere."""
        self("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href !== 'about:blank' || '{url}' === 'about:blank'")

    def press(self, selector: str) -> None:
        """Press a button."""
        self.tell(f"document.querySelector({json.dumps(selector)}).click()")

    def write(self, selector: str, text: str) -> None:
        """Fill a field in."""
        self.tell(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(text)}")

    def size(self, width: int, height: int) -> None:
        """Of the window."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, file: Path) -> None:
        """What is seen, as PNG."""
        file.write_bytes(base64.b64decode(self("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with a profile of its own; the test is skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    (read_theirs, to), (back, write_theirs) = os.pipe(), os.pipe()
    # The protocol's pipes are the descriptors 3 and 4 of the browser: brought there from numbers out of the way.
    given = [fcntl.fcntl(end, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for end in (read_theirs, write_theirs)]
    moved = f'exec "$@" 3<&{given[0]} 4>&{given[1]}'
    command = ["bash", "-c", moved, "bash", chromium, *_FLAGS, f"--user-data-dir={folder / 'profile'}"]
    process = subprocess.Popen(command, pass_fds=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for end in (read_theirs, write_theirs, *given):
        os.close(end)
    try:
        yield Page(to, back)
    finally:
        os.close(to)
        process.terminate()
        process.wait()
        os.close(back)
