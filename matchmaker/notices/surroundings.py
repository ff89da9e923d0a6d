"""What notices need of the application around them, where there is one.

Services also run in commands, seeds and jobs: there the settings are read anew and texts stay
in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, has_app_context
from flask_babel import force_locale

from matchmaker.config import LANGUAGES, Config


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Within it, texts come in this language; in English where there is no application."""
    if not has_app_context():
        yield
        return
    with force_locale(language if language in LANGUAGES else "en"):
        yield


def settings() -> Config:
    """The settings of the application, or of the environment outside of one."""
    if has_app_context():
        return current_app.extensions["config"]  # type: ignore[no-any-return]
    return Config.from_env()


def wide_address(config: Config, path: str, language: str) -> str:
    """The full address of a page of ours, in the reader's language, for mail."""
    prefix = f"/{language}" if language in LANGUAGES and language != "en" else ""
    return f"{config.public_url}{prefix}{path}"
