"""The platform behind a real browser: people at their consoles, every page watched for errors and strangers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bonded.models import User
from config.local.folders import PROJECT
from tests.browser.browsers import browser_path

# Playwright keeps a loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium a process; where there is none, one process installs it."""
    with (PROJECT / "pyproject.toml").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = browser_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield chromium
        chromium.close()


@pytest.fixture
def clock(at: datetime, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let the pages live at the tests' moment; `clock.at` moves it."""
    held = SimpleNamespace(at=at)
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: held.at))
    return held


Window = Callable[..., Page]


class Windows:
    """Windows of people before one platform; a page that logs an error, throws one or asks another host is a fault."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, *, language: str = "en", scheme: str = "light", width: int = 1440, has_scripts: bool = True) -> Page:
        """Open a window in a language and a colour scheme, of a width in pixels."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="zh-CN" if language == "zh-hans" else "en-GB",
            timezone_id="Asia/Shanghai",
            java_script_enabled=has_scripts,
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}])
        page = context.new_page()
        self._watch(page)
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        host = urlsplit(self.url).netloc

        def on_console(message: ConsoleMessage) -> None:
            # That a refused form answers 4xx is told by the browser as an error; its page is looked at by the tests.
            is_refusal = "status of 4" in message.text and "/static/" not in message.location["url"]
            if message.type == "error" and not is_refusal:
                self.faults.append(f"{page.url}: {message.text}")

        def on_request(request: Request) -> None:
            if urlsplit(request.url).scheme in ("http", "https") and urlsplit(request.url).netloc != host:
                self.faults.append(f"{page.url} asked {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("request", on_request)


@pytest.fixture
def window(browser: Browser, live_server: LiveServer, clock: SimpleNamespace) -> Iterator[Window]:
    """Give a function that opens a person's window, signed in; a page with a fault fails the test at its end."""
    windows = Windows(browser, live_server.url)

    def open_window(username: str | None = None, **looks: Any) -> Page:
        page = windows.open(**looks)
        if username:
            name, value = settings.SESSION_COOKIE_NAME, session_of(username)
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    yield open_window
    windows.close()
    connections.close_all()
    assert windows.faults == []


def session_of(username: str) -> str:
    """Sign a person in without the page and give the session's key."""
    user = User.objects.get(username=username)
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key
