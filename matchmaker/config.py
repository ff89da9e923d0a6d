"""Every setting of the product: its name, its default and what it is for, checked at start.

A setting is an environment variable `MATCHMAKER_<NAME>`. Nonsense stops the start with a
sentence that names the setting, the value and the remedy.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {
    "en": "English",
    "ml": "മലയാളം",
    "hi": "हिन्दी",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ar": "العربية",
}


class BadSetting(Exception):
    """A setting that cannot be right; the message says what to write instead."""


def _text(value: str) -> str:
    return value


def _port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("a port is a whole number from 1 to 65535")
    return int(value)


def _count(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) <= 64:
        raise ValueError("a whole number from 1 to 64")
    return int(value)


def _environment(value: str) -> str:
    if value not in ("development", "production"):
        raise ValueError("'development' or 'production'")
    return value


def _log_format(value: str) -> str:
    if value not in ("json", "text"):
        raise ValueError("'json' or 'text'")
    return value


def _switch(value: str) -> bool:
    # Only these two words: 'yes', '1' or 'on' in one place and not in another is how
    # switches are believed to be set when they are not.
    if value not in ("true", "false"):
        raise ValueError("'true' or 'false'")
    return value == "true"


def _mail_server(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError("empty, or like smtp://user:password@host:587 or smtps://host")
    parts.port  # noqa: B018  says so itself if it is none
    return value


def _sender(value: str) -> str:
    if not re.fullmatch(r"[^<>\r\n@]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+", value):
        raise ValueError("an address, or a name with one: Matchmaker <office@example.org>")
    return value


def _path(value: str) -> Path:
    return Path(value).expanduser().resolve()


@dataclass(frozen=True)
class Setting:
    """How one setting is read: `parse` turns its text into its value or says what it should be."""

    default: str
    help: str
    parse: Callable[[str], Any] = _text


SETTINGS: dict[str, Setting] = {
    "environment": Setting("development", "development or production", _environment),
    "data_dir": Setting(str(ROOT / ".data"), "folder of everything that is written", _path),
    "database_url": Setting("", "SQLAlchemy URL; empty: a SQLite file in the data folder"),
    "jobs_database_url": Setting("", "URL of the job store; empty: a SQLite file of its own"),
    "secret_key": Setting("", "signs cookies; required in production, 32 characters or more"),
    "host": Setting("127.0.0.1", "address to serve on"),
    "port": Setting("8000", "port to serve on", _port),
    "web_workers": Setting("2", "web processes", _count),
    "public_url": Setting("", "address people use, for sitemap and mail; empty: http://host:port"),
    "log_format": Setting("text", "json or text", _log_format),
    "search_engine": Setting("embedded", "embedded, or the URL of a Meilisearch server"),
    "search_key": Setting("", "the server's key for searching; for writing too if alone"),
    "indexing_key": Setting("", "the server's key for writing; empty: the search key"),
    "model": Setting("all-MiniLM-L6-v2", "the sentence-transformers model that encodes texts"),
    "rate_limit": Setting("600 per minute", "searches and suggestions one address may ask for"),
    "rate_limit_store": Setting(
        "process://", "where rate limits are counted (redis://… when many)"
    ),
    "mail_url": Setting(
        "",
        "smtp://user:password@host:587 or smtps://…; empty: mail is written to a folder",
        _mail_server,
    ),
    "mail_from": Setting("Matchmaker <no-reply@localhost>", "the sender of mail", _sender),
    "store_url": Setting("", "fsspec URL of uploaded files; empty: a folder in the data folder"),
    "trust_proxy": Setting(
        "false", "true behind one reverse proxy that sets X-Forwarded-*", _switch
    ),
}


@dataclass(frozen=True)
class Config:
    """The checked settings. Build it with `Config.from_env()`; tests pass values directly."""

    environment: str
    data_dir: Path
    database_url: str
    jobs_database_url: str
    secret_key: str = field(repr=False)
    host: str
    port: int
    web_workers: int
    public_url: str
    log_format: str
    search_engine: str
    search_key: str = field(repr=False)
    indexing_key: str = field(repr=False)
    model: str
    rate_limit: str
    rate_limit_store: str
    mail_url: str = field(repr=False)
    mail_from: str
    store_url: str
    trust_proxy: bool

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **changes: Any) -> Config:
        """Read and check every setting; `changes` win over the environment.

        Raises BadSetting naming the setting, its value and what it should be.
        """
        environ = os.environ if environ is None else environ
        values = {name: _read(name, setting, environ) for name, setting in SETTINGS.items()}
        values.update(changes)
        return cls(**_complete(values))

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def search_dir(self) -> Path:
        return self.data_dir / "search"

    @property
    def model_dir(self) -> Path:
        return self.data_dir / "models"


def _read(name: str, setting: Setting, environ: Mapping[str, str]) -> Any:
    variable = f"MATCHMAKER_{name.upper()}"
    if name == "data_dir" and "MATCHMAKER_DATA" in environ:
        variable = "MATCHMAKER_DATA"
    text = environ.get(variable, setting.default)
    try:
        return setting.parse(text)
    except ValueError as wrong:
        raise BadSetting(f"{variable} is {text!r}; it should be {wrong}.") from wrong


def _complete(values: dict[str, Any]) -> dict[str, Any]:
    data_dir: Path = values["data_dir"]
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir}/matchmaker.sqlite"
    values["jobs_database_url"] = values["jobs_database_url"] or f"sqlite:///{data_dir}/jobs.sqlite"
    values["public_url"] = (
        values["public_url"].rstrip("/") or f"http://{values['host']}:{values['port']}"
    )
    if values["environment"] == "production" and len(values["secret_key"]) < 32:
        raise BadSetting(
            "MATCHMAKER_SECRET_KEY is missing or shorter than 32 characters; "
            "in production set it to a long random text."
        )
    values["secret_key"] = values["secret_key"] or _development_secret(data_dir)
    return values


def _development_secret(data_dir: Path) -> str:
    """A secret of this checkout alone, made once, so that no default can be guessed."""
    file = data_dir / "development-secret"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


assert [f.name for f in fields(Config)] and set(SETTINGS) == {f.name for f in fields(Config)}
