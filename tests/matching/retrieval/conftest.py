"""A search without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.config import Config
from matchmaker.searching import Searching


@pytest.fixture
def search(tmp_path: Path) -> Searching:
    """Without a model: words decide."""
    return Searching(Config.from_env({}, data_dir=tmp_path / "bare"))
