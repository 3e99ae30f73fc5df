"""A store's key: kept apart from the data, never readable by others, and never lost for good."""

import itertools
import json
import os
import random
import stat
import sys
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from peerbook.errors import InputFault, StoreUnavailable
from peerbook.store.codes import ALPHABET
from peerbook.store.keys import Keys, MasterKey, key_place

pytestmark = pytest.mark.sqlite

USES = ("store", "names", "cpr", "pseudonyms", "audit", "backup")

pytestmark = pytest.mark.sqlite


def place_of(keys):
    return Path(key_place(keys.store_id).told)


def test_each_use_has_a_key_of_its_own_and_the_same_one_every_time():
    keys = Keys.new()
    derived = {use: keys.derived(use) for use in USES}
    assert len({*derived.values(), keys.master().secret}) == len(USES) + 1
    assert all(len(key) == 32 for key in derived.values())
    again = Keys.load(keys.store_id, keys.key_id)
    assert {use: again.derived(use) for use in USES} == derived


def test_what_is_derived_never_changes_from_one_release_to_the_next():
    # Golden values of this code on 2026-11-26: with others no store there is could be opened.
    master = MasterKey(bytes(range(32)))
    assert master.id == "b0cf6ebf"
    assert {use: master.derived(use).hex()[:16] for use in USES} == {
        "store": "de04bbc53d6ca9e8",
        "names": "1d680e1b255fc098",
        "cpr": "b3c74d91013ed178",
        "pseudonyms": "67e20b0e9ba51101",
        "audit": "d33e84285ec340af",
        "backup": "90e2dc8fcd24bc39",
    }
    assert master.recovery_code.startswith("000G5-40R4X-0M30R-")


def test_a_new_store_has_another_key():
    one, other = Keys.new(), Keys.new()
    assert one.store_id != other.store_id
    assert one.derived("audit") != other.derived("audit")


def test_an_earlier_key_is_still_there_once_there_is_another():
    keys = Keys.new()
    first = keys.key_id
    second = keys.add(MasterKey.new())
    again = Keys.load(keys.store_id, second)
    assert again.derived("names", first) == keys.derived("names", first)
    assert again.derived("names") == keys.derived("names", second) != keys.derived("names", first)


def test_a_key_another_process_has_added_is_found():
    keys = Keys.new()
    second = Keys.load(keys.store_id, keys.key_id).add(MasterKey.new())
    assert len(keys.derived("names", second)) == 32


def test_no_key_shows_itself():
    keys = Keys.new()
    shown = f"{keys!r} {keys.master()!r} {vars(keys)!r}"
    assert keys.master().secret.hex() not in shown
    assert repr(keys.master().secret) not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_key_is_in_a_file_of_its_owners_only(tmp_path, monkeypatch):
    monkeypatch.setenv("PEERBOOK_KEY_FILE", str(tmp_path / "made" / "the.key"))
    keys = Keys.new()
    path = place_of(keys)
    assert path == tmp_path / "made" / "the.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["the.key"]


def test_without_a_word_the_key_lies_in_the_users_own_settings(tmp_path, monkeypatch):
    for variable in ("PEERBOOK_KEY_FILE", "PEERBOOK_DATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("peerbook.store.keys.user_config_path", lambda *_: tmp_path / "config")
    keys = Keys.new()
    assert place_of(keys) == tmp_path / "config" / "keys" / f"{keys.store_id}.key"


def test_a_data_folder_of_its_own_has_its_keys_beside_it_and_not_in_it(tmp_path, monkeypatch):
    monkeypatch.delenv("PEERBOOK_KEY_FILE")
    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path / "trial"))
    keys = Keys.new()
    assert place_of(keys) == tmp_path / "trial-keys" / f"{keys.store_id}.key"


def test_a_missing_key_is_told_with_where_it_should_be_and_what_to_do():
    keys = Keys.new()
    place_of(keys).unlink()
    with pytest.raises(StoreUnavailable, match="peerbook key restore") as refused:
        Keys.load(keys.store_id, keys.key_id)
    assert str(place_of(keys)) in str(refused.value)
    assert keys.key_id in str(refused.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_others_can_read_is_not_used(mode):
    keys = Keys.new()
    place_of(keys).chmod(mode)
    with pytest.raises(StoreUnavailable, match="chmod 600"):
        Keys.load(keys.store_id, keys.key_id)
    place_of(keys).chmod(0o600)
    Keys.load(keys.store_id, keys.key_id)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "nonsense", '{"store": "x"}', '{"store": "x", "keys": []}',
     '{"store": "x", "keys": {"1": 5}}', '{"store": "x", "keys": {"1": "00"}}'],
)  # fmt: skip
def test_a_damaged_key_file_is_told(content):
    keys = Keys.new()
    place_of(keys).write_text(content.replace('"x"', json.dumps(keys.store_id)))
    with pytest.raises(StoreUnavailable, match="ødelagt"):
        Keys.load(keys.store_id, keys.key_id)


def test_a_key_file_of_other_data_is_told_and_not_written_over(tmp_path, monkeypatch):
    monkeypatch.setenv("PEERBOOK_KEY_FILE", str(tmp_path / "one.key"))
    keys = Keys.new()
    before = (tmp_path / "one.key").read_bytes()
    with pytest.raises(StoreUnavailable, match="andre data"):
        Keys.load("0" * 24, keys.key_id)
    with pytest.raises(StoreUnavailable, match="andre data"):
        Keys.new()
    assert (tmp_path / "one.key").read_bytes() == before


class Ring(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch):
    monkeypatch.setenv("PEERBOOK_KEY", "keyring")
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_the_key_is_in_the_systems_key_ring_when_asked_for(ring):
    made = Ring()
    ring(made)
    files = sorted(Path(os.environ["PEERBOOK_KEY_FILE"]).iterdir())
    keys = Keys.new()
    again = Keys.load(keys.store_id, keys.key_id)
    assert again.derived("store") == keys.derived("store")
    assert list(made.kept) == [("peerbook", keys.store_id)]
    assert sorted(Path(os.environ["PEERBOOK_KEY_FILE"]).iterdir()) == files


def test_a_computer_without_a_key_ring_says_so(ring):
    ring(keyring.backends.fail.Keyring())
    with pytest.raises(StoreUnavailable, match="nøglering"):
        Keys.new()


def test_a_recovery_code_can_be_read_again_however_it_is_written_down():
    chance = random.Random(1)
    for _attempt in range(200):
        master = MasterKey(chance.randbytes(32))
        code = master.recovery_code
        assert len(code.split("-")) == 13
        assert all(len(group) == 5 and set(group) <= set(ALPHABET) for group in code.split("-"))
        by_hand = code.lower().replace("-", " ").replace("1", "l", 1).replace("0", "o", 1)
        with_numbers = " ".join(f"{n}. {one}" for n, one in enumerate(code.split("-"), start=1))
        for written in (code, by_hand, code.replace("-", ""), f"\n {code} \n", with_numbers):
            assert MasterKey.from_recovery_code(written) == master
    for secret in (bytes(32), b"\xff" * 32):
        assert MasterKey.from_recovery_code(MasterKey(secret).recovery_code).secret == secret


def test_every_wrong_sign_swap_and_swapped_group_is_found_and_its_group_named():
    code = MasterKey(random.Random(2).randbytes(32)).recovery_code
    groups = code.split("-")
    tried = 0
    for index, group in enumerate(groups):
        spoilt = [
            group[:at] + sign + group[at + 1 :]
            for at, sign in itertools.product(range(5), ALPHABET)
            if sign != group[at]
        ]
        spoilt += [
            group[:at] + group[at + 1] + group[at] + group[at + 2 :]
            for at in range(4)
            if group[at] != group[at + 1]
        ]
        for wrong in spoilt:
            written = "-".join([*groups[:index], wrong, *groups[index + 1 :]])
            with pytest.raises(InputFault) as refused:
                MasterKey.from_recovery_code(written)
            assert len(refused.value.faults) == 1
            assert f"{index + 1}" in refused.value.faults[0].message
            tried += 1
    for one, other in itertools.combinations(range(13), 2):
        swapped = groups.copy()
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if swapped != groups:
            with pytest.raises(InputFault):
                MasterKey.from_recovery_code("-".join(swapped))
            tried += 1
    print(f"\n{tried} slips of the pen, all found")
    assert tried > 2000


@pytest.mark.parametrize("written", ["", "7K3M9", "Å" * 65, "U" * 65, "7K3M9-" * 14])
def test_what_is_no_recovery_code_is_told(written):
    with pytest.raises(InputFault) as refused:
        MasterKey.from_recovery_code(written)
    assert refused.value.faults[0].place.field == "code"
