"""Who may come in: users, their roles and passwords. Nothing else reads or writes their table.

A user is never deleted, since the audit names who did what; somebody who has left is shut out. Of a
password, and of the code that a new user begins with, only what it is compared with is kept. Every
login remembers the user's `stamp`: when role, sites or password change, the stamp does, and logins
from before hold no more.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, select, text
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.store.codes import long_code, long_code_digest
from peerbook.store.keys import Keys, keys_of
from peerbook.store.sealing import sealed, unsealed
from peerbook.store.store import row_to_change
from peerbook.store.tables import Setting, User
from peerbook.store.telephone import Telephone
from peerbook.store.visitor import Role, Visitor
from peerbook.text import _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
START_DAYS = 7
_SETTING_LENGTH = 64
_NAME = re.compile(r"[^\W\d_][\w.-]{1,19}")
_MANY_DIGITS = re.compile(r"(?:\d\D?){5}")
# The commonest passwords of twelve signs and more, as lists of leaked ones have them, and ours.
_COMMON = """
    123456789012 1234567890123 12345678901234 123456789123 123123123123 121212121212
    012345678901 987654321098 111222333444 1q2w3e4r5t6y qwertyuiop12 qwertyuiop123 qwertyuiopåå
    qwertyuiopas qazwsxedcrfv asdfghjklæøå asdfghjklzxc zxcvbnmasdfg abcdefghijkl abcdef123456
    abcd12345678 abc123456789 password1234 password12345 passwordpassword password123456
    passw0rd1234 p@ssword1234 p@ssw0rd1234 adgangskode1 adgangskode12 adgangskode123
    adgangskode1234 kodeord12345 kodeord123456 hemmelighed1 hemmelighed12 velkommen123
    velkommen1234 velkommen2025 velkommen2026 velkommen2027 sommersommer danmark12345
    danmarkdanmark iloveyou1234 letmein12345 welcome12345 administrator administrator1
"""


@dataclass(frozen=True)
class Account:
    """A user, without what opens the door.

    Parameters
    ----------
    name, shown
        Login name, and what colleagues see.
    role, sites
        What the user is here for, and where; None stands for all sites.
    is_active
        Whether the user may come in.
    has_begun
        Whether a password has been chosen.
    has_telephone
        Whether the login asks for a code from the user's telephone too.
    stamp
        What a login remembers: it holds as long as this stays.
    version
        Of the row.
    """

    name: str
    shown: str
    role: Role
    sites: frozenset[int] | None
    is_active: bool
    has_begun: bool
    has_telephone: bool
    stamp: str
    version: int

    @property
    def visitor(self) -> Visitor:
        """The user as the store and the pages know whoever visits."""
        return Visitor(self.name, self.role, self.sites)


@dataclass(frozen=True)
class Proof:
    """What is held against what somebody writes to come in; asks the database nothing more.

    To compare a password takes as long for a name nobody has as for one that is known.
    """

    _password: str | None
    _start_code: str | None
    _start_until: dt.datetime | None

    def password_fits(self, written: str) -> bool:
        """Return whether the password is right. Takes its time: call it beside the others' work."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            _hasher().verify(self._password or _nobodys(), written[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return self._password is not None

    def start_code_fits(self, written: str) -> bool:
        """Return whether it is the code to begin with, and still good."""
        return (
            self._start_code is not None
            and self._start_until is not None
            and dt.datetime.now(dt.UTC) < self._start_until
            and hmac.compare_digest(self._start_code, long_code_digest(written))
        )

    @property
    def is_outdated(self) -> bool:
        """Whether a password that has just been found right should be kept in a newer way."""
        return self._password is not None and _hasher().check_needs_rehash(self._password)


# -- reading ---------------------------------------------------------------------------------------


def accounts(session: Session) -> list[Account]:
    """Return all users by login name, also those who are shut out."""
    return [_account(row) for row in session.scalars(select(User).order_by(User.name))]


def account(session: Session, name: str) -> Account | None:
    """Return the user of a login name, written in capitals or not."""
    row = session.get(User, written_name(name))
    return None if row is None else _account(row)


def have_begun(session: Session) -> bool:
    """Return whether anybody has ever chosen a password: from then on only users come in."""
    return bool(session.scalar(select(exists().where(User.began_at.is_not(None)))))


def proof(session: Session, name: str) -> Proof:
    """Return what to hold against what somebody writes; nothing fits one who may not come in."""
    row = session.get(User, written_name(name))
    if row is None or not row.is_active:
        return Proof(None, None, None)
    return Proof(row.password, row.start_code, row.start_until)


def name_key(name: str) -> str:
    """Return the key of the setting that says what somebody is called beside what they saved."""
    return f"known_as:{name}"[:_SETTING_LENGTH]


def shown_name(session: Session, name: str) -> str:
    """Return what colleagues see of a user; empty where nobody has that login name."""
    return session.scalar(select(User.shown).where(User.name == written_name(name))) or ""


def known_as(session: Session, name: str) -> str:
    """Return what somebody who saves is called: the name they gave, or else that of their login.

    Empty where there is neither.
    """
    given = session.get(Setting, name_key(name))
    return str(given.value if given else "") or shown_name(session, name)


def written_name(name: str) -> str:
    """Return a login name as it is kept."""
    return unicodedata.normalize("NFC", name.strip()).lower()


# -- writing ---------------------------------------------------------------------------------------


def add_user(
    session: Session, name: str, shown: str, role: Role, sites: Collection[int] | None = None
) -> str:
    """Add a user, and return the code to begin with: it is shown now and never again.

    Raises
    ------
    InputFault
        When the name is taken or cannot be one, or nobody could lead here.
    """
    kept = written_name(name)
    if not _NAME.fullmatch(kept):
        message = _(
            "A login name has 2 to 20 letters, digits, dots and hyphens, and begins with a letter."
        )
        raise InputFault.at("name", message)
    if _MANY_DIGITS.search(kept):
        raise InputFault.at(
            "name", _("Five digits may be part of a CPR number. Choose initials or a first name.")
        )
    if session.get(User, kept) is not None:
        raise InputFault.at("name", _("Somebody has this login name already. Choose another one."))
    session.add(
        User(
            name=kept, shown=shown, role=role, sites=_listed(sites), is_active=True,
            stamp=_new_stamp(),
        )
    )  # fmt: skip
    session.flush()
    if not _leaders(session):
        raise InputFault.at("role", _("The first user has to be a leader at all sites."))
    return renew_start_code(session, kept)


def change_user(session: Session, seen: Account, shown: str, visitor: Visitor) -> None:
    """Change what a user is called and may do; with a new role or other sites, logins end.

    Parameters
    ----------
    session
        One of `store.write`.
    seen
        The user as it was shown.
    shown, visitor
        What it is to be called, and what it may do from now on.

    Raises
    ------
    InputFault
        When nobody would be left to lead.
    Conflict
        When somebody else has changed the user.
    """
    row = row_to_change(session, User, seen.name, seen.version)
    row.shown = shown
    if row.role != visitor.role or row.sites != _listed(visitor.sites):
        row.role, row.sites, row.stamp = visitor.role, _listed(visitor.sites), _new_stamp()
        _require_leader(session, "role")


def renew_start_code(session: Session, name: str) -> str:
    """Return a new code to begin with: good once, for a week; the old password stays until then."""
    row = session.get_one(User, name)
    code = long_code()
    row.start_code = long_code_digest(code)
    row.start_until = dt.datetime.now(dt.UTC) + dt.timedelta(days=START_DAYS)
    return code


def shut_out(session: Session, name: str) -> None:
    """Let a user in no more; logins end at once.

    Raises
    ------
    InputFault
        When nobody would be left to lead.
    """
    row = session.get_one(User, name)
    row.is_active, row.start_code, row.start_until = False, None, None
    row.stamp = _new_stamp()
    _require_leader(session, "name")


def let_in_again(session: Session, name: str) -> None:
    """Let a user in again who was shut out."""
    session.get_one(User, name).is_active = True


def set_password(session: Session, name: str, hashed: str) -> str:
    """Keep a password that was hashed by `hashed_password`, and return the user's new stamp."""
    row = session.get_one(User, name)
    row.password, row.start_code, row.start_until = hashed, None, None
    row.began_at = row.began_at or dt.datetime.now(dt.UTC)
    row.stamp = _new_stamp()
    return row.stamp


def rehash(session: Session, name: str, hashed: str) -> None:
    """Keep the same password in a newer way; logins hold on."""
    session.get_one(User, name).password = hashed


# -- passwords -------------------------------------------------------------------------------------


def check_password(password: str, account: Account) -> None:
    """Refuse a password that is short, or one of the first that anybody would try.

    Raises
    ------
    InputFault
        At `new`, with what would do.
    """
    shown = "".join(sign for sign in password if sign.isprintable())
    if len(shown.strip()) < SHORTEST_PASSWORD:
        message = _("A password has at least {n} characters. Three or four words are a good one.")
        raise InputFault.at("new", message.format(n=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD or shown != password:
        raise InputFault.at(
            "new",
            _("A password has at most {n} characters, and only such as can be seen.").format(
                n=LONGEST_PASSWORD
            ),
        )
    folded = password.casefold()
    if folded in _COMMON.split() or len(set(folded)) < 5:
        raise InputFault.at("new", _("Many use this one, so it is tried first. Choose another."))
    own = [account.name, *re.findall(r"\w{3,}", account.shown.casefold()), "peerbook"]
    rest = folded
    for word in sorted(own, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(re.sub(r"[\W\d_]", "", rest)) < 6 and rest != folded:
        raise InputFault.at(
            "new", _("Your name and “peerbook” are tried first. Choose words nobody connects.")
        )


def hashed_password(password: str) -> str:
    """Return what a password is kept as. Takes its time: call it beside the others' work."""
    return _hasher().hash(password[:LONGEST_PASSWORD])


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # loaded when somebody comes in, not with every page

    return PasswordHasher()  # the second choice of RFC 9106: 64 MiB, three rounds


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex(16))


# -- codes from a telephone ------------------------------------------------------------------------


def begin_telephone(
    session: Session, name: str, telephone: Telephone, step: int
) -> tuple[str, list[str]]:
    """Ask for a code from this telephone from now on; other logins end.

    Parameters
    ----------
    step
        Of the code that showed that the telephone has the secret; it is good no more.

    Returns
    -------
    tuple
        The user's new stamp, and the codes for paper: they are shown now and never again.
    """
    row = session.get_one(User, name)
    with_paper, codes = telephone.with_paper()
    _keep_telephone(session, row, with_paper)
    row.telephone_step, row.stamp = step, _new_stamp()
    return row.stamp, codes


def accept_code(session: Session, name: str, written: str, now_s: float) -> bool:
    """Return whether a code from the telephone or from paper is good, and make it worthless.

    In a session of `store.write`, so that of two who bring the same code one comes in.
    """
    row = session.get_one(User, name)
    telephone = _telephone(session, row)
    if telephone is None:
        return False
    step = telephone.step_of(written, now_s, row.telephone_step)
    if step is not None:
        row.telephone_step = step
        return True
    left = telephone.without(written)
    if left is None:
        return False
    _keep_telephone(session, row, left)
    return True


def paper_codes_left(session: Session, name: str) -> int:
    """Return how many of the codes on a user's paper are still good."""
    telephone = _telephone(session, session.get_one(User, name))
    return 0 if telephone is None else len(telephone.paper)


def forget_telephone(session: Session, name: str) -> str:
    """Ask for no code from the telephone any more, and return the user's new stamp."""
    row = session.get_one(User, name)
    if row.telephone is not None:
        row.telephone, row.telephone_step, row.stamp = None, None, _new_stamp()
    return row.stamp


def seal_again(connection: Connection, keys: Keys) -> None:
    """Seal what telephones are known by with the key of now, by SQL; logins hold on."""
    found = connection.execute(
        text("SELECT name, telephone FROM user_account WHERE telephone IS NOT NULL")
    ).all()
    for name, content in found:
        about = _about_telephone(name)
        connection.execute(
            text("UPDATE user_account SET telephone = :content WHERE name = :name"),
            {"name": name, "content": sealed(keys, unsealed(keys, content, about), about)},
        )


def _telephone(session: Session, row: User) -> Telephone | None:
    if row.telephone is None:
        return None
    return Telephone.kept(unsealed(keys_of(session), row.telephone, _about_telephone(row.name)))


def _keep_telephone(session: Session, row: User, telephone: Telephone) -> None:
    row.telephone = sealed(keys_of(session), telephone.content, _about_telephone(row.name))


def _about_telephone(name: str) -> str:
    return f"{name}/telephone"


# -- inside ----------------------------------------------------------------------------------------


def _account(row: User) -> Account:
    return Account(
        name=row.name,
        shown=row.shown,
        role=row.role,
        sites=None if row.sites is None else frozenset(row.sites),
        is_active=row.is_active,
        has_begun=row.password is not None,
        has_telephone=row.telephone is not None,
        stamp=row.stamp,
        version=row.version,
    )


def _listed(sites: Collection[int] | None) -> list[int] | None:
    return None if sites is None else sorted(sites)


def _new_stamp() -> str:
    return secrets.token_hex(8)


def _leaders(session: Session) -> list[User]:
    """Return the users who can make users."""
    return [
        row
        for row in session.scalars(select(User).where(User.role == "leader"))
        if row.is_active and row.sites is None
    ]


def _require_leader(session: Session, field: str) -> None:
    """Refuse what leaves nobody to lead; who has never come in yet does not count."""
    session.flush()
    leaders = _leaders(session)
    if not leaders or (have_begun(session) and all(row.password is None for row in leaders)):
        raise InputFault.at(
            field,
            _("Somebody has to lead. Make another user leader at all sites first."),
        )
