"""What would be lost for good: who is who and its history, what stewards did, and which run readers see. SQLite or PostgreSQL."""

from unequal.storage.state.access import AccessState
from unequal.storage.state.access_tables import KeyRow, PersonRow, SessionRow, Told
from unequal.storage.state.assignments import Lot
from unequal.storage.state.audit import Entry, Head
from unequal.storage.state.audit import faults as audit_faults
from unequal.storage.state.consents import ConsentRow
from unequal.storage.state.contact_standing import Standing
from unequal.storage.state.contacts import ContactRow
from unequal.storage.state.database import State
from unequal.storage.state.decisions import DecisionRow, OutcomeRow
from unequal.storage.state.difference import MembershipDifference
from unequal.storage.state.directory import NO_PASSWORD, BegunRow, DirectoryRow, DirectoryState
from unequal.storage.state.erasing import Person
from unequal.storage.state.erasing_log import ErasingState
from unequal.storage.state.events import EventRow, EventTime, Happening, Incoming, QuarantinedRow, Refused, Sender, Taken
from unequal.storage.state.goodwill import GoodwillLimits, GoodwillRow
from unequal.storage.state.host_tasks import HostTaskRow
from unequal.storage.state.live import LiveState
from unequal.storage.state.opening import open_access, open_erasing, open_live, open_state
from unequal.storage.state.outbox import Claimed, Message
from unequal.storage.state.policies import PolicyVersion
from unequal.storage.state.preferences import PreferenceRow
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.reserving import Reservation, Stale
from unequal.storage.state.returned import RETURNED
from unequal.storage.state.runs import RunRow
from unequal.storage.state.spending import OverBudget, Spend
from unequal.storage.state.standing import Around
from unequal.storage.state.stewardship import Action, Done, Move, VerdictRow
from unequal.storage.state.suppression import ErasureRow, Identifier, Suppressed, digest_of
from unequal.storage.state.tier_membership import Met, TierRow
from unequal.storage.state.timers import TimerIsTaken, TimerRow

__all__ = [
    "NO_PASSWORD",
    "RETURNED",
    "AccessState",
    "Action",
    "Around",
    "AskedRow",
    "BegunRow",
    "Claimed",
    "ConsentRow",
    "ContactRow",
    "DecisionRow",
    "DirectoryRow",
    "DirectoryState",
    "Done",
    "Entry",
    "ErasingState",
    "ErasureRow",
    "EventRow",
    "EventTime",
    "GoodwillLimits",
    "GoodwillRow",
    "Happening",
    "Head",
    "HostTaskRow",
    "Identifier",
    "Incoming",
    "KeyRow",
    "LiveState",
    "Lot",
    "MembershipDifference",
    "Message",
    "Met",
    "Move",
    "OutcomeRow",
    "OverBudget",
    "Person",
    "PersonRow",
    "PolicyVersion",
    "PreferenceRow",
    "QuarantinedRow",
    "Refused",
    "Reservation",
    "RunRow",
    "Sender",
    "SessionRow",
    "Spend",
    "Stale",
    "Standing",
    "State",
    "Suppressed",
    "Taken",
    "TierRow",
    "TimerIsTaken",
    "TimerRow",
    "Told",
    "VerdictRow",
    "audit_faults",
    "digest_of",
    "open_access",
    "open_erasing",
    "open_live",
    "open_state",
]
