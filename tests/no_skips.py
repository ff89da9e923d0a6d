"""With CI=true a skipped test fails the run: what is never run proves nothing.

Only tests marked `needs_meilisearch` may be skipped, for want of a server at MEILI_URL.
"""

from __future__ import annotations

import os

import pytest

ALLOWED = "needs_meilisearch"


class NoSkips:
    """Remembers skipped tests and turns a green run with some of them red."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail") and ALLOWED not in report.keywords:
            self.skipped.append(f"{report.nodeid}: {_reason(report.longrepr)}")

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        # A whole module that skips itself has no marker to excuse it.
        if report.skipped:
            self.skipped.append(f"{report.nodeid}: {_reason(report.longrepr)}")

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, which CI does not allow", red=True)
            for line in self.skipped:
                terminalreporter.line(line)


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


def pytest_configure(config: pytest.Config) -> None:
    # Workers report to the process that started them; it alone counts.
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("CI") == "true" and not is_worker:
        config.pluginmanager.register(NoSkips(), "no-skips")
