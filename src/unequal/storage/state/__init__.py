"""What would be lost for good: who is who and its history, what stewards did, and which run readers see. SQLite or PostgreSQL."""

from unequal.storage.state.database import State
from unequal.storage.state.difference import MembershipDifference
from unequal.storage.state.events import EventRow, Happening, Incoming, QuarantinedRow, Refused, Sender, Taken
from unequal.storage.state.live import LiveState
from unequal.storage.state.opening import open_live, open_state
from unequal.storage.state.runs import RunRow
from unequal.storage.state.standing import Around
from unequal.storage.state.stewardship import Action, Done, Move, VerdictRow

__all__ = [
    "Action", "Around", "Done", "EventRow", "Happening", "Incoming", "LiveState", "MembershipDifference", "Move", "QuarantinedRow",
    "Refused", "RunRow", "Sender", "State", "Taken", "VerdictRow", "open_live", "open_state",
]  # fmt: skip
