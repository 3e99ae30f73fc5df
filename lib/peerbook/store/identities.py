"""Who participants are. Nothing else reads or writes the table behind these functions.

All of it is sealed (`peerbook.store.sealing`): a copy of the tables names nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, exists, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from peerbook.errors import InputFault
from peerbook.personal import same_name
from peerbook.store import sightings
from peerbook.store.cpr import Cpr
from peerbook.store.keys import Keys, keys_of
from peerbook.store.sealing import index_of, sealed, unsealed
from peerbook.store.tables import Identity, Setting
from peerbook.text import _

CPR_SETTING = "cpr"
"""Whether CPR numbers may be saved here; they may not until somebody says so."""

Alike = Literal["cpr", "name", "email", "phone"]
"""In what two people can be alike."""

_SEALED = ("name", "email", "phone", "cpr")


@dataclass(frozen=True)
class Contacts:
    """How somebody can be reached; empty where it is not known."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class KeptCpr:
    """What of a CPR number that is kept can be shown.

    Parameters
    ----------
    masked
        The birthday in it.
    basis
        What allows it.
    mark
        Another for each number; it tells none.
    """

    masked: str
    basis: str
    mark: str


def name_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names by participant code; a code without a name is left out.

    Who was shown them is written down when the session ends. Whoever knows people by their codes
    only gets none.
    """
    if session.info["by_codes"]:
        return {}
    wanted = select(Identity).where(Identity.participant_code.in_(list(codes)))
    rows = session.scalars(wanted)
    names = {row.participant_code: name for row in rows if (name := _opened(session, row, "name"))}
    sightings.note(session, (("name", code) for code in names))
    return names


def named(session: Session, written: str, among: Collection[str] | None = None) -> dict[str, str]:
    """Return who is called so, by code: every word that is written is in the name.

    Who was shown those that fit is written down when the session ends, and of nobody else.

    Parameters
    ----------
    among
        Codes of those who are looked through; None for everybody.
    """
    words = written.casefold().split()
    if not words:
        return {}
    wanted = select(Identity)
    if among is not None:
        wanted = wanted.where(Identity.participant_code.in_(among))
    names = {
        row.participant_code: name
        for row in session.scalars(wanted)
        if (name := _opened(session, row, "name"))
        and all(word in name.casefold() for word in words)
    }
    sightings.note(session, (("name", code) for code in names))
    return names


def whose(session: Session, names: Iterable[str], among: Select[Any]) -> dict[str, list[str]]:
    """Return of some names whose each is, by the name as it was given; nobody's are left out.

    That somebody is called so is written down of them when the session ends, and of nobody else.
    Whoever knows people by their codes only is told of none.

    Parameters
    ----------
    names
        Whole names, in whatever case.
    among
        Selects the codes of those who are looked through.
    """
    wanted = {same_name(name): name for name in names if name.strip()}
    if not wanted or session.info["by_codes"]:
        return {}
    found: dict[str, list[str]] = {}
    rows = select(Identity).where(Identity.participant_code.in_(among))
    for row in session.scalars(rows.order_by(Identity.participant_code)):
        if (name := wanted.get(same_name(_opened(session, row, "name")))) is not None:
            found.setdefault(name, []).append(row.participant_code)
    sightings.note(session, (("name", code) for codes in found.values() for code in codes))
    return found


def alike(session: Session) -> dict[tuple[str, str], tuple[Alike, ...]]:
    """Return pairs of codes of whom something is the same, and what; each pair in order of codes.

    Nobody is shown a name or number for that, so nothing is written down.
    """
    groups: dict[tuple[Alike, str], list[str]] = {}
    for row in session.scalars(select(Identity).order_by(Identity.participant_code)):
        known: dict[Alike, str] = {
            "cpr": row.cpr_index or "",
            "name": same_name(_opened(session, row, "name")),
            "email": _opened(session, row, "email").casefold().strip(),
            "phone": _opened(session, row, "phone"),
        }
        for what, value in known.items():
            if value:
                groups.setdefault((what, value), []).append(row.participant_code)
    found: dict[tuple[str, str], tuple[Alike, ...]] = {}
    for (what, _value), codes in groups.items():
        for pair in itertools.combinations(codes, 2):
            found[pair] = (*found.get(pair, ()), what)
    return found


def has_name(code: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return what is true of a participant code that has a name; the name is not read."""
    return exists().where(Identity.participant_code == code)


def save_name(session: Session, code: str, name: str) -> None:
    """Keep a participant's name in place of an earlier one; contacts stay.

    The audit says that it changed, and not what it is.
    """
    closed = _closed(session, code, "name", name)
    row = session.get(Identity, code)
    if row is None:
        session.add(Identity(participant_code=code, name=closed))
    elif _opened(session, row, "name") != name:
        row.name = closed


def contacts_of(session: Session, codes: Iterable[str]) -> dict[str, Contacts]:
    """Return how participants can be reached, by code; a code without a name is left out.

    Who was shown it is written down when the session ends.
    """
    wanted = select(Identity).where(Identity.participant_code.in_(list(codes)))
    contacts = {
        row.participant_code: Contacts(
            _opened(session, row, "email"), _opened(session, row, "phone")
        )
        for row in session.scalars(wanted)
    }
    known = (code for code, found in contacts.items() if found != Contacts())
    sightings.note(session, (("contact", code) for code in known))
    return contacts


def save_contacts(session: Session, code: str, contacts: Contacts) -> None:
    """Keep how a participant who has a name can be reached, in place of what was known."""
    row = session.get_one(Identity, code)
    for field, value in (("email", contacts.email), ("phone", contacts.phone)):
        if _opened(session, row, field) != value:
            setattr(row, field, _closed(session, code, field, value) if value else None)


def save_cpr(session: Session, code: str, cpr: Cpr, basis: str) -> list[str]:
    """Keep the CPR number of a participant who has a name, and why we may.

    Parameters
    ----------
    basis
        What allows it, such as a consent or a law, in the user's words.

    Returns
    -------
    list of str
        Codes of others who have the same number. They may be one person; nobody is merged.

    Raises
    ------
    InputFault
        When CPR numbers are not saved here, or no basis is given.
    """
    allowed = session.get(Setting, CPR_SETTING)
    if allowed is None or allowed.value is not True:
        raise InputFault.at(
            "cpr", _("CPR numbers are not saved here. A leader can turn it on in the settings.")
        )
    if not basis.strip():
        raise InputFault.at(
            "basis", _("Write what allows you to save it, such as a consent and its date.")
        )
    row = session.get_one(Identity, code)
    row.cpr = _closed(session, code, "cpr", cpr.digits)
    row.cpr_index = index_of(keys_of(session), cpr.digits)
    row.cpr_basis = basis.strip()
    return [other for other in codes_with(session, cpr) if other != code]


def keep_cpr(session: Session) -> bool:
    """Return whether any CPR number is kept."""
    return bool(session.scalar(select(exists().where(Identity.cpr.is_not(None)))))


def codes_with(session: Session, cpr: Cpr) -> list[str]:
    """Return the codes of those who have a CPR number."""
    index = index_of(keys_of(session), cpr.digits)
    wanted = select(Identity.participant_code).where(Identity.cpr_index == index)
    return sorted(session.scalars(wanted))


def kept_cpr_of(session: Session, codes: Iterable[str]) -> dict[str, KeptCpr]:
    """Return what of a CPR number can be shown, by code; a code without one is left out."""
    wanted = select(Identity).where(Identity.participant_code.in_(list(codes)))
    return {
        row.participant_code: KeptCpr(
            f"{digits[:6]}-****", row.cpr_basis or "", row.cpr_index or ""
        )
        for row in session.scalars(wanted)
        if (digits := _opened(session, row, "cpr"))
    }


def differ_in_cpr(session: Session, codes: Iterable[str]) -> bool:
    """Return whether more than one CPR number is kept of some codes; none of them is opened."""
    kept = select(Identity.cpr_index).where(
        Identity.participant_code.in_(codes), Identity.cpr_index.is_not(None)
    )
    return len(session.scalars(kept.distinct().limit(2)).all()) > 1


def codes_with_cpr(session: Session) -> list[str]:
    """Return the codes of all who have a CPR number here."""
    wanted = select(Identity.participant_code).where(Identity.cpr_index.is_not(None))
    return sorted(session.scalars(wanted))


def reveal_cpr(session: Session, code: str) -> str:
    """Return all ten digits, or nothing; who looked is written down, every time.

    There is no other way to a whole number.
    """
    row = session.get(Identity, code)
    digits = "" if row is None else _opened(session, row, "cpr")
    if digits:
        sightings.note(session, [("cpr", code)])
    return digits


def forget_cpr(session: Session, code: str) -> bool:
    """Delete a participant's CPR number and what it was based on; return whether there was one."""
    row = session.get(Identity, code)
    if row is None or row.cpr is None:
        return False
    row.cpr = row.cpr_index = row.cpr_basis = None
    return True


def forget_identity(session: Session, code: str) -> None:
    """Delete a participant's name, contacts and CPR; the code and all that hangs on it stay."""
    row = session.get(Identity, code)
    if row is not None:
        session.delete(row)


def everybody(session: Session) -> list[tuple[str, str, str | None, str | None, int]]:
    """Return code, name, e-mail, telephone and version of everybody, by code; no CPR number.

    Who was given them is written down when the session ends.
    """
    everybody = [
        (
            row.participant_code,
            _opened(session, row, "name"),
            _opened(session, row, "email") or None,
            _opened(session, row, "phone") or None,
            row.version,
        )
        for row in session.scalars(select(Identity).order_by(Identity.participant_code))
    ]
    sightings.note(session, (("name", code) for code, *_rest in everybody))
    return everybody


def sealed_row(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of `everybody`, by column, as it is kept."""
    code = row["participant_code"]
    return {
        name: _closed(session, code, name, value) if name in _SEALED and value else value
        for name, value in row.items()
    }


def seal_again(connection: Connection, keys: Keys) -> None:
    """Seal all of it with the key of now, by SQL: neither what it says nor its version changes."""
    columns = ", ".join(("participant_code", *_SEALED))
    found = connection.execute(text(f"SELECT {columns} FROM identity")).mappings().all()  # noqa: S608
    for row in found:
        code = row["participant_code"]
        open_now = {
            field: unsealed(keys, row[field], f"{code}/{field}")
            for field in _SEALED
            if row[field] is not None
        }
        values = {
            field: sealed(keys, value, f"{code}/{field}") for field, value in open_now.items()
        }
        if "cpr" in open_now:
            values["cpr_index"] = index_of(keys, open_now["cpr"])
        changes = ", ".join(f"{field} = :{field}" for field in values)
        connection.execute(
            text(f"UPDATE identity SET {changes} WHERE participant_code = :code"),  # noqa: S608
            {**values, "code": code},
        )


def _closed(session: Session, code: str, field: str, value: str) -> str:
    return sealed(keys_of(session), value, f"{code}/{field}")


def _opened(session: Session, row: Identity, field: str) -> str:
    """Return one of the sealed texts; empty where there is none, or a role does not see it."""
    content = getattr(row, field)
    about = f"{row.participant_code}/{field}"
    return "" if content is None else unsealed(keys_of(session), content, about)
