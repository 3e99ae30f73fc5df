"""Under which names the server answers."""

from __future__ import annotations

import pytest

from peerbook.errors import PeerbookError
from peerbook.server import serve
from peerbook.server.host_names import is_ours, read_names

NAMES = read_names(["Peerbook.Kommune.Example", "støtte.example"])


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "[::1]", "192.0.2.7", "[2001:db8::7]", "peerbook.kommune.example",
     "xn--sttte-wua.example"],
)  # fmt: skip
def test_the_names_given_localhost_and_addresses_are_ours(host):
    assert is_ours(host, NAMES)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "peerbook.kommune.example.evil.example", "example", "127.0.0.1.evil.example",
     "0x7f.1", "", "localhost.", "peerbook.kommune.example\0"],
)  # fmt: skip
def test_no_other_name_is(host):
    assert not is_ours(host, NAMES)
    assert not is_ours("peerbook.kommune.example", ())


@pytest.mark.parametrize(
    "written", ["", "https://a.example", "a.example/", "a.example:443", "a..example", "*.example"]
)
def test_what_is_no_name_is_refused(written):
    with pytest.raises(PeerbookError, match="navn"):
        read_names(["a.example", written])


def test_a_proxy_needs_the_name_it_is_found_by(tmp_path, monkeypatch):
    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path))
    with pytest.raises(PeerbookError, match="--host-name"):
        serve(open_browser=False, proxies=["127.0.0.1"])
