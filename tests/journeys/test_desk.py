"""An officer works a queue without leaving the keyboard; every page of the desk is for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from matchmaker.access import ACTING_IN
from matchmaker.accounts.models import User
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.desk.models import QUEUES, Assignment
from tests.desk_queues import fill_queues
from tests.factories import make_actor, make_cast
from tests.journeys.conftest import Silent, watched
from tests.journeys.test_axe import grave

AXE = Axe()
DESK, PHONE = {"width": 1280, "height": 1000}, {"width": 390, "height": 844}
Open = Callable[..., BrowserContext]


@pytest.fixture
def cookie(app: Flask, config: Config) -> str:
    """What signs the head of the desk in; every queue holds three cases."""
    engine = make_engine(config.database_url)
    with Session(engine, expire_on_commit=False) as db:
        cast = make_cast(db)
        fill_queues(db, cast, 3)
        assert cast.officer.organisation is not None
        head = make_actor(db, cast.officer.organisation, "desk_head")
        db.commit()
        assert head.user is not None
        kept: dict[str, Any] = {"_user_id": head.user.fs_uniquifier, "_fresh": True}
        kept |= {ACTING_IN: cast.officer.organisation.public_id, "fs_cc": "set"}
    engine.dispose()
    return str(app.session_interface.get_signing_serializer(app).dumps(kept))  # type: ignore[attr-defined]


@pytest.fixture
def address(app: Flask, cookie: str) -> Iterator[str]:
    """Browsers of this file are opened here, not on the little world."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture
def officer(open_context: Open, address: str, cookie: str) -> Page:
    context = open_context(viewport=DESK, reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    return watched(context.new_page())


def test_a_queue_is_worked_by_keys(officer: Page, config: Config) -> None:
    officer.goto("/desk")
    officer.keyboard.press("j")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/desk/queues/firms**")  # whole: its keys listen
    officer.keyboard.press("j")
    officer.keyboard.press("j")
    officer.keyboard.press("k")
    subject = officer.locator("tr.here input[name=case]").get_attribute("value")
    with officer.expect_navigation():  # whole, so that its keys listen again
        officer.keyboard.press("a")
    expect(officer.get_by_text("1 case is yours.")).to_be_visible()
    with Session(make_engine(config.database_url)) as db:
        taken = db.execute(
            select(Assignment.subject, User.name).join(User, User.id == Assignment.officer_id)
        ).one()
    assert taken.subject == subject
    officer.keyboard.press("?")
    expect(officer.get_by_text("next and previous row")).to_be_visible()
    officer.get_by_label("Single keys work on this device").uncheck()
    officer.reload()
    officer.keyboard.press("j")
    expect(officer.locator("tr.here")).to_have_count(0)
    assert officer.problems == []  # type: ignore[attr-defined]


def pages_of(officer: Page) -> list[str]:
    """Every page of the desk, the first case of every queue, and the form for reports."""
    found = ["/desk", *(f"/desk/queues/{queue}" for queue in QUEUES)]
    for queue in QUEUES:
        officer.goto(f"/desk/queues/{queue}")
        found.append(str(officer.locator("[data-open]").first.get_attribute("href")))
    officer.goto("/desk/queues/firms")
    with officer.expect_navigation():
        officer.locator("[data-open]").first.click()
    public = officer.get_by_text("As buyers see it").get_attribute("href")
    found.append(f"/report{public}")
    return [*found, "/desk/firms", "/desk/people", "/desk/contacts", "/desk/audit"]


def test_nobody_is_shut_out_and_nothing_runs_out_of_the_screen(officer: Page) -> None:
    wrong = []
    for path in pages_of(officer):
        for size in (DESK, PHONE):
            officer.set_viewport_size(size)  # type: ignore[arg-type]
            officer.goto(path)
            over = officer.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong += [f"{path}: {over} px too wide at {size['width']}"] if over > 0 else []
        officer.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        officer.evaluate(AXE.axe_script)
        wrong += [f"{path}: {each}" for each in grave(officer, whole=True)]
    assert not wrong, "\n" + "\n".join(wrong)
    assert officer.problems == []  # type: ignore[attr-defined]
