"""Logs hold code lines and codes, never people or secrets."""

from __future__ import annotations

import logging
import secrets
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import support_code
from peerbook.personal import redacted
from peerbook.server.discretion import code_lines

DIGITS = st.text("0123456789", min_size=10, max_size=10)
AROUND = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20)


@given(DIGITS, st.sampled_from(["", "-", " "]), AROUND, AROUND)
def test_no_personal_number_passes_whatever_stands_around_it(digits, joint, before, after):
    number = f"{digits[:6]}{joint}{digits[6:]}"
    assert number not in redacted(f"{before}{number}{after}")


@given(AROUND)
def test_text_without_digits_secrets_and_addresses_stays_as_it_is(text):
    if not any(sign in text for sign in "@=%"):
        assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cpr 010190-1234.", "cpr [cpr]."),
        ("Anna (anna.b@mail.example.dk) kom", "Anna ([e-mail]) kom"),
        ("ring 12 34 56 78", "ring [phone]"),
        ("ring +45 12345678 nu", "ring [phone] nu"),
        ("GET /x?token=abc-def&y=1", "GET /x?token=[secret]&y=1"),
        ("Authorization: token abcde-fghij-klmno", "Authorization: token [secret]"),
        ("kernel 01234567-89ab-cdef-0123-456789abcdef", None),
        ("http://127.0.0.1:8866/ took 1234 ms in 2026", None),
        ("port 8866, pid 123456", None),
    ],
)
def test_people_and_secrets_are_struck_out_and_nothing_else(text, left):
    assert redacted(text) == (text if left is None else left)


def test_a_notebook_traceback_keeps_its_code_lines_and_loses_its_values():
    trace = [
        "\x1b[31m---------------------------------------------------------------------------\x1b[39m",
        "\x1b[31mValueError\x1b[39m          Traceback (most recent call last)",
        "Cell In[3], line 2\n      1 x = load()\n----> 2 save(x)",
        "File record.py:7, in save(x)\n      6 def save(x):\n----> 7     raise ValueError(x)",
        "ValueError: Anna Jensen, 010190-1234",
    ]
    left = code_lines(trace)
    assert "----> 7     raise ValueError(x)" in left
    assert "Anna" not in left
    assert "010190" not in left


def test_every_logger_of_the_process_is_discreet_also_about_exceptions():
    code = """
import logging, sys
from peerbook.server import discretion
logging.basicConfig(stream=sys.stdout, format="%(name)s %(message)s")
discretion.install()
discretion.install()
logging.getLogger("tornado.access").warning("GET /?token=%s by %s", "abc", "anna@mail.dk")
try:
    raise ValueError("010190-1234")
except ValueError:
    logging.getLogger("other").exception("it failed for %s", "010190-1234")
logging.getLogger("odd").warning("%d", "no number")
"""
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "tornado.access GET /?token=[secret] by [e-mail]" in printed
    assert "other it failed for [cpr]\nValueError" in printed
    assert "010190" not in printed
    assert "odd [" in printed


def test_installing_is_left_to_programs():
    assert not getattr(logging.getLogRecordFactory(), "is_discreet", False)


def test_a_code_for_support_stands_in_the_log_also_when_chance_makes_a_phone_number(
    monkeypatch,
):
    monkeypatch.setattr(secrets, "token_hex", lambda _count: "37494301")
    assert redacted("code 37494301") == "code [phone]"
    code = support_code()
    assert len(code) == 8
    assert redacted(f"code {code}") == f"code {code}"
