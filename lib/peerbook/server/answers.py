"""What all our answers share: headers, language, and Danish pages for what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import jinja2
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from peerbook.errors import StoreUnavailable
from peerbook.server.assets import AssetHandler, asset_url
from peerbook.server.host_names import is_ours
from peerbook.text import _, current_language, use_language
from peerbook.text.words import LANGUAGES, Language

LANGUAGE_COOKIE = "peerbook-lang"
# Not "no-referrer": with it browsers hide the origin of our own forms, which is then refused.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Server": "peerbook",
}


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Use a visitor's language for a stretch of code that never waits (one thread, one visitor)."""
    before = current_language()
    use_language(language)
    try:
        yield
    finally:
        use_language(before)


@cache
def templates() -> jinja2.Environment:
    """Return the environment of our page templates; every value is escaped."""
    folder = Path(__file__).parent / "template"
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )


class Answer(JupyterHandler):
    """A Jupyter handler with our headers, the visitor's language, and calm error pages."""

    @property
    def content_security_policy(self) -> str:
        """Scripts and styles from here only, and no connection to anywhere else.

        Widgets are modules the host makes from text (`blob:`); plotly writes inline styles.
        """
        host = self.request.host
        sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
        return (
            "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self'; "
            f"connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )

    def check_host(self) -> bool:
        """Return whether the browser asked for us, and not for a name that was led here."""
        asked, names = self.request.host_name, self.settings.get("peerbook_names", ())
        is_known = names is None or is_ours(asked, names)
        if not is_known:
            self.log.warning(
                _(
                    "Somebody asked for “{name}” here and was refused. If that is what you call "
                    "this server, start it with --host-name and that name."
                ).format(name=ascii(asked[:100]).strip("'"))
            )
        return is_known

    def set_cors_headers(self) -> None:
        """Set none: no other site has any business here."""

    @property
    def language(self) -> Language:
        """The language the visitor asked for, now or earlier; Danish otherwise."""
        wanted = self._language_asked_for() or self.get_cookie(LANGUAGE_COOKIE, "")
        return cast(Language, wanted) if wanted in LANGUAGES else "da"

    def _language_asked_for(self) -> str:
        """Return the address's language; error pages ask too, so bytes that are no text pass."""
        return self.request.query_arguments.get("lang", [b""])[-1].decode("utf-8", "replace")

    def keep_language(self) -> None:
        """Remember a language that was asked for in the address."""
        if self._language_asked_for() in LANGUAGES:
            self.set_cookie(
                LANGUAGE_COOKIE, self.language, path=self.base_url, samesite="Strict",
                httponly=True, max_age=31536000,
            )  # fmt: skip

    def page(self, template: str, **values: Any) -> str:
        """Return one of our templates, filled in."""
        return (
            templates()
            .get_template(template)
            .render(
                lang=self.language,
                base_url=self.base_url,
                css=asset_url(self.base_url, "peerbook.css"),
                **values,
            )
        )

    def message_page(self, title: str, paragraphs: list[str], links: dict[str, str]) -> str:
        """Return a page that says one thing.

        Parameters
        ----------
        title
            Heading.
        paragraphs
            What to know and what to do.
        links
            Where to go from here: words to address.
        """
        return self.page("message.html", title=title, paragraphs=paragraphs, links=links)

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Log what is a fault of ours; Tornado would log the whole address, and who asked."""
        if isinstance(error, StoreUnavailable):
            self.log.error("%s", error)
        elif not isinstance(error, web.HTTPError):
            self.log.error("Uncaught exception", exc_info=(kind, error, trace))

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Send an error page; that the store cannot be used is no fault of the program."""
        if isinstance(kwargs.get("exc_info", (None, None))[1], StoreUnavailable):
            status_code = 503
        super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a Danish page for the status; nothing of the request or the error stands in it."""
        with speaking(self.language):
            title, text = {
                400: (_("This could not be understood"), _("The address is not quite right.")),
                403: (_("You do not have access to this"), _("Log in, and try again.")),
                404: (
                    _("There is no such page"),
                    _("The address may be mistyped, or the page has been moved."),
                ),
                405: (_("This could not be understood"), _("The address is not quite right.")),
                503: (
                    _("The data cannot be opened just now"),
                    _(
                        "Until they can, nobody is let in. Why, and what to do, stands in the "
                        "window where peerbook was started. Then load the page again."
                    ),
                ),
            }.get(
                status_code,
                (
                    _("Something went wrong"),
                    _("It is not your fault. What was saved is still there. Try again shortly."),
                ),
            )
            html = self.message_page(title, [text], {_("To the front page"): self.base_url})
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(html)


class Missing(Answer):
    """Answers every address nobody else answers."""

    @allow_unauthenticated
    async def prepare(self) -> None:
        """Say that there is no such page; no login is asked for."""
        raise web.HTTPError(404)


class Assets(Answer, AssetHandler):
    """The assets, with our headers."""


def log_request(handler: web.RequestHandler) -> None:
    """Log method, path and status: no query, no user, no address of origin.

    What all paths begin with stays out: behind JupyterHub the user's name stands in it.
    """
    status = handler.get_status()
    level = 10 if status < 400 else 30 if status < 500 else 40
    path = (
        handler.request.path.removeprefix(handler.settings["base_url"].rstrip("/"))[:200]
        .encode("unicode_escape")
        .decode()
    )
    log = cast(JupyterHandler, handler).log if isinstance(handler, JupyterHandler) else None
    if log is not None:
        log.log(level, "%s %s %s %.0f ms", status, handler.request.method, path,
                1000 * handler.request.request_time())  # fmt: skip
