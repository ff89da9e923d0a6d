"""What a person sees between the first command and the running site."""

from __future__ import annotations

import io
import re
import socket
from pathlib import Path

import pytest

from matchmaker.config import Config
from matchmaker.first_run import Progress, Step, address, bar, moved_to, up
from matchmaker.processes import hold
from matchmaker.server_status import lock_file, note_status
from tests.ports import free_port


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Kitchen:
    """Two steps that remember that they were done, and a site that only says it is ready."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.served: Config | None = None

    def step(self, title: str) -> Step:
        def cook(progress: Progress) -> None:
            for number in range(11):
                progress(number, 10, "pots")
            self.done.append(title)

        return Step(title, lambda: title in self.done, cook)

    def serve(self, config: Config, ready) -> int:
        self.served = config
        ready()
        return 7


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_env({"MATCHMAKER_DATA": str(tmp_path)}, port=free_port())


def without_times(text: str) -> str:
    return re.sub(r"[\d.]+ s\b", "N s", text)


def test_the_address_comes_last_and_the_second_start_redoes_nothing(config: Config):
    kitchen, first, second = Kitchen(), io.StringIO(), io.StringIO()
    steps = [kitchen.step("Wash"), kitchen.step("Boil")]
    assert up(config, steps, kitchen.serve, first) == 7
    assert kitchen.done == ["Wash", "Boil"]
    assert without_times(first.getvalue()).splitlines()[-3:] == [
        "[2/2] Boil: done in N s",
        "Starting the site (N s so far)",
        f"Matchmaker is running at http://127.0.0.1:{config.port}",
    ]
    assert "[1/2] Wash: [############------------]  50% pots" in first.getvalue()

    up(config, steps, kitchen.serve, second)
    assert kitchen.done == ["Wash", "Boil"]
    assert second.getvalue().splitlines()[:2] == [
        "[1/2] Wash: already there",
        "[2/2] Boil: already there",
    ]


def test_a_bar_moves_on_a_terminal(config: Config):
    kitchen, out = Kitchen(), Terminal()
    up(config, [kitchen.step("Boil")], kitchen.serve, out)
    assert "\r\033[K[1/1] Boil [########################] 100% pots" in out.getvalue()


def test_a_step_that_fails_is_named_and_nothing_is_served(config: Config):
    def burn(progress: Progress) -> None:
        raise OSError("no gas")

    kitchen, out = Kitchen(), io.StringIO()
    with pytest.raises(OSError, match="no gas"):
        up(config, [Step("Fry", lambda: False, burn)], kitchen.serve, out)
    assert out.getvalue().endswith("[1/1] Fry: stopped; start again to continue\n")
    assert kitchen.served is None


def test_a_taken_port_is_replaced_and_said(config: Config):
    kitchen, out = Kitchen(), io.StringIO()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", config.port))
        taken.listen()
        up(config, [], kitchen.serve, out)
    assert kitchen.served is not None
    assert kitchen.served.port > config.port
    assert kitchen.served.public_url == f"http://127.0.0.1:{kitchen.served.port}"
    assert f"Port {config.port} is taken; using {kitchen.served.port}." in out.getvalue()


def test_while_the_site_runs_the_same_command_only_says_where(config: Config):
    kitchen, out = Kitchen(), io.StringIO()
    lock = hold(lock_file(config))
    note_status(config, {"address": "http://127.0.0.1:8123"})
    assert up(config, [kitchen.step("Wash")], kitchen.serve, out) == 0
    lock.close()
    assert out.getvalue() == "Matchmaker is already running at http://127.0.0.1:8123\n"
    assert kitchen.done == []


def test_a_chosen_public_url_survives_a_move(tmp_path: Path):
    config = Config.from_env(
        {"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_PUBLIC_URL": "https://clusters.example"}
    )
    assert moved_to(config, "0.0.0.0", 9000).public_url == "https://clusters.example"
    assert address(moved_to(config, "0.0.0.0", 9000)) == "http://127.0.0.1:9000"
    assert address(moved_to(config, "::1", 9000)) == "http://[::1]:9000"


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [(0, 4, "[----]   0%"), (2, 4, "[##--]  50%"), (9, 4, "[####] 100%"), (12345, 0, "12,345")],
)
def test_the_bar(done: int, total: int, shown: str):
    assert bar(done, total, width=4) == shown
