"""Compiled loops: kept where they can be, compiled anew when any loop has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from matchmaker import jit


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    jit.cache_folder.cache_clear()
    yield
    jit.cache_folder.cache_clear()


def test_loops_are_kept_beside_the_code_under_the_digest_of_all_loops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meets").mkdir()
    (tmp_path / "meets" / "one.py").write_text("@compiled\ndef one(): return 1\n")
    (tmp_path / "meets" / "prose.py").write_text("LINES = 3\n")
    monkeypatch.setattr(jit, "_HERE", tmp_path)
    first = jit.cache_folder("meets")
    assert first and first.is_dir() and first.parent == tmp_path / "__pycache__"

    (tmp_path / "meets" / "prose.py").write_text("LINES = 4\n")
    jit.cache_folder.cache_clear()
    assert jit.cache_folder("meets") == first

    (tmp_path / "meets" / "one.py").write_text("@compiled\ndef one(): return 2\n")
    jit.cache_folder.cache_clear()
    assert jit.cache_folder("meets") != first


def test_where_the_code_cannot_be_written_the_users_cache_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "installed"
    place.mkdir()
    (place / "__pycache__").write_text("a file, so that nothing can be made in it")
    monkeypatch.setattr(jit, "_HERE", place)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = jit.cache_folder("meets")
    assert folder and folder.parent == tmp_path / "cache" / "matchmaker"


def test_where_nothing_can_be_written_loops_are_compiled_for_the_process_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "_is_ours", lambda folder: False)
    monkeypatch.setattr(jit, "_room_of", lambda loop: "meets")
    assert jit.cache_folder("meets") is None

    for compiled in (jit.compiled, jit.compiled_lean):

        @compiled
        def twice(value: int) -> int:
            return 2 * value

        assert twice(21) == 42


def test_a_loop_is_compiled_once_whatever_constants_others_call_it_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jit, "_is_ours", lambda folder: False)
    monkeypatch.setattr(jit, "_room_of", lambda loop: "meets")

    @jit.inner
    def larger(one: int, other: int) -> int:
        return one if one > other else other

    @jit.compiled
    def thrice(value: int) -> int:
        return larger(value, 5) + larger(value, 7) + larger(value, value)

    assert thrice(6) == 6 + 7 + 6
    assert len(larger.signatures) == 1  # type: ignore[attr-defined]
