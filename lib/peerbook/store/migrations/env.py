"""Alembic's entry: migrates the connection it is handed, inside that connection's transaction."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from peerbook.store.tables import Base, UtcDateTime


def render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    # A revision never imports tables.py: it must stay what it was when it was released.
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
