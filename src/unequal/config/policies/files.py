"""Reading policies: each a YAML file, read with the same care as `unequal.yaml`, every problem told with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from unequal.config.document import Document, read_document
from unequal.config.policies.policy import Policy
from unequal.config.validation import problems_of
from unequal.terms.errors import ConfigError, Problems, UnequalError

LARGEST_BYTES: Final = 65_536
_BEGIN: Final = "begin with `policy:`, `issue:`, `group:`, `action:`, `objective:`, `channels:` and `effect:`"


@dataclass(frozen=True)
class Declared:
    """A policy as it was written, with the places of its keys.

    Args:
        policy: its keys, validated.
        text: the whole file, as versions of a policy are kept.
        version: of this text, as the state counts them; 0 where it was only read from a file.
    """

    policy: Policy
    text: str
    version: int = 0
    _document: Document = field(default_factory=lambda: Document("policy"), repr=False, compare=False)

    def where(self, *path: str | int) -> str:
        """The path, file and line of a key: `front_seat.eligible (policies/front_seat.yaml:7)`."""
        return f"{'.'.join((self.policy.policy, *map(str, path)))} ({self._document.where(path)})"


def read_policy(text: str, name: str, *, version: int = 0) -> Declared:
    """Read the text of a policy, from a file or as an interface was sent it.

    Args:
        text: YAML.
        name: what errors call the file.
        version: of the text, where it comes from the state.

    Raises:
        ConfigError: CFG001, CFG002 or CFG006, it cannot be read as YAML or is too large.
        Problems: everything else that is wrong with it, in the order of the file.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        raise ConfigError("CFG001", f"a policy is larger than {LARGEST_BYTES:,} bytes", where=name, do="write shorter content")
    document = read_document(text, name, begin=_BEGIN)
    problems, policy = document.problems, None
    try:
        policy = Policy.model_validate(document.values)
    except ValidationError as error:
        problems = [*problems, *problems_of(error, document.values, document, Policy)]
    if problems:
        raise Problems(document.errors(problems))
    assert policy is not None, "a policy without problems was read"
    return Declared(policy, text, version, document)


def load_policies(folder: Path) -> tuple[Declared, ...]:
    """The policies of a folder, by name; none where there is no such folder.

    Args:
        folder: with files `*.yaml`, usually `policies` beside `unequal.yaml`.

    Raises:
        Problems: whatever is wrong with any of the files; CFG082, two policies have one name.
    """
    found: dict[str, Declared] = {}
    problems: list[UnequalError] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            declared = read_policy(_text(path), f"{folder.name}/{path.name}")
        except Problems as several:
            problems.extend(several.problems)
        except ConfigError as error:
            problems.append(error)
        else:
            first = found.setdefault(declared.policy.policy, declared)
            if first is not declared:
                problems.append(ConfigError("CFG082", "two policies have one name", where=declared.where("policy"),
                                            seen=first.where("policy"), do="call one of them otherwise"))  # fmt: skip
    if problems:
        raise Problems(problems)
    return tuple(found[name] for name in sorted(found))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError("CFG001", "a policy is not UTF-8", where=path.name, do="save the file as UTF-8") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError("CFG001", "a policy cannot be read", where=str(path), seen=reason, do="mend the file or take it out") from None
