"""A problem can be followed through the log by its request id."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
import structlog
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from matchmaker.config import Config
from matchmaker.logs import REQUEST_ID, RequestLog, configure_logs, id_from, request_id


@pytest.fixture
def config(tmp_path: Path):
    root = logging.getLogger()
    before = root.handlers, root.level
    yield Config.from_env({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_LOG_FORMAT": "json"})
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@Request.application
def site(request: Request) -> Response:
    if request.path == "/crash":
        raise ZeroDivisionError
    logging.getLogger("some.library").warning("%s matters", "that")
    return Response(f"id {request_id()}")


def lines(captured: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_all_that_a_request_did_carries_its_id(config: Config, capsys):
    configure_logs(config)
    answer = Client(RequestLog(site)).get("/മാറ്റ്?q=private", headers={REQUEST_ID: "proxy-4711"})
    assert answer.headers[REQUEST_ID] == "proxy-4711"
    assert answer.text == "id proxy-4711"
    answer.close()
    library, request = lines(capsys)
    assert (library["event"], library["request_id"]) == ("that matters", "proxy-4711")
    told = {key: request[key] for key in ("event", "method", "path", "status", "request_id")}
    assert told == {
        "event": "request",
        "method": "GET",
        "path": "/മാറ്റ്",
        "status": 200,
        "request_id": "proxy-4711",
    }
    assert "private" not in json.dumps(request)
    assert request_id() == ""


@pytest.mark.parametrize(
    "path",
    [
        "/enter/s3cret",
        "/ml/enter/s3cret",
        "/account/email/confirm/s3cret",
        "/invitation/s3cret",
        "/confirm/s3cret.x",
        "/recover/s3cret.x",
        "/unsubscribe/s3cret",
        "/ar/privacy/data/s3cret/export.json",
    ],
)
def test_links_that_open_something_leave_no_secret_in_the_log(config: Config, capsys, path: str):
    configure_logs(config)
    logging.getLogger("some.library").setLevel(logging.ERROR)
    Client(RequestLog(site)).get(path).close()
    logging.getLogger("some.library").setLevel(logging.NOTSET)
    (request,) = lines(capsys)
    assert "s3cret" not in json.dumps(request)
    assert request["path"] == re.sub(r"s3cret[^/]*", "…", path)


def test_what_is_done_once_the_answer_is_out_is_not_the_readers_time(
    config: Config, capsys, monkeypatch: pytest.MonkeyPatch
):
    now = [100.0]
    monkeypatch.setattr("matchmaker.logs.time.perf_counter", lambda: now[0])

    @Request.application
    def busy(_request: Request) -> Response:
        now[0] += 0.2
        answer = Response("done")
        answer.call_on_close(lambda: now.append(now.pop() + 7))
        return answer

    configure_logs(config)
    answer = Client(RequestLog(busy)).get("/")
    assert answer.text == "done"
    answer.close()
    (request,) = lines(capsys)
    assert (request["ms"], now) == (200, [107.2])


def test_a_crash_leaves_a_line_too(config: Config, capsys):
    configure_logs(config)
    with pytest.raises(ZeroDivisionError):
        Client(RequestLog(site)).get("/crash")
    assert [line["status"] for line in lines(capsys)] == [500]


def test_health_checks_do_not_bury_the_log(config: Config, capsys):
    configure_logs(config)
    logging.getLogger("some.library").setLevel(logging.ERROR)
    Client(RequestLog(site)).get("/healthz").close()
    logging.getLogger("some.library").setLevel(logging.NOTSET)
    assert lines(capsys) == []


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "abc\ndefgh", "<script>!"])
def test_an_odd_id_is_replaced(given: str):
    assert id_from(given) != given
    assert len(id_from(given)) == 16


def test_an_error_is_logged_with_its_trace(config: Config, capsys):
    configure_logs(config)
    password = "hunter2"
    try:
        raise ValueError("broken loom" if password else "")
    except ValueError:
        structlog.get_logger("weaver").exception("weaving failed", loom=3)
    (line,) = lines(capsys)
    assert "hunter2" not in json.dumps(line)  # local variables stay out
    assert (line["event"], line["loom"], line["level"]) == ("weaving failed", 3, "error")
    assert line["exception"][0]["exc_value"] == "broken loom"


def test_a_person_reads_plain_lines(config: Config, capsys):
    from dataclasses import replace

    configure_logs(replace(config, log_format="text"))
    structlog.get_logger("weaver").info("cloth is ready", metres=12)
    told = capsys.readouterr().err
    assert "cloth is ready" in told
    assert "metres=12" in told
