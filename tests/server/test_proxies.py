"""A proxy of one's own says who asks; what anybody else says of that counts for nothing."""

from __future__ import annotations

import itertools
import re
import string
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app_under_test import Server, write_notebook
from at_the_door import ask
from builders import GOOD_PASSWORD, a_user, open_store
from peerbook.errors import PeerbookError
from peerbook.server.proxies import BehindProxies, caller, read_proxies

PROXY, OTHER = "127.0.7.1", "127.0.8.1"
"""Addresses of this machine: that of the proxy, and that of somebody who knows its port."""
BROWSER = "192.0.2.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "asks"),
    [
        (OTHER, "", OTHER),
        (OTHER, BROWSER, OTHER),
        (OTHER, f"{BROWSER}, {PROXY}", OTHER),
        (PROXY, "", PROXY),
        (PROXY, BROWSER, BROWSER),
        (PROXY, f"198.51.100.9,  {BROWSER}", BROWSER),
        (PROXY, f"198.51.100.9, {BROWSER}, 10.1.2.3", BROWSER),
        (PROXY, f"{BROWSER}, nonsense", PROXY),
        (PROXY, f"nonsense, {BROWSER}", BROWSER),
        (PROXY, "2001:db8::1", "2001:db8::1"),
        (f"::ffff:{PROXY}", BROWSER, BROWSER),
        ("", BROWSER, ""),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_is_who_asks(peer, forwarded, asks):
    assert caller(peer, forwarded, read_proxies([PROXY, "10.1.2.0/24"])) == asks


@given(st.text(), st.ip_addresses())
def test_without_a_proxy_no_header_says_anything(forwarded, peer):
    assert caller(str(peer), forwarded, ()) == str(peer)


@given(st.text(alphabet="0123456789abcdef:., \t"), st.ip_addresses(v=4))
def test_whatever_a_browser_sent_stands_before_what_the_proxy_adds(sent, browser):
    proxies = read_proxies([PROXY])
    if str(browser) != PROXY:
        assert caller(PROXY, f"{sent}, {browser}", proxies) == str(browser)


@pytest.mark.parametrize("written", ["proxy.example", "192.0.2.7/33", "192.0.2.7/24", ""])
def test_what_is_no_address_of_a_proxy_is_refused(written):
    with pytest.raises(PeerbookError, match="proxy"):
        read_proxies(["192.0.2.1", written])


# -- at the door -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def started(start_server, tmp_path_factory):
    """Return a function that starts a server with a user, behind a proxy or not."""

    def start(*arguments: str) -> Server:
        data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("workbooks")
        write_notebook(folder / "start.ipynb", ["print(1)"])
        with open_store(data) as store:
            a_user(store, "anna", "leader")
        program = ("-m", "peerbook.server.app", *arguments)
        return start_server(folder, data=data, has_users=True, program=program)

    return start


@pytest.fixture(scope="module")
def behind(started) -> Server:
    return started("--proxy", PROXY, "--host-name", "peerbook.kommune.example")


@pytest.fixture(scope="module")
def bare(started) -> Server:
    return started()


names = (
    f"nobody{one}{other}" for one, other in itertools.product(string.ascii_lowercase, repeat=2)
)


def try_password(server, source, name=None, password="forkert", **headers):
    """Try a password, by default a wrong one of a name that has not been tried before."""
    form = ask(server, "/login", source=source, **headers)
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.body)[1]
    fields = {"_xsrf": xsrf, "name": name or next(names), "password": password}
    return ask(
        server, "/login?next=/", method="POST", body=urllib.parse.urlencode(fields),
        source=source, Cookie=form.headers["Set-Cookie"].partition(";")[0], **headers,
    )  # fmt: skip


def wait_comes(server, source, headers):
    """Return whether somebody has to wait after six wrong tries."""
    tries = [try_password(server, source, **each).status for each in headers]
    assert set(tries) <= {403, 429}
    return 429 in tries


def forged(*names):
    """Return headers that say it is somebody else each time."""
    return [dict.fromkeys(names, f"198.51.100.{number}") for number in range(6)]


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_Ip"])
def test_a_header_from_an_address_that_is_no_proxy_has_no_effect(behind, bare, header):
    ours = {"X_Forwarded_For": "127.0.9.1", "X_Real_Ip": "127.0.9.2"}[header]
    assert wait_comes(bare, ours, forged(header))
    assert wait_comes(behind, ours, forged(header))


def test_behind_a_proxy_each_browser_waits_for_itself_alone(behind):
    said = {"X_Forwarded_For": BROWSER}
    assert wait_comes(behind, PROXY, [said] * 6)
    other = {"X_Forwarded_For": "192.0.2.8"}
    assert try_password(behind, PROXY, "anna", GOOD_PASSWORD, **other).status == 302


def test_what_a_browser_itself_wrote_before_the_proxy_helps_it_nothing(behind):
    tries = [
        {"X_Forwarded_For": f"198.51.100.{number}, 192.0.2.9", "X_Real_Ip": f"203.0.113.{number}"}
        for number in range(6)
    ]
    assert wait_comes(behind, PROXY, tries)


def test_a_login_by_a_proxy_that_ends_tls_is_sent_by_tls_only(behind):
    """And under the name the browser knows the proxy by."""
    said = {"X_Forwarded_For": "192.0.2.10", "Host": "peerbook.kommune.example"}
    safe = try_password(behind, PROXY, "anna", GOOD_PASSWORD, X_Forwarded_Proto="https", **said)
    assert safe.status == 302
    assert "Secure" in safe.headers["Set-Cookie"]
    forged = try_password(behind, OTHER, "anna", GOOD_PASSWORD, X_Forwarded_Proto="https")
    assert forged.status == 302
    assert "Secure" not in forged.headers["Set-Cookie"]


@pytest.mark.parametrize("source", [PROXY, OTHER])
def test_behind_a_proxy_a_name_that_was_led_here_is_refused(behind, source):
    for path in ("/login", "/voila/render/start.ipynb", "/peerbook/assets/peerbook.css"):
        answer = ask(behind, path, source=source, Host="evil.example")
        assert answer.status == 403
    assert "evil.example" in behind.said()
    for host in ("peerbook.kommune.example", "PEERBOOK.kommune.example:443", "localhost"):
        assert ask(behind, "/login", source=source, Host=host).status == 200


def test_the_next_on_a_connection_of_the_proxy_is_not_taken_for_the_one_before():
    class Context:
        remote_ip, protocol = PROXY, "http"

    class Connection:
        context = Context()

    seen = []

    class Application:
        def start_request(self, _server, connection):
            class Delegate:
                def headers_received(self, _line, _headers):
                    seen.append((connection.context.remote_ip, connection.context.protocol))

                def finish(self):
                    pass

                on_connection_close = finish

            return Delegate()

    door = BehindProxies(Application(), read_proxies([PROXY]))
    for ended in ("finish", "on_connection_close"):
        request = door.start_request(None, Connection())
        request.headers_received(
            None, {"X-Forwarded-For": BROWSER, "X-Forwarded-Proto": "http,https"}
        )
        getattr(request, ended)()
        assert (Context.remote_ip, Connection.context.remote_ip) == (PROXY, PROXY)
    request = door.start_request(None, Connection())
    request.headers_received(None, {})
    assert seen == [(BROWSER, "https"), (BROWSER, "https"), (PROXY, "http")]
