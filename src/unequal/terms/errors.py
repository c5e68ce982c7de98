"""Errors that say their code, what is wrong, where, what was seen and what to do.

Every error of Unequal is an `UnequalError`. A mistake in a user's data or config never
shows a stack trace: interfaces print `str(error)`. Each code has a section in
docs/errors.md, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable


class UnequalError(Exception):
    """One problem, told so that its reader can act on it.

    Args:
        code: three letters of the room and a number, as in "SRC012".
        what: the problem in one line, without a full stop.
        where: file:line of the config, or file, row and column of the data.
        seen: the value or figure that shows the problem.
        do: what the reader can do about it.
    """

    def __init__(self, code: str, what: str, *, where: str = "", seen: str = "", do: str = "") -> None:
        super().__init__(code, what)
        self.code, self.what, self.where, self.seen, self.do = code, what, where, seen, do

    def __str__(self) -> str:
        told = [("where", self.where), ("seen", self.seen), ("do", self.do)]
        return "\n".join([f"{self.code} {self.what}", *(f"  {name + ':':<6} {text}" for name, text in told if text)])


class ConfigError(UnequalError):
    """CFG: the project's config says something that cannot be."""


class PredicateError(UnequalError):
    """PRD: a predicate is hostile, too large, or names what does not exist."""


class StorageError(UnequalError):
    """STO: an engine, a run or the state cannot be read or written."""


class SourceError(UnequalError):
    """SRC: a source cannot be read, or not as its contract says."""


class IdentityError(UnequalError):
    """IDN: records cannot be made into customers."""


class LedgerError(UnequalError):
    """LED: dollars cannot be posted, split or reconciled."""


class ValuationError(UnequalError):
    """VAL: a worth cannot be estimated from these histories, parameters or amounts."""


class TreatmentError(UnequalError):
    """TRT: a policy cannot be judged, or must not act."""


class ContactCentreError(UnequalError):
    """CTC: a queue cannot be ordered, staffed or simulated so."""


class ExperimentError(UnequalError):
    """EXP: an experiment cannot be planned, compared or learned from."""


class AnswerError(UnequalError):
    """ANS: a question cannot be answered from this base."""


class LiveError(UnequalError):
    """LIV: something cannot be done at the moment of contact."""


class AccessError(UnequalError):
    """ACC: somebody may not come in, or may not do or see this."""


class ApiError(UnequalError):
    """API: a request cannot be read, or the server cannot be started so."""


class Problems(UnequalError):  # noqa: N818 - several errors, not one
    """Several problems of one file, told at once."""

    def __init__(self, problems: Iterable[UnequalError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.code, first.what, where=first.where, seen=first.seen, do=first.do)

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)
