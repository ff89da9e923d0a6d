"""What tests of pages share: the database of their application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matchmaker.database import database


@pytest.fixture
def app_engine(app: Flask) -> Engine:
    with app.app_context():
        return database.engine


@pytest.fixture
def app_db(app_engine: Engine) -> Iterator[Session]:
    """A session of the test's own: one within an app context would be shared with the requests."""
    with Session(app_engine, expire_on_commit=False) as session:
        yield session
