"""One browser for all tests of the page, and a new window, without any network, for each."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from auditlint.cli import run
from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

    Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None or find_spec("playwright") is None:
        (pytest.fail if os.environ.get(chromium.REQUIRED) == "required" else pytest.skip)(chromium.ADVICE)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path)
        yield running
        running.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Write the page of a policy."""

    def write(*arguments: str) -> Path:
        target = tmp_path / "matrix.html"
        assert run(["matrix", *arguments, "--format", "html", "--output-file", str(target)]) == 0
        return target

    return write


@pytest.fixture
def complaints() -> list[str]:
    """What the browser says of a page: errors, messages, dialogs."""
    return []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[Open]:
    """Open a file in a window of its own; at the end nothing may have been asked for or complained of."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    opened: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def opening(path: Path, fragment: str = "", **options: object) -> Page:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", dismiss)
        opened.append(path.as_uri())
        page.goto(path.as_uri() + fragment)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(asked) <= set(opened)
