"""Pages of accounts: forms without tokens, a look at the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.database import get_db


@pytest.fixture
def in_haste(app: Flask) -> None:
    """The walk of the routes sends tokens, these stories go without."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def read(app: Flask) -> Callable[[Callable[[Session], Any]], Any]:
    def ask(question: Callable[[Session], Any]) -> Any:
        with app.app_context():
            return question(get_db())

    return ask
