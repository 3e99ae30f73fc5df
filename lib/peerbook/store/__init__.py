"""The record: tables, audit, events, identities, drafts, receipts; the only door to the database.

Rows are in `peerbook.store.tables`, names and contacts in `peerbook.store.identities`.
"""

from peerbook.store.chain import Head, Verdict
from peerbook.store.codes import new_code, read_code
from peerbook.store.drafts import DraftBox
from peerbook.store.events import (
    append_event,
    events_of,
    in_effect,
    kind_on,
    last_event,
    state_on,
    supersede,
    take_back,
    withdraw_event,
)
from peerbook.store.merge import merged, refuse_overtaken
from peerbook.store.store import (
    Receipt,
    Saved,
    Store,
    changes_counted_from,
    gone,
    row_to_change,
    set_setting,
)
from peerbook.store.visitor import Role, Visitor

__all__ = [
    "DraftBox",
    "Head",
    "Receipt",
    "Role",
    "Saved",
    "Store",
    "Verdict",
    "Visitor",
    "append_event",
    "changes_counted_from",
    "events_of",
    "gone",
    "in_effect",
    "kind_on",
    "last_event",
    "merged",
    "new_code",
    "read_code",
    "refuse_overtaken",
    "row_to_change",
    "set_setting",
    "state_on",
    "supersede",
    "take_back",
    "withdraw_event",
]
