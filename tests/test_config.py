"""Settings are checked at start, and every one of them is documented."""

import re
from pathlib import Path

import pytest

from matchmaker.config import ROOT, SETTINGS, BadSetting, Config


def test_nothing_set_gives_a_working_development_site(tmp_path: Path) -> None:
    config = Config.from_env({"MATCHMAKER_DATA": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/matchmaker.sqlite"
    assert config.public_url == "http://127.0.0.1:8000"
    assert len(config.secret_key) >= 32
    again = Config.from_env({"MATCHMAKER_DATA": str(tmp_path)})
    assert again.secret_key == config.secret_key
    assert config.secret_key not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MATCHMAKER_PORT", "0"),
        ("MATCHMAKER_PORT", "http"),
        ("MATCHMAKER_WEB_WORKERS", "-1"),
        ("MATCHMAKER_ENVIRONMENT", "prod"),
        ("MATCHMAKER_LOG_FORMAT", "xml"),
        ("MATCHMAKER_TRUST_PROXY", "yes"),
    ],
)
def test_nonsense_stops_the_start_and_says_what_to_write(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadSetting, match=f"{name} is '{value}'; it should be "):
        Config.from_env({"MATCHMAKER_DATA": str(tmp_path), name: value})


def test_production_needs_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = {"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_ENVIRONMENT": "production"}
    with pytest.raises(BadSetting, match="MATCHMAKER_SECRET_KEY"):
        Config.from_env(settings)
    Config.from_env(settings | {"MATCHMAKER_SECRET_KEY": "x" * 32})


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`MATCHMAKER_([A-Z_]+)`", readme))
    assert {name.upper() for name in SETTINGS} <= documented | {"DATA_DIR"}
    assert "DATA" in documented
    assert all(setting.help for setting in SETTINGS.values())
