"""JupyterHub in front, for real: our configuration as shipped, a proxy, PostgreSQL, browsers."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import websocket
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app_under_test import MEMORY_KB
from builders import a_planned_course, a_site, a_user
from peerbook.server.channel import PROTOCOL
from peerbook.server.hub import HubApp, HubEntrance, Place
from peerbook.store import Store, users
from postgres_server import PostgresServer

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "docs" / "jupyterhub" / "jupyterhub_config.py"
PROXY = ROOT / "tests" / "node_modules" / ".bin"
PASSWORD = "opdigt og kun til proeven"  # invented, of this test's own hub; the hub takes ASCII
LOGIN = f"""
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {PASSWORD!r}
c.Authenticator.allow_all = True
c.JupyterHub.load_roles.append(
    dict(name="all-servers", users=["carla"], scopes=["access:servers"])
)
"""
STARTED_BY_A_HUB = {
    "JUPYTERHUB_API_TOKEN": "opdigt",
    "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-anna",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:49999/user/anna/",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/anna/",
    "JUPYTERHUB_USER": "anna",
}
START_SECONDS = 60


@dataclass
class Hub:
    """A hub that runs, and the store its users share."""

    process: subprocess.Popen[bytes]
    address: str
    folder: Path
    store: Store
    log: Path

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def page(self, user: str, notebook: str = "start") -> str:
        return f"{self.address}user/{user}/voila/render/{notebook}.ipynb"


def free_ports(number: int) -> list[int]:
    """Return ports that are free just now."""
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def hub(postgres_server: PostgresServer, tmp_path_factory) -> Iterator[Hub]:
    """Return a hub with two leaders, and a course leader of one of two sites."""
    if not (PROXY / "configurable-http-proxy").exists():
        pytest.fail("JupyterHub's proxy is not installed (npm --prefix tests ci)")
    database = postgres_server.new_database()
    url = postgres_server.url(database)
    folder = tmp_path_factory.mktemp("hub")
    (folder / "login.py").write_text(LOGIN, "utf-8")
    store = Store.open(url)
    a_planned_course(store)
    horsens, _course = a_site(store, name="Horsens")
    a_user(store, "anna", "leader", shown="Opdigt Leder")
    a_user(store, "birthe", "course_leader", [horsens], shown="Opdigt Underviser")
    a_user(store, "carla", "leader", shown="Opdigt Kollega")
    port, hub_port, api_port = free_ports(3)
    address = f"http://127.0.0.1:{port}/"
    environment = {
        "PEERBOOK_HUB_URL": address,
        "PEERBOOK_HUB_PORT": str(port),
        "PEERBOOK_HUB_LOGIN": str(folder / "login.py"),
        "PEERBOOK_HUB_FOLDER": str(folder),
        "PEERBOOK_STORE_URL": url,
        "PEERBOOK_DATA": str(folder / "data"),
        "PATH": f"{PROXY}{os.pathsep}{os.environ['PATH']}",
    }
    command = [
        sys.executable, "-m", "jupyterhub", "--config", str(CONFIG),
        f"--JupyterHub.hub_port={hub_port}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{api_port}",
    ]  # fmt: skip
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["bash", "-c", f'ulimit -v {MEMORY_KB}; exec "$@"', "bash", *command],
            stdout=out, stderr=subprocess.STDOUT, cwd=folder, env={**os.environ, **environment},
        )  # fmt: skip
    started = Hub(process, address, folder, store, log)
    try:
        wait_until_ready(started)
        yield started
    finally:
        process.terminate()
        process.wait(60)
        store.close()
        postgres_server.drop(database)


def wait_until_ready(hub: Hub) -> None:
    """Wait until the proxy knows the way to the hub."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{hub.address}hub/health", timeout=10):
                return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                hub.process.wait(0.2)
                break
    pytest.fail(f"the hub did not start:\n{hub.said()}")


@pytest.fixture
def somebody(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a window of somebody with a browser of their own."""
    contexts: list[BrowserContext] = []

    def window() -> Page:
        context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
        contexts.append(context)
        return context.new_page()

    yield window
    for context in contexts:
        context.close()


def log_in(page: Page, name: str) -> None:
    """Fill in the form of the hub."""
    page.get_by_label("Loginnavn").fill(name)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()


def stand(page: Page) -> None:
    """Wait until a page of ours stands and is connected to its kernel."""
    page.wait_for_selector("body[data-page=ready][data-connection=ok]", timeout=60_000)


def open_as(page: Page, hub: Hub, name: str, notebook: str = "start") -> None:
    """Ask for a page, log in at the hub, and wait for the page."""
    page.goto(hub.page(name, notebook))
    log_in(page, name)
    stand(page)
    assert page.url.partition("?")[0] == hub.page(name, notebook)


def asks_for_login(page: Page) -> None:
    expect(page.get_by_role("heading", name="Log ind")).to_be_visible()
    assert "/hub/login" in page.url


def logins(hub: Hub, name: str) -> list[Path]:
    """Return the files of the logins that hold at a user's server."""
    return [*(hub.folder / "data" / "hub-logins" / name).glob("*")]


def test_each_user_comes_in_by_the_hub_and_finds_what_is_theirs(hub, somebody, axe):
    leader, teacher = somebody(), somebody()
    leader.goto(hub.address)
    asks_for_login(leader)
    assert axe(leader) == []
    log_in(leader, "anna")
    stand(leader)  # the hub has started a server, which has made a page, over the proxy
    assert leader.url.partition("?")[0] == hub.page("anna")
    expect(leader.get_by_role("cell", name=re.compile("Vejle"))).to_be_visible()

    open_as(teacher, hub, "birthe")
    expect(teacher.get_by_role("heading", name="Forsiden")).to_be_visible()
    assert teacher.get_by_text("Vejle").count() == 0
    assert teacher.get_by_role("link", name="Hvem har adgang", include_hidden=True).count() == 0
    assert teacher.goto(hub.page("birthe", "access")).status == 403

    teacher.goto(f"{hub.address}user/birthe/account")
    expect(teacher.get_by_text("Opdigt Underviser (birthe)")).to_be_visible()
    expect(teacher.get_by_text("Din adgangskode er ikke gemt her.")).to_be_visible()
    assert teacher.locator("input[type=password]").count() == 0
    assert axe(teacher) == []


def test_nobody_comes_in_at_somebody_elses(hub, somebody, axe):
    leader, teacher, other = somebody(), somebody(), somebody()
    open_as(leader, hub, "anna")
    kernel = re.search(r'kernel="([\w-]+)"', leader.content())[1]

    open_as(teacher, hub, "birthe")
    assert teacher.goto(hub.page("anna")).status == 403
    expect(teacher.get_by_role("heading", name="Det har du ikke adgang til")).to_be_visible()
    assert axe(teacher) == []

    # Even whom the hub lets through to all servers, as its administrators, has no place there.
    other.goto(hub.page("anna"))
    log_in(other, "carla")
    other.locator("[type=submit]").click()
    expect(other.get_by_role("heading", name="Her er en andens plads")).to_be_visible()
    assert axe(other) == []

    where = hub.address.replace("http", "ws") + f"user/anna/api/kernels/{kernel}/channels"
    for visitor in (teacher, other, None):
        cookies = visitor.context.cookies() if visitor else []
        header = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies)}
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            websocket.create_connection(
                where, subprotocols=[PROTOCOL], header=header, suppress_origin=True, timeout=30
            )
        assert refused.value.status_code == 403


def test_what_lies_beside_the_store_is_one_folder_for_all_servers(hub, somebody):
    """Or a backup outlived whoever made it, and who was deleted by one came back with another's."""
    for name in ("anna", "carla"):
        page = somebody()
        open_as(page, hub, name, "help")
        page.get_by_role("tab", name="Indstillinger").click()
        page.get_by_role("button", name="Lav sikkerhedskopi").click()
        expect(page.get_by_text(".peerbook-backup er lavet og kan åbnes")).to_be_visible()
    assert not [*(hub.folder / "users").rglob("backups")]
    assert len([*(hub.folder / "data" / "backups").glob("*.peerbook-backup")]) == 2


def test_whoever_is_no_user_of_peerbook_is_told_and_let_in_once_the_leader_has(hub, somebody, axe):
    page = somebody()
    page.goto(hub.address)
    log_in(page, "otto")
    expect(page.get_by_role("heading", name="Du har ikke adgang endnu")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text("otto")).to_be_visible()
    assert axe(page) == []
    assert logins(hub, "otto") == []

    leader = somebody()
    open_as(leader, hub, "anna", "access")
    leader.get_by_label("Loginnavn").fill("otto")
    leader.get_by_label("Navn, som kolleger ser").fill("Opdigt Evaluator")
    leader.get_by_role("button", name="Opret login").click()
    told = leader.get_by_role("paragraph").filter(has_text="otto må komme ind med sit login")
    expect(told).to_be_visible()
    assert axe(leader) == []
    page.goto(hub.page("otto"))
    stand(page)

    with hub.store.write("anna") as session:
        users.shut_out(session, "otto")
    expect(page.get_by_text("Du er logget ud.")).to_be_visible()
    page.goto(hub.page("otto"))
    asks_for_login(page)


def test_logging_out_ends_the_login_here_and_at_the_hub(hub, somebody):
    page = somebody()
    open_as(page, hub, "anna")
    kept = page.context.cookies(hub.page("anna"))
    kept = [one for one in kept if not one["path"].startswith("/hub")]
    page.get_by_role("button", name="Log ud").click()
    asks_for_login(page)
    page.goto(hub.page("anna"))
    asks_for_login(page)
    thief = somebody()  # with a copy of all that our server knew the browser by
    thief.context.add_cookies(kept)
    thief.goto(hub.page("anna"))
    asks_for_login(thief)


def test_logging_out_at_the_hub_ends_the_login_here(hub, somebody):
    page = somebody()
    open_as(page, hub, "anna")
    page.goto(f"{hub.address}hub/logout")
    page.goto(hub.page("anna"))
    asks_for_login(page)


def test_a_login_that_was_ended_is_not_renewed_by_the_hub_unasked(hub, somebody):
    here, elsewhere = somebody(), somebody()
    open_as(here, hub, "anna")
    open_as(elsewhere, hub, "anna")
    here.goto(f"{hub.address}user/anna/account")
    while here.get_by_role("button", name="Afslut").count():
        here.get_by_role("button", name="Afslut").first.click()
        expect(here.get_by_text("Det login er afsluttet.")).to_be_visible()
    expect(elsewhere.get_by_text("Du er logget ud.")).to_be_visible()
    elsewhere.goto(hub.page("anna"))
    asks_for_login(elsewhere)

    here.route("**/hub/logout", lambda route: route.abort())  # the way to the hub is cut short
    here.get_by_role("link", name="Til forsiden").click()
    stand(here)
    with here.expect_request("**/hub/logout"):
        here.get_by_role("button", name="Log ud").click()
    here.unroute_all()
    here.goto(hub.page("anna"))
    asks_for_login(here)


def test_a_login_that_time_has_ended_is_not_renewed_by_the_hub_unasked(hub, somebody):
    page = somebody()
    open_as(page, hub, "anna")
    for login in logins(hub, "anna"):
        os.utime(login, (0, login.stat().st_mtime - 3600))
    page.goto(hub.page("anna", "help"))
    asks_for_login(page)
    log_in(page, "anna")
    stand(page)


def test_a_link_from_elsewhere_leads_in(hub, somebody):
    """Browsers keep our cookies back from what another site has begun."""
    page = somebody()
    page.route(
        "http://mail.example/",
        lambda route: route.fulfill(
            body=f'<a href="{hub.page("anna", "help")}">hjælp</a>', content_type="text/html"
        ),
    )
    for _first_and_again in range(2):
        page.goto("http://mail.example/")
        page.get_by_role("link").click()
        if "/hub/login" in page.url:
            log_in(page, "anna")
        stand(page)
        assert page.url == hub.page("anna", "help")


@pytest.mark.parametrize("query", ["", "?code=stolen", "?code=stolen&state=made-up", "?state="])
def test_who_comes_back_from_a_login_nobody_began_is_turned_away(hub, somebody, query):
    page = somebody()
    page.goto(hub.page("anna"))  # begins another one
    answer = page.goto(f"{hub.address}user/anna/oauth_callback{query}")
    assert answer.status == 403
    expect(page.get_by_role("heading", name="Det varede for længe")).to_be_visible()


def test_neither_log_nor_kernel_nor_neighbour_learns_what_opens(hub, somebody):
    page = somebody()
    open_as(page, hub, "anna")
    said = hub.said()
    for secret in (PASSWORD, *(one["value"] for one in page.context.cookies())):
        assert secret not in said
    assert not re.search(r"code=(?!\[secret)|state=(?!\[secret)|token=(?!\[secret)", said)
    assert "Traceback" not in said
    kept = [hub.folder / "hub.sqlite", hub.folder / "cookie-secret", hub.folder / "users" / "anna"]
    assert [path.stat().st_mode & 0o077 for path in kept] == [0, 0, 0]
    below = psutil.Process(hub.process.pid).children(recursive=True)
    forked = [one for one in below if "zygote" in " ".join(one.cmdline())]
    assert forked
    for process in forked:
        assert "JUPYTERHUB_API_TOKEN" not in process.environ()


def test_the_hub_lets_in_names_that_a_user_can_have_and_no_others():
    assert users._NAME.pattern in CONFIG.read_text("utf-8")


@pytest.mark.parametrize(("address", "is_secure"), [("https://a.example/", True), ("", False)])
def test_the_cookie_is_for_https_only_where_browsers_come_by_it(
    tmp_path, monkeypatch, address, is_secure
):
    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path))
    for name, value in {**STARTED_BY_A_HUB, "JUPYTERHUB_PUBLIC_URL": address}.items():
        monkeypatch.setenv(name, value)
    app = HubApp(place=Place.from_environment())
    assert HubEntrance(parent=app).secure_cookie is is_secure
    assert "JUPYTERHUB_API_TOKEN" not in os.environ


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "Kun JupyterHub starter dette"),
        (STARTED_BY_A_HUB, "Alle på en hub deler ét datalager: Skriv dets adresse i"),
    ],
)
def test_what_is_missing_for_a_hub_is_told_in_a_line(tmp_path, environment, told):
    done = subprocess.run(
        [sys.executable, "-m", "peerbook", "serve", "--hub"],
        env={**os.environ, "PEERBOOK_DATA": str(tmp_path), **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert [*tmp_path.iterdir()] == []
