"""What opens for whom once there are users: every address, for everybody, in every way."""

from __future__ import annotations

import base64
import collections
import http.cookies
import json
import os
import re
import time
import urllib.parse

import pytest
import websocket

from app_under_test import Server, write_notebook
from at_the_door import (
    KERNEL,
    ask,
    connect,
    cookie_name,
    frame,
    is_in,
    kind_of,
    log_in_as,
    log_out,
    open_kernel,
    wait_for,
    wait_until_closed,
    write_password,
)
from builders import GOOD_PASSWORD, a_telephone, a_user, open_store, shown_by
from peerbook.server.pages import ROLES, may_open
from peerbook.store import Store, set_setting, users
from peerbook.store.telephone import PAPER_CODES, Telephone

NAMES = {role: f"{role[:4]}x" for role in ROLES}
PAGES = (
    "start",
    "course_plan",
    "course_record",
    "costs",
    "head_count",
    "access",
    "privacy",
    "help",
    "of_our_own",
)
WHO_SITS = "import peerbook.seat, peerbook.desk\nprint(peerbook.seat.seated())"


@pytest.fixture(scope="module")
def house(start_server, tmp_path_factory) -> tuple[Server, Store]:
    """Return a server with a user of every role, one who is shut out, and one who has not begun."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("workbooks")
    for page in PAGES:
        write_notebook(folder / f"{page}.ipynb", [WHO_SITS])
    store = open_store(data)
    for role in sorted(ROLES, key=lambda role: role != "leader"):
        a_user(store, NAMES[role], role)
    a_user(store, "gone", "leader")
    with store.write("root") as session:
        users.shut_out(session, "gone")
    server = start_server(folder, data=data, has_users=True)
    return server, store


def change_account(server: Server, cookies: str, **fields: str):
    page = ask(server, "/account", Cookie=cookies)
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.body)[1]
    body = urllib.parse.urlencode({"_xsrf": xsrf, **fields})
    return ask(server, "/account", method="POST", body=body, Cookie=cookies)


# -- everything for everybody ----------------------------------------------------------------------


def test_every_address_opens_for_those_it_is_for_and_nobody_else(house):
    """Reliability plan, number 14; the counts are printed."""
    server, _store = house
    owner = log_in_as(server, NAMES["leader"])
    kernel = open_kernel(server, Cookie=owner)
    line = connect(server, kernel, Cookie=owner)
    ended = log_in_as(server, NAMES["leader"])
    log_out(server, ended)
    visitors = {
        "nobody": {},
        "the access code": server.headers,
        "a wrong code": {"Authorization": "token wrong"},
        "a forged cookie": {"Cookie": f"{cookie_name(server)}=2|1:0|forged"},
        "a login that has ended": {"Cookie": ended},
        **{role: {"Cookie": log_in_as(server, name)} for role, name in NAMES.items()},
        "the same user elsewhere": {"Cookie": log_in_as(server, NAMES["leader"])},
    }
    roles = {who: who if who in ROLES else "leader" for who in visitors}
    paths = [
        "/", "/account", *(f"/voila/render/{page}.ipynb" for page in PAGES),
        f"/voila/api/shutdown/{kernel}", f"/voila/api/shutdown/{KERNEL}",
        f"/api/kernels/{kernel}/channels", f"/api/kernels/{KERNEL}/channels",
    ]  # fmt: skip
    counts = collections.Counter()
    for who, headers in visitors.items():
        comes_in = who in ROLES or who == "the same user elsewhere"
        for path in paths:
            for method in ("GET", "POST", "HEAD", "OPTIONS"):
                answer = ask(server, path, method=method, source="127.0.0.11", **headers)
                page = re.fullmatch(r"/voila/render/(\w+)\.ipynb", path)
                opens = comes_in and method == "GET" and (
                    path in ("/", "/account") or (page and may_open(page[1], roles[who]))
                )  # fmt: skip
                counts["opened" if opens else "refused"] += 1
                if opens:
                    assert answer.status in {200, 302}, (who, method, path)
                    assert "/login" not in (answer.headers["Location"] or "")
                else:
                    is_empty = method == "OPTIONS" and not answer.body
                    assert is_empty or answer.status in {302, 400, 403, 404, 405}
                    assert "<peerbook-line" not in answer.body
                    if answer.status == 302:
                        assert answer.headers["Location"].startswith("/login?next=")
        # The kernel was made for another login, and opens for none of these.
        for one, status in ((kernel, 403), (KERNEL, 404)):
            with pytest.raises(websocket.WebSocketBadStatusException) as refused:
                connect(server, one, **headers)
            assert refused.value.status_code == (status if comes_in else 403)
            counts["refused"] += 1
    line.send_binary(frame("shell", "kernel_info_request"))
    while kind_of(line.recv()) != "kernel_info_reply":
        pass  # all that has ended nothing of the owner's
    line.close()
    counts["opened"] += 1
    print(f"\n{len(visitors)} visitors, {len(paths)} addresses, 5 ways in: {dict(counts)}")
    assert counts["refused"] > 500
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_page_knows_who_visits_and_tells_it_nowhere(house, role):
    server, _store = house
    cookies = log_in_as(server, NAMES[role])
    first = ask(server, "/", Cookie=cookies).headers["Location"]
    body = ask(server, first, Cookie=cookies).body
    roots = re.search(r'id="pb-roots"[^>]*>(.*?)</script>', body)[1]
    assert json.loads(roots)[0]["text"].strip() == repr((NAMES[role], role, None))
    assert NAMES[role] not in body.replace(roots, "")
    assert NAMES[role] not in server.said()


def test_the_menu_has_the_pages_of_the_role_only(house):
    server, _store = house
    for role, name in NAMES.items():
        cookies = log_in_as(server, name)
        first = ask(server, "/", Cookie=cookies).headers["Location"]
        menu = re.search(r"<nav.*?</nav>", ask(server, first, Cookie=cookies).body, re.DOTALL)[0]
        shown = set(re.findall(r"render/(\w+)\.ipynb", menu))
        assert shown == {page for page in PAGES[:-1] if may_open(page, role)}


def test_a_page_of_another_role_is_refused_calmly(house):
    server, _store = house
    cookies = log_in_as(server, NAMES["course_leader"])
    answer = ask(server, "/voila/render/access.ipynb", Cookie=cookies)
    assert answer.status == 403
    assert "Siden hører ikke til din rolle" in answer.body
    assert 'href="/"' in answer.body


def test_no_message_from_a_browser_changes_who_visits(house, tmp_path):
    server, _store = house
    cookies = log_in_as(server, NAMES["course_leader"])
    kernel = open_kernel(server, Cookie=cookies)
    line = connect(server, kernel, Cookie=cookies)
    mark = tmp_path / "mark"
    code = (
        "import peerbook.seat as s; s._seated[:] = [('evil', 'leader', None)]; "
        f"open({str(mark)!r}, 'w')"
    )
    content = {
        "code": code, "silent": True, "comm_id": "1", "target_name": "peerbook.seat",
        "target_module": "peerbook.seat", "data": {"name": "evil", "role": "leader"},
        "user_expressions": {"x": code},
    }  # fmt: skip
    sent = 0
    kinds = ["execute_request", "comm_open", "comm_msg", "comm_close", "debug_request",
             "input_reply", "complete_request", "inspect_request", "seat"]  # fmt: skip
    for channel in ("shell", "control", "stdin"):
        for kind in kinds:
            line.send_binary(frame(channel, kind, json.dumps(content)))
            sent += 1
    line.send_binary(frame("shell", "kernel_info_request"))
    while kind_of(line.recv()) != "kernel_info_reply":
        pass
    line.close()
    assert not mark.exists()
    print(f"\n{sent} forged messages, 0 believed")


# -- coming in -------------------------------------------------------------------------------------


def test_a_wrong_password_an_unknown_name_and_one_who_is_shut_out_are_answered_alike(house):
    server, _store = house
    told = {
        re.sub(r'value="[^"]*"', "", write_password(server, name, password, source=source)[0].body)
        for name, password, source in (
            (NAMES["peer"], "forkert forkert", "127.0.0.21"),
            ("nobody", GOOD_PASSWORD, "127.0.0.22"),
            ("gone", GOOD_PASSWORD, "127.0.0.23"),
        )
    }
    assert len(told) == 1
    assert "Navn og adgangskode passer ikke sammen" in told.pop()


def test_wrong_passwords_make_the_name_wait_whatever_address_they_come_from(house):
    server, _store = house
    tries = [
        write_password(server, "waiting", "forkert", source=f"127.0.1.{number}")[0].status
        for number in range(6)
    ]
    assert tries[:5] == [403] * 5
    assert tries[5] == 429
    assert write_password(server, NAMES["peer"], GOOD_PASSWORD, source="127.0.1.1")[0].status == 302


def test_neither_code_nor_link_opens_once_there_are_users(house):
    server, _store = house
    assert "ticket=" not in server.said()
    assert server.token not in server.said()
    answer = ask(server, "/", **server.headers)
    assert answer.headers["Location"].startswith("/login")
    form = ask(server, "/login").body
    assert 'name="code"' not in form
    assert 'autocomplete="username"' in form
    xsrf_and_code = {"code": server.token}
    assert write_password(server, "", "", source="127.0.0.31", **xsrf_and_code)[0].status == 403


def test_a_new_user_begins_with_the_start_code_and_chooses_a_password(house):
    server, store = house
    with store.write("root") as session:
        code = users.add_user(session, "ny", "Opdigt Ny", "peer")
    asked, _cookies = write_password(server, "ny", code)
    assert asked.status == 200
    assert "Vælg din adgangskode" in asked.body
    for new, again in (("kort", "kort"), ("tre grønne biler", "tre grønne tog")):
        refused, _cookies = write_password(server, "ny", code, new=new, again=again)
        assert refused.status == 400
        assert 'role="alert"' in refused.body
    good = "tre grønne biler kører"
    answer, cookies = write_password(server, "ny", code, new=good, again=good)
    assert answer.status == 302
    assert is_in(server, cookies)
    assert write_password(server, "ny", code, source="127.0.0.41")[0].status == 403
    assert write_password(server, "ny", code, new=good, again=good)[0].status == 403
    assert is_in(server, log_in_as(server, "ny", good))
    assert good not in server.said()
    assert code not in server.said()


def test_logging_in_again_gives_a_new_number(house):
    server, _store = house
    first = log_in_as(server, NAMES["peer"])
    second = log_in_as(server, NAMES["peer"])
    number = [http.cookies.SimpleCookie(one)[cookie_name(server)].value for one in (first, second)]
    assert number[0] != number[1]


# -- with a code from a telephone ------------------------------------------------------------------


@pytest.fixture
def anna(house):
    """A user with a telephone, which is taken from her afterwards, and the codes on her paper."""
    server, store = house
    with store.read() as session:
        if users.account(session, "tele") is None:
            a_user(store, "tele", "peer")
    yield server, store, *a_telephone(store, "tele")
    with store.write("root") as session:
        users.forget_telephone(session, "tele")


def write_telephone(server: Server, asked, cookies: str, written: str, **more: str):
    """Write a code into the page that asks for it; return the answer and all cookies."""
    jar = cookies.partition(";")[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', asked.body))
    body = urllib.parse.urlencode(fields | {"telephone": written} | more)
    answer = ask(server, "/login?next=/", method="POST", body=body, Cookie=jar)
    return answer, f"{jar}; " + (answer.headers["Set-Cookie"] or "").partition(";")[0]


def test_the_code_is_asked_for_after_the_right_password_only_and_lets_in_once(anna):
    server, _store, telephone, codes = anna
    wrong, _cookies = write_password(server, "tele", "forkert kode", source="127.0.2.1")
    assert wrong.status == 403
    assert 'name="telephone"' not in wrong.body
    asked, cookies = write_password(server, "tele", GOOD_PASSWORD)
    assert 'autocomplete="one-time-code"' in asked.body
    assert not is_in(server, cookies)
    assert GOOD_PASSWORD not in asked.body
    refused, _cookies = write_telephone(server, asked, cookies, "000000")
    assert refused.status == 403
    assert "Koden passer ikke" in refused.body
    code = shown_by(telephone, time.time())
    answer, inside = write_telephone(server, refused, cookies, code)
    assert answer.status == 302
    assert is_in(server, inside)
    again, _cookies = write_telephone(server, refused, cookies, codes[0])
    assert "Der gik for lang tid" in again.body, "the page before the code is good once"
    asked, cookies = write_password(server, "tele", GOOD_PASSWORD)
    assert write_telephone(server, asked, cookies, code)[0].status == 403, "a code is good once"
    answer, inside = write_telephone(server, asked, cookies, codes[0])
    assert is_in(server, inside)
    for secret in (code, codes[0], telephone.written, telephone.secret.hex()):
        assert secret not in server.said()


def test_the_right_password_makes_no_wrong_codes_forgotten(anna):
    server, _store, _telephone, codes = anna
    found = []
    for number in range(6):
        asked, cookies = write_password(server, "tele", GOOD_PASSWORD, source=f"127.0.3.{number}")
        if asked.status != 200:
            found.append(asked.status)
            break
        found.append(write_telephone(server, asked, cookies, "000000")[0].status)
    assert found == [403] * 5 + [429]
    waiting = ask(server, "/login")
    assert waiting.status == 200
    wait_for(lambda: write_password(server, "tele", GOOD_PASSWORD)[0].status == 200)
    asked, cookies = write_password(server, "tele", GOOD_PASSWORD)
    answer, _cookies = write_telephone(server, asked, cookies, codes[0])
    assert answer.status == 302
    assert write_password(server, "tele", "forkert kode")[0].status == 403, "and none waits now"


def test_whoever_is_shut_out_between_password_and_code_stays_out(anna):
    server, store, telephone, _codes = anna
    asked, cookies = write_password(server, "tele", GOOD_PASSWORD)
    with store.write("root") as session:
        users.shut_out(session, "tele")
    answer, outside = write_telephone(server, asked, cookies, shown_by(telephone, time.time()))
    with store.write("root") as session:
        users.let_in_again(session, "tele")
    assert answer.status == 403
    assert not is_in(server, outside)


def test_a_start_code_alone_sets_no_new_password_where_a_telephone_is_asked_for(anna):
    server, store, _telephone, codes = anna
    with store.write("root") as session:
        start = users.renew_start_code(session, "tele")
    new = "otte grå måger over havnen"
    asked, _cookies = write_password(server, "tele", start)
    assert 'name="telephone"' in asked.body
    refused, _cookies = write_password(server, "tele", start, new=new, again=new, telephone="1")
    assert refused.status == 400
    assert write_password(server, "tele", new)[0].status == 403
    answer, cookies = write_password(server, "tele", start, new=new, again=new, telephone=codes[0])
    assert answer.status == 302
    assert is_in(server, cookies)
    with store.write("root") as session:
        users.set_password(session, "tele", users.hashed_password(GOOD_PASSWORD))


def test_a_user_turns_it_on_with_password_and_code_and_off_with_the_password(house):
    server, store = house
    a_user(store, "selv", "peer")
    here, there = log_in_as(server, "selv"), log_in_as(server, "selv")
    refused = change_account(server, here, do="offer", current="forkert kode")
    assert refused.status == 400
    assert "data:image/svg" not in refused.body
    offered = change_account(server, here, do="offer", current=GOOD_PASSWORD)
    ticket = re.search(r'name="ticket" value="([\w-]+)"', offered.body)[1]
    secret = re.search(r"appen: ((?:[A-Z2-7]{4} ?)+)", offered.body)[1].replace(" ", "")
    telephone = Telephone(base64.b32decode(secret))
    on = {"do": "telephone", "ticket": ticket}
    late = change_account(server, here, **on, telephone=shown_by(telephone, time.time() + 300))
    assert late.status == 400
    assert "5 minutter foran" in late.body
    assert write_password(server, "selv", GOOD_PASSWORD)[0].status == 302, "not yet"
    code = shown_by(telephone, time.time())
    other = log_in_as(server, NAMES["peer"])
    assert change_account(server, other, **on, telephone=code).status == 400, "not another's"
    done = change_account(server, here, **on, telephone=code)
    assert done.status == 200
    codes = re.findall(r"<li>((?:\w{4}-){3}\w{4})</li>", done.body)
    assert len(codes) == PAPER_CODES
    assert change_account(server, here, **on, telephone=code).status == 400, "good once"
    assert is_in(server, here)
    assert not is_in(server, there)
    asked, cookies = write_password(server, "selv", GOOD_PASSWORD)
    assert write_telephone(server, asked, cookies, code)[0].status == 403, "it was the first one"
    assert write_telephone(server, asked, cookies, codes[0])[0].status == 302
    assert "7 koder på dit papir" in ask(server, "/account", Cookie=here).body
    assert codes[1] not in ask(server, "/account", Cookie=here).body
    assert change_account(server, here, do="forget", current="forkert kode").status == 400
    assert change_account(server, here, do="forget", current=GOOD_PASSWORD).status == 303
    assert is_in(server, log_in_as(server, "selv"))
    assert secret not in server.said()


# -- staying in, and going -------------------------------------------------------------------------


def a_line(server: Server, name: str) -> tuple[str, websocket.WebSocket]:
    cookies = log_in_as(server, name)
    return cookies, connect(server, open_kernel(server, "help", Cookie=cookies), Cookie=cookies)


def test_whoever_is_shut_out_is_out_at_once_and_open_pages_are_cut(house):
    server, store = house
    a_user(store, "ud", "peer")
    cookies, line = a_line(server, "ud")
    with store.write("root") as session:
        users.shut_out(session, "ud")
    assert not is_in(server, cookies)
    wait_until_closed(line)
    with store.write("root") as session:
        users.let_in_again(session, "ud")
    assert not is_in(server, cookies), "the old login stays over"


def test_another_role_ends_the_login_too(house):
    server, store = house
    a_user(store, "om", "course_leader")
    cookies, line = a_line(server, "om")
    with store.read() as session:
        seen = users.account(session, "om")
    with store.write("root") as session:
        users.change_user(session, seen, "Opdigt Om", users.Visitor("om", "peer"))
    wait_until_closed(line)
    assert not is_in(server, cookies)


def test_a_new_password_ends_the_logins_elsewhere_and_not_this_one(house):
    server, store = house
    a_user(store, "skift", "peer")
    here, there = log_in_as(server, "skift"), log_in_as(server, "skift")
    new = "fem gule huse ved åen"
    fields = {"do": "password", "current": GOOD_PASSWORD, "new": new, "again": new}
    for wrong in ({"current": "forkert kode"}, {"again": "noget helt andet"}, {"new": "skift"}):
        answer = change_account(server, here, **(fields | wrong))
        assert answer.status == 400
        assert 'role="alert"' in answer.body
    assert change_account(server, here, **fields).status == 303
    assert is_in(server, here)
    assert not is_in(server, there)
    assert write_password(server, "skift", GOOD_PASSWORD)[0].status == 403
    assert is_in(server, log_in_as(server, "skift", new))


def test_users_see_and_end_their_own_logins_and_no_others(house):
    server, store = house
    a_user(store, "to", "peer")
    here, there = log_in_as(server, "to"), log_in_as(server, "to")
    other = log_in_as(server, NAMES["leader"])
    page = ask(server, "/account", Cookie=here).body
    (login,) = re.findall(r'name="login" value="(\w+)"', page)
    others = re.findall(r'value="(\w{64})"', ask(server, "/account", Cookie=other).body)
    for one in [*others, "../access-code", "x"]:
        change_account(server, here, do="end", login=one)
    assert is_in(server, other)
    assert is_in(server, there)
    change_account(server, here, do="end", login=login)
    assert not is_in(server, there)
    assert is_in(server, here)


def test_a_login_nobody_uses_ends_and_one_in_use_does_not(house):
    server, store = house
    a_user(store, "vente", "peer")
    cookies, line = a_line(server, "vente")
    (path,) = (p for p in (server.data / "logins").iterdir() if '"vente"' in p.read_text())
    now = time.time()
    os.utime(path, (now, now - 29.5 * 60))
    told = []
    wait_for(lambda: told.append(line.recv()) or b"peerbook_idle" in told[-1])
    line.send_binary(frame("shell", "kernel_info_request"))
    assert b'"is_close": true' in told[-1]
    line.send_binary(frame("shell", "comm_info_request"))
    wait_for(lambda: path.stat().st_mtime > now - 60)
    wait_for(lambda: told.append(line.recv()) or b'"is_close": false' in told[-1])
    os.utime(path, (now, now - 31 * 60))
    wait_until_closed(line)
    assert not is_in(server, cookies)


def test_how_long_a_login_may_rest_is_a_setting(house):
    server, store = house
    cookies = log_in_as(server, NAMES["peer"])
    assert is_in(server, cookies)
    for path in (server.data / "logins").iterdir():
        if f'"{NAMES["peer"]}"' in path.read_text():
            os.utime(path, (0, time.time() - 10 * 60))
    with store.write("root") as session:
        set_setting(session, "idle_minutes", 5)
    try:
        assert not is_in(server, cookies)
    finally:
        with store.write("root") as session:
            set_setting(session, "idle_minutes", 30)


def test_the_first_password_ends_what_the_access_code_opened(start_server, house, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    store = open_store(data)
    server = start_server(house[0].workbooks, data=data)
    cookies = ask(server, "/login", **server.headers).headers["Set-Cookie"].partition(";")[0]
    line = connect(server, open_kernel(server, Cookie=cookies), Cookie=cookies)
    with store.write("root") as session:
        users.add_user(session, "anna", "Opdigt Anna", "leader")
    assert is_in(server, cookies), "nobody has a password yet"
    with store.write("root") as session:
        users.set_password(session, "anna", users.hashed_password(GOOD_PASSWORD))
    assert not is_in(server, cookies)
    wait_until_closed(line)
    ticket = "/" + server.login_link.removeprefix(server.address)
    assert "username" not in (ask(server, ticket).headers["Set-Cookie"] or "")
    assert is_in(server, log_in_as(server, "anna"))
