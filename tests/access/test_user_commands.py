"""Users by command: the way back in when nobody can log in any more."""

import pytest
from typer.testing import CliRunner

from builders import GOOD_PASSWORD, a_telephone, a_user
from peerbook.cli import app
from peerbook.errors import InputFault
from peerbook.store import users

NEW = "fem gule huse ved åen"


@pytest.fixture
def give(tmp_path):
    """Return a function that gives a command and answers what it asks, with its output."""

    def given(*words, answers=()):
        address = str(tmp_path / "peerbook.sqlite")
        result = CliRunner().invoke(
            app, ["user", *words, "--store", address], input="".join(f"{a}\n" for a in answers)
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return given


def test_a_user_is_made_with_a_password_that_is_asked_for_and_never_shown(store, give):
    assert "ingen logins" in give("list")
    told = give("add", answers=["Anna", "Opdigt Leder", "kort", "kort", NEW, NEW])
    assert "mindst 12 tegn" in told
    assert NEW not in told
    with store.read() as session:
        assert users.account(session, "anna").role == "leader"
        assert users.proof(session, "anna").password_fits(NEW)
    assert "anna" in give("list")


def test_who_forgot_or_is_shut_out_comes_in_again(store, give):
    a_user(store, "anna", "leader")
    a_user(store, "bo", "leader")
    assert "lukket ude" in give("shut-out", answers=["bo"])
    with store.read() as session:
        assert not users.proof(session, "bo").password_fits(GOOD_PASSWORD)
    give("reset", answers=["bo", NEW, NEW])
    with store.read() as session:
        assert users.proof(session, "bo").password_fits(NEW)


def test_the_list_tells_who_has_only_a_start_code_and_who_is_shut_out(store, give):
    a_user(store, "anna", "leader")
    a_user(store, "bo", "evaluator")
    with store.write("anna") as session:
        users.add_user(session, "carl", "Opdigt Carl", "peer")
        users.shut_out(session, "bo")
    told = {line.split()[0]: " ".join(line.split()[2:]) for line in give("list").splitlines()}
    assert told["anna"] == "må komme ind"
    assert told["bo"] == "lukket ude"
    assert told["carl"] == "har en startkode"


def test_who_lost_the_telephone_comes_in_with_the_password_alone(store, give):
    a_user(store, "anna", "leader")
    assert "kode fra telefonen" not in give("reset", answers=["anna", NEW, NEW])
    a_telephone(store, "anna")
    assert "kode fra telefonen" in give("reset", answers=["anna", NEW, NEW])
    with store.read() as session:
        assert not users.account(session, "anna").has_telephone


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (["reset"], ["nobody"]),
        (["shut-out"], ["nobody"]),
        (["shut-out"], ["anna"]),
        (["add", "--role", "king"], ["bo", "Opdigt Bo"]),
        (["add", "--site", "Nowhere"], ["bo", "Opdigt Bo"]),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(store, give, words, answers):
    a_user(store, "anna", "leader")
    with pytest.raises(InputFault):
        give(*words, answers=answers)
    with store.read() as session:
        (only,) = users.accounts(session)
    assert only.is_active
