"""Codes from a telephone: something a user has, beside the password they know (RFC 6238).

Telephone and store share a secret. Of it and the time both make the same six digits, others every
half minute. For the day the telephone is lost there are codes on paper, each good once.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from peerbook.store.codes import long_code, long_code_digest

DIGITS = 6
STEP_S = 30
"""RFC 6238 section 5.2; with SHA-1 and six digits what every app for telephones can do."""
SECRET_BYTES = 20
"""RFC 4226 section 4, requirement 6."""
STEPS_ASIDE = 1
"""How many steps a clock may be wrong; RFC 6238 section 5.2."""
PAPER_CODES = 8
_STEPS_TOLD = 40
"""How far a clock is looked for that is wrong: twenty minutes."""


@dataclass(frozen=True)
class Telephone:
    """What a user's telephone is known by.

    Parameters
    ----------
    secret
        What it shares with the store.
    paper
        What the codes on paper are compared with, of those that are still good.
    """

    secret: bytes = field(repr=False)
    paper: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def new(cls) -> Telephone:
        """Return one with a secret nobody has had before."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def kept(cls, content: str) -> Telephone:
        """Return what was kept as `content`."""
        read = json.loads(content)
        return cls(bytes.fromhex(read["secret"]), tuple(read["paper"]))

    @property
    def content(self) -> str:
        """All of it, to be sealed and kept."""
        return json.dumps({"secret": self.secret.hex(), "paper": self.paper})

    @property
    def written(self) -> str:
        """The secret as it is typed into an app, in groups of four."""
        signs = b32encode(self.secret).decode()
        return " ".join(signs[at : at + 4] for at in range(0, len(signs), 4))

    def address(self, name: str) -> str:
        """Return what the picture says that an app reads: the secret, and whose it is."""
        return self._codes().get_provisioning_uri(name, "peerbook")

    def step_of(self, written: str, now_s: float, after: int | None = None) -> int | None:
        """Return the step of time a code belongs to; None when it is not good now.

        Parameters
        ----------
        written
            As typed, with or without a space.
        now_s
            Seconds since 1970.
        after
            The step of the last code that was taken: neither it nor an earlier one is good again.
        """
        here = int(now_s // STEP_S)
        steps = range(here - STEPS_ASIDE, here + STEPS_ASIDE + 1)
        found = self._among(written, steps)
        return None if found is None or (after is not None and found <= after) else found

    def minutes_ahead(self, written: str, now_s: float) -> int | None:
        """Return by how much the telephone's clock is ahead when a code is right at another time.

        Only for whoever has the secret before them: it says which codes are good later.
        """
        here = int(now_s // STEP_S)
        found = self._among(written, range(here - _STEPS_TOLD, here + _STEPS_TOLD + 1))
        if found is None:
            return None
        minutes = abs(found - here) * STEP_S / 60
        return max(1, round(minutes)) * (1 if found > here else -1)

    def with_paper(self) -> tuple[Telephone, list[str]]:
        """Return it with new codes for paper, and these codes: they are kept nowhere."""
        codes = [long_code() for _number in range(PAPER_CODES)]
        return replace(self, paper=tuple(map(long_code_digest, codes))), codes

    def without(self, written: str) -> Telephone | None:
        """Return it without a code on paper, which is good no more; None when it was not good."""
        spent = long_code_digest(written)
        left = tuple(one for one in self.paper if not hmac.compare_digest(one, spent))
        return None if len(left) == len(self.paper) else replace(self, paper=left)

    def _codes(self) -> TOTP:
        return TOTP(self.secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 # what the telephones can do

    def _among(self, written: str, steps: Iterable[int]) -> int | None:
        signs = re.sub(r"\s", "", written).encode("utf-8", "replace")
        codes = self._codes()
        found = [
            step
            for step in steps
            if step >= 0 and hmac.compare_digest(codes.generate(step * STEP_S), signs)
        ]
        return found[-1] if found else None
