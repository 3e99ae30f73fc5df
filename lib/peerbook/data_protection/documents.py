"""The record of processing and the impact assessment, filled with what peerbook really does.

Both are Word files, for the one who answers for the data has to go on writing: what peerbook cannot
know is marked. The texts are Danish whoever fetches them; they stand in
`curriculum/data_protection`, and every statement in them that depends on how peerbook is set up
asks for it here.

Sources: GDPR (Regulation (EU) 2016/679) art. 30(1)(a)-(g), the contents of the record, and art.
35(7)(a)-(d), those of the assessment.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import jinja2
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook import __version__
from peerbook.data_protection.grounds import grounds
from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.paths import product_folder
from peerbook.privacy.consent import consent_texts
from peerbook.privacy.retention import rule_of
from peerbook.roles import ROLES, role_name
from peerbook.settings import idle_minutes
from peerbook.small_groups import told
from peerbook.store import Visitor, backup, identities, users
from peerbook.store.keys import KEYRING, PLACE_VARIABLE
from peerbook.store.rights import about_people, rights_of, sees_people
from peerbook.store.tables import Base, Participant
from peerbook.store.visitor import Role
from peerbook.text import format_date, format_list, written_in
from peerbook.text.formats import COPENHAGEN
from peerbook.text.markdown import literal

Document = Literal["record_of_processing", "impact_assessment"]


@dataclass(frozen=True)
class Kind:
    """A kind of data, as the record of processing lists them.

    Parameters
    ----------
    title, text
        In Danish.
    kept_in
        Tables, or columns as table.column.
    """

    title: str
    text: str
    kept_in: tuple[str, ...]

    def is_seen_by(self, role: Role) -> bool:
        """Return whether a role may read any of it."""
        rights = rights_of(Visitor("", role))
        return rights is None or any(
            (table := place.partition(".")[0]) in rights.reads
            and place not in rights.hidden
            and (sees_people(role) or about_people(Base.metadata.tables[table]) is None)
            for place in self.kept_in
        )


@lru_cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of data there is about people."""
    listed = _listed()["kinds"]
    return tuple(Kind(one["title"], one["text"], tuple(one["kept_in"])) for one in listed)


def not_about_people() -> frozenset[str]:
    """Return the tables that hold no kind of data about people."""
    return frozenset(_listed()["not_about_people"])


@lru_cache
def _listed() -> dict[str, Any]:
    return dict(yaml.safe_load((_folder() / "kinds.yaml").read_text("utf-8")))


def document(desk: Desk, name: Document) -> tuple[str, bytes, str]:
    """Return a document's file name, its bytes and its media type.

    Parameters
    ----------
    desk
        Whose store it is about; only a leader reads enough of it.
    name
        Which of the two.
    """
    from peerbook.files.word import word_file  # Word is written on request only

    with written_in(PAPER_LANGUAGE):
        with desk.store.read() as session:
            facts = facts_of(desk, session)
        title, text = rendered(name, facts)
        origin = Origin(fingerprint(text), desk.today, synthetic=desk.synthetic)
        foot = " · ".join(filter(None, [origin.line, origin.notice]))
        content = word_file(title, text, foot=foot, made_on=desk.today)
        return origin.file_name(title, "docx"), content, media_types.DOCUMENT


def facts_of(desk: Desk, session: Session) -> dict[str, Any]:
    """Return what the documents ask for, as it is in the store today."""
    store, built_on, rule = desk.store, grounds(session), rule_of(session)
    uses_cpr = bool(store.setting(identities.CPR_SETTING, False)) or identities.keep_cpr(session)
    accounts = [one for one in users.accounts(session) if one.is_active]
    people = session.scalar(select(func.count()).select_from(Participant)) or 0
    return {
        "version": __version__,
        "purposes": [
            {"title": one.title, "text": one.text, "ground": getattr(built_on, one.purpose)}
            for one in consent_texts().purposes
            if one.purpose != "cpr_link" or uses_cpr
        ],
        "recipients": built_on.recipients,
        "contact": built_on.contact,
        "kinds": [
            {
                "title": kind.title,
                "text": kind.text,
                "seen_by": format_list(
                    [role_name(role).lower() for role in ROLES if kind.is_seen_by(role)]
                ),
            }
            for kind in kinds()
        ],
        "people": told(people, desk.threshold()),
        "users": len(accounts),
        "with_telephone": sum(one.has_telephone for one in accounts),
        "users_have_begun": users.have_begun(session),
        "shortest_password": users.SHORTEST_PASSWORD,
        "idle_minutes": idle_minutes(session),
        "cpr_in_use": uses_cpr,
        "has_server": store.server is not None,
        "key_in_ring": os.environ.get(PLACE_VARIABLE) == KEYRING,
        "code_written_down": store.setting(backup.CODE_SETTING) == store.keys.key_id,
        "threshold": desk.threshold(),
        "last_backup": _day(backup.last_made(store, backup.LAST_SETTING)),
        "last_drill": _day(backup.last_made(store, backup.DRILL_SETTING)),
        "backup_days": backup.KEPT_DAYS,
        "retention": rule and {"sentence": rule.sentence, "reason": rule.reason},
    }


def rendered(name: Document, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return a document's title and its Danish Markdown."""
    environment = jinja2.Environment(  # noqa: S701 - Markdown, and `literal` is what escapes there
        loader=jinja2.FunctionLoader(_source),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: (
            literal(value) if isinstance(value, str) and not isinstance(value, _Markdown) else value
        ),
    )
    environment.globals["fill_in"] = lambda words: _Markdown(f"`{words}`")
    head = yaml.safe_load(_parts(f"{name}.md")[0])
    return str(head["title"]), environment.get_template(f"{name}.md").render(facts)


class _Markdown(str):
    """What is not escaped, since it is Markdown already."""


def _source(name: str) -> str:
    return _parts(name)[1]


def _parts(name: str) -> tuple[str, str]:
    text = (_folder() / name).read_text("utf-8")
    if not text.startswith("---\n"):
        return "", text
    _before, head, body = text.split("---\n", 2)
    return head, body


def _folder() -> Any:
    return product_folder("curriculum") / "data_protection"


def _day(moment: dt.datetime | None) -> str:
    return "" if moment is None else format_date(moment.astimezone(COPENHAGEN).date())
