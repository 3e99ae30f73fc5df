"""What the server answers to whom: only listed public assets answer without a login."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import socket
import stat
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import websocket

from app_under_test import Server, write_notebook
from at_the_door import (
    KERNEL,
    PAGE,
    ask,
    connect,
    cookie_name,
    frame,
    kind_of,
    log_in,
    log_out,
    open_kernel,
    wait_for,
    wait_until_closed,
    write_code,
)


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("workbooks")
    write_notebook(folder / "start.ipynb", ["import ipywidgets\nipywidgets.VBox([])"])
    write_notebook(folder / "error.ipynb", ["text = '010190-1234'", "raise ValueError(text)"])
    write_notebook(
        folder / "refused.ipynb",
        ["from peerbook.errors import PeerbookError\nraise PeerbookError('Det må du ikke.')"],
    )
    write_notebook(folder / ".hidden.ipynb", ["1"])
    for name in ("photo.png", "evil.svg", "people.csv", "store.sqlite", "code.py"):
        (folder / name).write_text("CONTENT-OF-A-FILE")
    outside = tmp_path_factory.mktemp("outside")
    write_notebook(outside / "outside.ipynb", ["print('CONTENT-OF-A-FILE')"])
    (folder / "link.ipynb").symlink_to(outside / "outside.ipynb")
    return start_server(folder)


WHO = {
    "nobody": lambda server: {},
    "a wrong code": lambda server: {"Authorization": "token wrong"},
    "a forged cookie": lambda server: {"Cookie": f"{cookie_name(server)}=2|1:0|forged"},
}
CLOSED_GET = [
    ("/", 302),
    ("/voila/render/start.ipynb", 302),
    ("/voila/render/missing.ipynb", 302),
    ("/voila/tree", 404),
    ("/voila/files/photo.png", 404),
    ("/voila/files/evil.svg", 404),
    ("/voila/files/people.csv", 404),
    ("/voila/files/start.ipynb", 404),
    ("/voila/templates/lab/static/voila.js", 404),
    ("/voila/static/voila.js", 404),
    ("/voila/labextensions/", 404),
    ("/voila/api/themes/x", 404),
    ("/voila/api/contents", 404),
    (f"/api/kernels/{KERNEL}", 404),
    (f"/voila/query/{KERNEL}", 404),
    (f"/voila/execution/{KERNEL}", 404),
    ("/api/kernels", 404),
    ("/api/status", 404),
    ("/api/contents", 404),
    ("/metrics", 404),
    ("/terminals", 404),
    ("/photo.png", 404),
]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("path", "status"), CLOSED_GET)
def test_without_login_nothing_but_public_assets_answers(server, who, path, status):
    for method in ("GET", "HEAD"):
        # Wrong codes make an address wait, so they come from one of their own.
        answer = ask(server, path, method=method, source="127.0.0.9", **WHO[who](server))
        # Pages have no HEAD; what has no login has nothing else either.
        assert answer.status in ({status} if method == "GET" else {status, 405})
        assert "CONTENT-OF-A-FILE" not in answer.body
        if answer.status == 302:
            assert answer.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("path", "status"), [(p, 404) for p, s in CLOSED_GET if s == 404] + [("/", 302)]
)
def test_with_login_there_is_no_more_than_the_pages(server, path, status):
    answer = ask(server, path, **server.headers)
    assert answer.status == status
    assert "CONTENT-OF-A-FILE" not in answer.body


def test_the_bare_address_leads_to_the_front_page(server):
    assert ask(server, "/", **server.headers).headers["Location"] == "/voila/render/start.ipynb"
    assert ask(server, "/voila/render/start.ipynb", **server.headers).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "path", ["/", "/voila/render/start.ipynb", f"/voila/api/shutdown/{KERNEL}", "/api/contents"]
)
def test_other_methods_do_nothing_without_login(server, method, path):
    answer = ask(server, path, method=method)
    if method == "OPTIONS" and answer.status == 200:
        assert answer.body == ""
    else:
        assert answer.status in {302, 403, 404, 405, 501}
    assert not answer.headers["Access-Control-Allow-Origin"]
    assert "Traceback" not in answer.body


@pytest.mark.parametrize("where", ["address", "cookie"])
def test_the_access_code_opens_nothing_from_an_address_or_a_bare_cookie(server, where):
    path = "/voila/render/start.ipynb"
    if where == "address":
        answer = ask(server, f"{path}?token={server.token}")
    else:
        answer = ask(server, path, Cookie=f"{cookie_name(server)}={server.token}")
    assert answer.status == 302


def test_a_websocket_opens_for_nobody_without_login_nor_from_another_site(server):
    kernel = open_kernel(server)
    for headers in (
        {},
        {"Authorization": "token wrong"},
        {"Cookie": log_in(server), "Origin": "http://evil.example"},
    ):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            connect(server, kernel, **headers)
        assert refused.value.status_code == 403
    said = server.said()
    assert "Traceback" not in said
    connect(server, kernel, **server.headers).close()


def test_the_login_form_lets_in_and_sets_a_cookie_no_script_and_no_other_site_can_use(server):
    form = ask(server, "/login")
    assert '<label for="code">' in form.body
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.body)
    jar = form.headers["Set-Cookie"].partition(";")[0]
    body = urllib.parse.urlencode({"_xsrf": xsrf[1], "code": f" {server.token} "})
    answer = ask(server, "/login", method="POST", body=body, Cookie=jar)
    attributes = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert answer.headers["Location"] == "/"


def test_a_wrong_code_and_a_form_from_elsewhere_do_not_let_in(server):
    form = ask(server, "/login")
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.body)[1]
    jar = form.headers["Set-Cookie"].partition(";")[0]
    wrong = urllib.parse.urlencode({"_xsrf": xsrf, "code": "wrong"})
    answer = ask(server, "/login", method="POST", body=wrong, Cookie=jar)
    assert answer.status == 403
    assert 'aria-invalid="true"' in answer.body
    assert "username" not in (answer.headers["Set-Cookie"] or "")
    right = urllib.parse.urlencode({"code": server.token})
    assert ask(server, "/login", method="POST", body=right, Cookie=jar).status == 403


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "/a\\..\\b"],
)
def test_login_leads_to_no_other_site(server, target):
    query = urllib.parse.urlencode({"next": target})
    answer = ask(server, f"/login?{query}", **server.headers)
    assert answer.headers["Location"] == "/"


def test_a_login_link_works_once(server, start_server):
    mine = start_server(server.workbooks)
    path = "/" + mine.login_link.removeprefix(mine.address)
    first = ask(mine, path)
    assert (first.status, first.headers["Location"]) == (302, "/")
    assert "username" in first.headers["Set-Cookie"]
    second = ask(mine, path)
    assert second.status == 200
    assert "username" not in (second.headers["Set-Cookie"] or "")
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    assert ask(mine, "/", Cookie=cookie).status == 302
    assert ask(mine, "/", Cookie=cookie).headers["Location"] == "/voila/render/start.ipynb"


def test_logging_out_takes_the_cookie_away_with_the_attributes_it_was_set_with(server):
    answer = log_out(server, log_in(server))
    assert (answer.status, answer.headers["Location"]) == (303, "/logout")
    taken = answer.headers["Set-Cookie"]
    assert taken.startswith(f'{cookie_name(server)}=""')
    attributes = {part.strip().lower() for part in taken.split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "Du er logget ud" in ask(server, "/logout").body


def test_a_cookie_is_worth_nothing_after_logging_out_and_others_are_not_touched(server):
    mine, other = log_in(server), log_in(server)
    log_out(server, mine)
    assert ask(server, PAGE, Cookie=mine).status == 302
    assert ask(server, PAGE, Cookie=other).status == 200


def test_whoever_logged_out_is_still_out_after_a_restart(server, start_server):
    one = start_server(server.workbooks)
    out, still_in = log_in(one), log_in(one)
    log_out(one, out)
    one.stop()
    two = start_server(
        server.workbooks, data=one.data, port=urllib.parse.urlsplit(one.address).port
    )
    assert ask(two, PAGE, Cookie=out).status == 302
    assert ask(two, PAGE, Cookie=still_in).status == 200


def test_a_page_that_is_open_is_cut_off_when_its_login_ends(server):
    mine, other = log_in(server), log_in(server)
    open_mine = connect(server, open_kernel(server, Cookie=mine), Cookie=mine)
    open_other = connect(server, open_kernel(server, Cookie=other), Cookie=other)
    log_out(server, mine)
    wait_until_closed(open_mine)
    open_other.send_binary(frame("shell", "kernel_info_request"))
    while kind_of(open_other.recv()) != "kernel_info_reply":
        pass
    open_other.close()


def test_nothing_logs_out_but_a_button_of_our_own(server):
    cookie = log_in(server)
    asked = ask(server, "/logout", Cookie=cookie)
    assert '<form method="post" action="/logout">' in asked.body
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', asked.body)[1]
    form = urllib.parse.urlencode({"_xsrf": xsrf})
    evil = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert ask(server, "/logout", method="POST", body=form, **evil).status == 404
    assert ask(server, "/logout", method="POST", body="x=1", Cookie=cookie).status == 403
    page = ask(server, PAGE, Cookie=cookie)
    assert page.status == 200
    assert '<form method="post" action="/logout">' in page.body


def test_logging_in_again_replaces_the_login_of_the_same_browser(server, start_server):
    mine = start_server(server.workbooks)
    first = log_in(mine)
    again = ask(mine, "/" + mine.login_link.removeprefix(mine.address), Cookie=first)
    second = again.headers["Set-Cookie"].partition(";")[0]
    assert ask(mine, "/", Cookie=second).headers["Location"] == PAGE
    assert ask(mine, "/", Cookie=first).headers["Location"].startswith("/login")


def test_a_script_that_sends_the_code_each_time_leaves_no_login_behind(server):
    before = len(list((server.data / "logins").glob("*")))
    assert "username" not in (ask(server, PAGE, **server.headers).headers["Set-Cookie"] or "")
    assert len(list((server.data / "logins").glob("*"))) == before


def test_logins_are_kept_where_only_their_owner_can_read_and_no_cookie_stands_there(server):
    cookie = log_in(server).rpartition("=")[2]
    assert stat.S_IMODE((server.data / "logins").stat().st_mode) == 0o700
    for path in (server.data / "logins").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name not in cookie


def test_after_several_wrong_codes_one_has_to_wait_and_only_whoever_wrote_them(
    server, start_server
):
    mine = start_server(server.workbooks)
    tries = [write_code(mine, "wrong", "127.0.0.5")[0] for _ in range(8)]
    assert [answer.status for answer in tries[:5]] == [403] * 5
    assert tries[-1].status == 429
    assert 1 <= int(tries[-1].headers["Retry-After"]) <= 2
    assert re.search(r"Vent \d sekund(er)?, og prøv så igen\.", tries[-1].body)
    assert write_code(mine, mine.token, "127.0.0.5")[0].status == 429
    assert ask(mine, PAGE, source="127.0.0.5", **mine.headers).status == 302
    assert write_code(mine, mine.token, "127.0.0.6")[0].status == 302
    ticket = "/" + mine.login_link.removeprefix(mine.address)
    assert "username" in ask(mine, ticket, source="127.0.0.5").headers["Set-Cookie"]
    wait_for(lambda: write_code(mine, mine.token, "127.0.0.5")[0].status == 302)
    assert "127.0.0.5" not in mine.said()


def test_a_login_survives_a_restart_of_the_server(server, start_server):
    one = start_server(server.workbooks)
    cookie = log_in(one)
    port = urllib.parse.urlsplit(one.address).port
    one.stop()
    two = start_server(server.workbooks, data=one.data, port=port)
    assert ask(two, "/voila/render/start.ipynb", Cookie=cookie).status == 200


def test_secrets_are_kept_in_files_only_their_owner_can_read(server):
    for name in ("access-code", "cookie-key"):
        assert stat.S_IMODE((server.data / name).stat().st_mode) == 0o600


def test_secrets_that_others_could_read_are_made_anew(server, start_server):
    old = server.token
    folder = server.data.parent / "exposed"
    folder.mkdir()
    (folder / "access-code").write_text(old)
    (folder / "access-code").chmod(0o644)
    mine = start_server(server.workbooks, data=folder)
    assert mine.token != old
    assert stat.S_IMODE((folder / "access-code").stat().st_mode) == 0o600


def test_an_empty_access_code_is_refused(tmp_path, monkeypatch):
    from peerbook.server import lab, serve
    from peerbook.server.app import ServerFault

    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for start in (serve, lab):
        with pytest.raises(ServerFault, match="adgangskode"):
            start(token="", open_browser=False)


def test_a_name_of_another_host_is_refused(server):
    """DNS rebinding: the browser thinks it talks to evil.example."""
    for path in ("/voila/render/start.ipynb", "/login"):
        answer = ask(server, path, **server.headers, Host="evil.example")
        assert answer.status == 403


EVERYWHERE = [
    "/login",
    "/logout",
    "/missing",
    "/voila/render/start.ipynb",
    "/voila/render/no.ipynb",
    f"/api/kernels/{KERNEL}/channels",
]


@pytest.mark.parametrize("path", [*EVERYWHERE, "/peerbook/assets/peerbook.css"])
def test_every_answer_carries_the_security_headers(server, path):
    headers = ask(server, path, **server.headers).headers
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    policy = {
        part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")
    }
    host = urllib.parse.urlsplit(server.address).netloc
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]
    assert policy["script-src"] == ["'self'", "blob:"]
    assert "Tornado" not in headers["Server"]


@pytest.mark.parametrize("path", ["/missing", "/voila/render/missing.ipynb", "/peerbook/assets/no"])
def test_what_is_not_there_is_told_calmly_in_the_visitors_language(server, path):
    answer = ask(server, path, **server.headers)
    assert answer.status == 404
    assert '<html lang="da">' in answer.body
    assert "Traceback" not in answer.body
    assert '<html lang="en">' in ask(server, f"{path}?lang=en", **server.headers).body
    assert "There is no such page" in ask(server, f"{path}?lang=en", **server.headers).body


@pytest.mark.parametrize("field", ["theme", "template", "lang", "site", "next"])
def test_nothing_from_the_address_becomes_markup(server, field):
    attack = '"><script>alert(1)</script>'
    query = urllib.parse.urlencode({field: attack})
    for path in ("/voila/render/start.ipynb", "/login", "/missing"):
        body = (
            ask(server, f"{path}?{query}", **server.headers).body
            + ask(server, f"{path}?{query}").body
        )
        assert "<script>alert" not in body
        assert "data-jp-theme-name" not in body


@pytest.mark.parametrize("template", ["python", "reveal", "../..", "lab"])
def test_the_template_cannot_be_chosen_from_outside(server, template):
    answer = ask(server, f"/voila/render/start.ipynb?template={template}", **server.headers)
    assert answer.status == 200
    assert "<peerbook-page" in answer.body


def traversals() -> list[str]:
    steps = ["..", "%2e%2e", "%252e%252e", "..%00", "....", ".%2e", "\\..", "%5c..", "..%c0%af"]
    joints = ["/", "%2f", "%252f", "\\", "%5c", "//"]
    targets = ["etc/passwd", "outside/outside", "start"]
    tails = [step + joint + target for step in steps for joint in joints for target in targets]
    extra = ["/etc/passwd", "%2fetc%2fpasswd", "link", ".hidden", "START", "start%00", "a" * 5000]
    return [*tails, *extra]


@pytest.mark.parametrize("before", ["/voila/render/", "/peerbook/assets/", "/voila/files/"])
def test_no_path_leads_out_of_the_workbooks(server, before):
    for tail in traversals():
        for end in ("", ".ipynb"):
            answer = ask(server, before + tail + end, **server.headers)
            # 200 only for a page of the folder itself; nothing fails and nothing leaks.
            assert answer.status in {400, 403, 404}, tail
            assert "root:" not in answer.body
            assert "CONTENT-OF-A-FILE" not in answer.body


def test_assets_are_kept_for_a_year_by_their_hash_and_compressed(server):
    page = ask(server, "/login").body
    path = re.search(r'href="(/peerbook/assets/peerbook\.css\?v=\w+)"', page)[1]
    answer = ask(server, path, Accept_Encoding="gzip")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "--pb-accent" in answer.body
    stale = ask(server, path.partition("?")[0] + "?v=0")
    assert stale.headers["Cache-Control"] == "no-cache"
    assert stale.body == answer.body


def test_pages_are_compressed_and_not_kept(server):
    answer = ask(server, "/voila/render/start.ipynb", **server.headers, Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_shell_comes_before_the_kernel_is_there(serve_notebooks):
    """The notebook waits for a file that is written only after the shell has been read."""
    code = (
        "import os, time, ipywidgets\n"
        "while not os.path.exists('go'): time.sleep(0.01)\n"
        "ipywidgets.VBox([])"
    )
    mine = serve_notebooks({"start": [code]})
    request = urllib.request.Request(mine.url("start"), headers=mine.headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        shell = answer.read1().decode()
        while 'id="pb-loading"' not in shell:
            shell += answer.read1().decode()
        assert "<peerbook-page" not in shell
        (mine.workbooks / "go").touch()
        assert "<peerbook-page" in answer.read().decode()


def test_a_page_that_fails_says_so_with_a_code_and_keeps_values_out_of_page_and_log(server):
    answer = ask(server, "/voila/render/error.ipynb?lang=en", **server.headers)
    code = re.search(r"the code ([0-9A-F]{8})", answer.body)[1]
    assert "ValueError" not in answer.body
    assert "Traceback" not in answer.body
    wait_for(lambda: any(code in line for line in server.output))  # a thread reads it
    line = next(line for line in server.output if code in line)
    assert "ValueError" in line
    assert "010190" not in answer.body + server.said()


def test_a_page_that_fails_leaves_no_kernel_behind(serve_notebooks):
    code = "import os\nopen('pid', 'w').write(str(os.getpid()))\n1 / 0"
    mine = serve_notebooks({"start": [code]})
    assert "<peerbook-page" not in ask(mine, "/voila/render/start.ipynb", **mine.headers).body
    pid = int((mine.workbooks / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(pid))


def test_an_error_of_ours_is_told_in_its_own_words(server):
    assert "Det må du ikke." in ask(server, "/voila/render/refused.ipynb", **server.headers).body


def test_no_source_stands_in_the_page(server):
    assert (
        "import ipywidgets" not in ask(server, "/voila/render/start.ipynb", **server.headers).body
    )


def test_bytes_that_are_no_text_are_refused_calmly_and_do_not_stand_in_the_log(server):
    for query in ("lang=%ff", "site=Annas%20sted%ff", "next=%ff"):
        for path in ("/login", PAGE):
            answer = ask(server, f"{path}?{query}", **server.headers)
            if answer.status != 302:  # who is let in already is sent on from the login
                assert answer.status in {200, 400}
                assert '<html lang="da">' in answer.body
    ask(server, "/login", method="POST", body="_xsrf=%ff&code=Annas")
    said = server.said()
    assert "Annas" not in said
    assert "Uncaught" not in said
    assert "127.0.0.1)" not in said


@pytest.mark.parametrize(
    "start", ["GET /lo", "POST /login HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"]
)
def test_whoever_begins_and_never_ends_a_request_is_let_go(serve_notebooks, start):
    setting = "import peerbook.server.app as app; app.IDLE_SECONDS = app.BODY_SECONDS = 0.5"
    mine = serve_notebooks({"start": ["1"]}, program=["-c", f"{setting}; app.main()"])
    where = urllib.parse.urlsplit(mine.address)
    with socket.create_connection((where.hostname, where.port), timeout=60) as slow:
        slow.sendall(start.replace("HTTP/1.1", f"HTTP/1.1\r\nHost: {where.netloc}").encode())
        while slow.recv(1000):
            pass  # the server says what it has to say, and hangs up
    assert still_answers(mine)


def test_the_log_holds_no_secret_and_no_personal_number(server):
    ask(server, f"/voila/render/missing.ipynb?token={server.token}&cpr=010190-1234")
    ask(server, "/missing/010190-1234/anna@example.org", **server.headers)
    lines = [line for line in server.output if server.login_link not in line]
    logged = "".join(
        line for line in lines if "Adgangskode" not in line and "ccess code" not in line
    )
    for secret in (server.token, "010190", "anna@", "ticket=", "?token"):
        assert secret not in logged


# ---- the websocket -----------------------------------------------------------------------------


def still_answers(server: Server) -> bool:
    return ask(server, "/login").status == 200


def test_the_older_framing_is_refused(server):
    """It is how an old client could make Voilà fill the machine's memory."""
    kernel = open_kernel(server)
    for protocols in ([], ["something.else"]):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            connect(server, kernel, protocols=protocols, **server.headers)
        assert refused.value.status_code == 400


HARMFUL = {
    "empty": b"",
    "cut short": frame("shell", "kernel_info_request")[:40],
    "a count beyond all bounds": struct.pack("<Q", 2**60) + b"x" * 100,
    "an offset beyond all bounds": struct.pack("<7Q", 6, 56, 60, 62, 64, 2**60, 2**61) + b"x" * 9,
    "offsets that go back": struct.pack("<7Q", 6, 56, 60, 58, 61, 62, 64) + b"x" * 8,
    "no JSON": frame("shell", "kernel_info_request").replace(b'"msg_id"', b"\xff" * 8),
    "text instead of bytes": "{}",
    "content that is no object": frame("shell", "comm_msg", "[]"),
    "deep JSON": frame("shell", "comm_msg", "[" * 200_000 + "]" * 200_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_a_malformed_message_costs_nothing(server, name):
    socket = connect(server, open_kernel(server), **server.headers)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    harm = HARMFUL[name]
    socket.send(harm, websocket.ABNF.OPCODE_TEXT if isinstance(harm, str) else 2)
    # What follows the refused message is not read in the older framing while the line closes.
    socket.send_binary(frame("control", "kernel_info_request"))
    wait_until_closed(socket)
    assert still_answers(server)
    assert process.memory_info().rss - before < 100e6
    assert "Traceback" not in server.said()
    assert "Uncaught" not in server.said()


def test_a_message_larger_than_ten_megabytes_closes_the_line(server):
    socket = connect(server, open_kernel(server), **server.headers)
    with contextlib.suppress(ConnectionError):
        socket.send_binary(b"x" * (11 * 1024 * 1024))
    wait_until_closed(socket)
    assert still_answers(server)


FORBIDDEN = [
    "execute_request", "inspect_request", "complete_request", "history_request", "debug_request",
    "interrupt_request", "input_reply", "is_complete_request", "shutdown_request",
    "create_subshell_request",
]  # fmt: skip


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub"])
def test_forbidden_messages_have_no_effect(server, tmp_path, channel):
    kernel = open_kernel(server)
    socket = connect(server, kernel, **server.headers)
    mark = tmp_path / f"made-by-{channel}"
    code = f"open({str(mark)!r}, 'w')"
    content = f'{{"code": "{code}", "silent": false, "restart": false, "cursor_pos": 0}}'
    for kind in FORBIDDEN:
        socket.send_binary(frame(channel, kind, content))
    # The kernel answers an allowed question afterwards, so it has had the others before it.
    socket.send_binary(frame("shell", "kernel_info_request"))
    kinds = []
    while "kernel_info_reply" not in kinds:
        kinds.append(kind_of(socket.recv()))
    socket.close()
    assert set(kinds) <= {"kernel_info_reply", "status"}
    assert not mark.exists()


def test_a_burst_of_messages_leaves_the_server_answering(server):
    socket = connect(server, open_kernel(server), **server.headers)
    for _ in range(2000):
        socket.send_binary(frame("shell", "comm_info_request"))
    assert still_answers(server)
    socket.close()


def test_leaving_a_page_ends_its_kernel_only_with_login_and_from_our_own_page(server):
    cookie = log_in(server)
    kernel = open_kernel(server, Cookie=cookie)
    path = f"/voila/api/shutdown/{kernel}"
    xsrf = re.search(r"_xsrf=([^;]+)", cookie)[1]
    form = urllib.parse.urlencode({"_xsrf": xsrf})
    assert ask(server, path, method="POST", body=form).status == 403
    assert ask(server, path, method="POST", body="x=1", Cookie=cookie).status == 403
    evil = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert ask(server, path, method="POST", body=form, **evil).status == 404
    connect(server, kernel, Cookie=cookie).close()
    assert ask(server, path, method="POST", body=form, Cookie=cookie).status == 204
    deadline = time.monotonic() + 30
    while ask(server, path, method="POST", body=form, Cookie=cookie).status != 404:
        assert time.monotonic() < deadline


def test_the_kernel_of_a_page_knows_no_secret_of_the_server(serve_notebooks):
    code = "import os, json\nprint(json.dumps(dict(os.environ)))"
    secrets = {
        "JUPYTER_TOKEN": "planted-1", "DATABASE_PASSWORD": "planted-2", "SOME_API_KEY": "planted-3",
        "PLAIN": "plain-value",
    }  # fmt: skip
    mine = serve_notebooks({"start": [code]}, env=secrets, store_url="sqlite:///planted.db")
    body = ask(
        mine, "/voila/render/start.ipynb?token=planted-4&code=planted-5", **mine.headers
    ).body
    assert "plain-value" in body
    assert "PEERBOOK_STORE_URL" in body
    assert "PEERBOOK_LANGUAGE" in body
    assert not re.search(r"planted-\d", body)
    assert mine.token not in body


PARAMETERS = [
    ("parameters", 'site: str = "alle"\ncourse: int = 0'),
    "import json\nprint(json.dumps([site, course]))",
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["alle", 0]),
        ("?site=Vejle&course=3", ["Vejle", 3]),
        ("?site=Aarhus%20%C3%98&other=1", ["Aarhus Ø", 0]),
        ("?site=');import+os;(%22", ["');import os;(\"", 0]),
    ],
)
def test_the_address_sets_declared_parameters(serve_notebooks, query, expected):
    mine = serve_notebooks({"start": PARAMETERS})
    body = ask(mine, f"/voila/render/start.ipynb{query}", **mine.headers).body
    shown = re.search(r'id="pb-roots" type="application/json">(.*?)</script>', body)[1]
    assert json.loads(json.loads(shown)[0]["text"]) == expected


@pytest.mark.parametrize(
    ("query", "site"), [("", None), ("?site=Aarhus%20%C3%98&course=3", "Aarhus Ø")]
)
def test_the_menu_keeps_the_site_of_the_address_and_nothing_else(serve_notebooks, query, site):
    mine = serve_notebooks({"start": PARAMETERS, "help": PARAMETERS})
    body = ask(mine, f"/voila/render/start.ipynb{query}", **mine.headers).body
    menu = re.search(r"<nav.*?</nav>", body, re.DOTALL)[0]
    links = [
        urllib.parse.urlsplit(html.unescape(link)) for link in re.findall(r'href="(.*?)"', menu)
    ]
    assert [link.path.rpartition("/")[2] for link in links] == ["start.ipynb", "help.ipynb"]
    for link in links:
        assert urllib.parse.parse_qs(link.query) == ({} if site is None else {"site": [site]})


@pytest.mark.parametrize(
    "query", ["course=x", "course=1e3", "course=" + "9" * 12, "site=" + "x" * 101]
)
def test_a_parameter_that_cannot_be_right_is_refused_before_a_kernel_starts(server, query):
    write_notebook(server.workbooks / "parameters.ipynb", PARAMETERS)
    answer = ask(server, f"/voila/render/parameters.ipynb?{query}", **server.headers)
    assert answer.status == 400
    assert "<peerbook-page" not in answer.body


def test_cells_tagged_check_are_not_run(serve_notebooks):
    mine = serve_notebooks({"start": ["print('seen')", ("check", "print('not seen')")]})
    body = ask(mine, "/voila/render/start.ipynb", **mine.headers).body
    assert "seen" in body
    assert "not seen" not in body


def test_a_visitor_who_leaves_at_once_leaves_no_kernel_behind(serve_notebooks):
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    mine = serve_notebooks({"start": [code]})
    request = urllib.request.Request(mine.url("start"), headers=mine.headers)
    answer = urllib.request.urlopen(request, timeout=60)
    pid_file = Path(mine.workbooks / "pid")
    wait_for(lambda: pid_file.exists() and pid_file.read_text())
    pid = int(pid_file.read_text())
    answer.close()
    wait_for(lambda: not psutil.pid_exists(pid))


def program(setting: str) -> list[str]:
    """Return how to start the server with another limit on its kernels."""
    code = f"import peerbook.server.kernels as kernels; kernels.{setting}"
    return ["-c", f"{code}; from peerbook.server.app import main; main()"]


def test_a_page_nobody_opens_a_line_to_keeps_no_kernel(serve_notebooks):
    """A crawler, or a browser that was closed just then."""
    code = "import os\nopen('pid', 'w').write(str(os.getpid()))"
    mine = serve_notebooks({"start": [code]}, program=program("UNVISITED_SECONDS = 0.5"))
    assert "<peerbook-page" in ask(mine, "/voila/render/start.ipynb", **mine.headers).body
    pid = int((mine.workbooks / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(pid))


def test_one_page_too_many_is_told_calmly_and_room_is_found_again(serve_notebooks):
    mine = serve_notebooks(
        {"start": ["import ipywidgets\nipywidgets.VBox([])"]}, program=program("MOST_PAGES = 1")
    )
    cookie = log_in(mine)
    kernel = open_kernel(mine, Cookie=cookie)
    page = "/voila/render/start.ipynb?lang=en"
    refused = ask(mine, page, **mine.headers).body
    assert "Too many pages are open." in refused
    assert "<peerbook-line" not in refused
    xsrf = re.search(r"_xsrf=([^;]+)", cookie)[1]
    form = urllib.parse.urlencode({"_xsrf": xsrf})
    left = ask(mine, f"/voila/api/shutdown/{kernel}", method="POST", body=form, Cookie=cookie)
    assert left.status == 204
    wait_for(lambda: "<peerbook-page" in ask(mine, page, **mine.headers).body)


CHART = """
import plotly.graph_objects as go
from peerbook.ui import Chart, TableData
Chart(go.Figure(), finding="f", alt="a", table=TableData([], [], "c"))
"""


def test_the_chart_script_is_in_the_head_of_pages_that_last_began_with_charts(serve_notebooks):
    mine = serve_notebooks({"start": ["print(1)"], "charts": [CHART]})
    script = re.compile(r'<script async src="[^"]*plotly')
    for _turn in range(2):
        assert not script.search(ask(mine, "/voila/render/start.ipynb", **mine.headers).body)
    first = ask(mine, "/voila/render/charts.ipynb", **mine.headers).body
    assert not script.search(first)
    assert '"part":"chart"' in first
    assert script.search(ask(mine, "/voila/render/charts.ipynb", **mine.headers).body)
    write_notebook(mine.workbooks / "charts.ipynb", ["print(1)"])
    for expected in (True, False):
        found = script.search(ask(mine, "/voila/render/charts.ipynb", **mine.headers).body)
        assert bool(found) == expected
