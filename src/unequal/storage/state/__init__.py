"""What would be lost for good: who is who and its history, and which run readers see. SQLite or PostgreSQL."""

from unequal.storage.state.database import State
from unequal.storage.state.difference import MembershipDifference
from unequal.storage.state.opening import open_state
from unequal.storage.state.runs import RunRow

__all__ = ["MembershipDifference", "RunRow", "State", "open_state"]
