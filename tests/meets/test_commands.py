"""`matchmaker timetable`: a file in, a timetable out; bad files get one sentence; Ctrl-C keeps."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from matchmaker.errors import BadInput
from matchmaker.meets import commands
from matchmaker.meets.commands import timetable
from matchmaker.meets.exchange.json_file import problem_as_json, problem_from_json
from matchmaker.meets.exchange.printing import summary
from matchmaker.meets.problem import Answer, Progress, Timetable
from seed.meets import Shape, draw_meet
from tests.meets.exchange.test_json_file import a_meet, people
from tests.readme_examples import json_example

GIVEN = """
nBusiness = 3; nMeetings = 2; nTables = 1; nTotalSlots = 2; nMorningSlots = 1;
requested = [| 1, 2, 3 | 1, 3, 3 |];
nMeetingsBusiness = [2, 1, 1]; meetingsxBusiness = [{1,2},{1},{2}];
forbidden = [{}, {}, {}];
"""


def run(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(timetable, arguments, input=text)


def written(folder: Path, document: dict[str, Any]) -> str:
    file = folder / "meet.json"
    file.write_text(json.dumps(document))
    return str(file)


def test_the_print_shows_slots_and_tables_worth_and_what_is_left_out(tmp_path: Path) -> None:
    absent = people(id="b2", absent=[0, 1])
    result = run(written(tmp_path, a_meet(people=absent)), "--work", "20")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Monday 18 January 2027, UTC+05:30"
    assert lines[1] == "Slot 1  10:00–10:25  1 of 2 tables"
    assert sorted(line.split()[1] for line in (lines[2], lines[4])) == ["b1–s1", "b1–s2"]
    assert "2 meetings of 3 wishes, 4 people." in lines
    keeps = "no timetable that keeps as many must-meets and floors is worth more than 2"
    assert f"Value 2; {keeps}: proved best." in lines
    assert "  w3: b2 and s1 have no common free slot: they are never there together." in lines
    assert "value 2" in result.stderr and "Done after" in result.stderr


def test_the_meet_that_the_readme_shows_is_timetabled(tmp_path: Path) -> None:
    file = tmp_path / "meet.json"
    file.write_text(json_example("matchmaker/meets/README.md"))
    said = run(str(file), "--work", "20").output
    assert "4 meetings of 4 wishes" in said and "proved best" in said


def test_as_json_the_same_work_gives_the_same_answer(tmp_path: Path) -> None:
    file = written(tmp_path, problem_as_json(draw_meet(Shape(12, 20, tables="tight"))))
    first, second = (run(file, "--work", "60", "--seed", "7", "--json") for _ in range(2))
    answer = json.loads(first.stdout)
    assert answer["value"] <= answer["bound"] and answer["timetable"]["meetings"]
    assert all(each["sentence"] for each in answer["unmet"])
    assert json.loads(second.stdout) | {"seconds": answer["seconds"]} == answer


def test_a_given_list_is_placed_and_proved(tmp_path: Path) -> None:
    file = tmp_path / "list.DZN"
    file.write_text(GIVEN)
    result = run(str(file), "--seconds", "5")
    assert result.exit_code == 0, result.output
    assert "Breaks 0: proved that no placement has fewer." in result.stdout


def test_a_meet_or_a_list_may_be_piped_in_and_the_schema_is_printed() -> None:
    assert run("-", "--work", "1", text=json.dumps(a_meet())).exit_code == 0
    assert "Breaks 0" in run("-", "--work", "100", text=GIVEN).stdout
    assert json.loads(run("--schema").stdout)["$ref"] == "#/$defs/Problem"


@pytest.mark.parametrize("content", ["", "{}", '{"slots": []}', json.dumps(a_meet(wishes=[]))])
def test_a_bad_file_ends_in_an_error_for_people(content: str) -> None:
    error = run("-", text=content).exception
    assert isinstance(error, BadInput) and error.remedy


def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "nowhere.json")):
        error = run(name).exception
        assert isinstance(error, BadInput) and error.field == "FILE"
        assert name.endswith(error.shown.removeprefix("…"))


def test_without_a_file_the_command_says_what_it_needs() -> None:
    result = run()
    assert result.exit_code == 2 and "Name a file" in result.stderr


@pytest.mark.parametrize("option", ["--seconds", "--proving"])
def test_a_time_that_is_no_number_is_refused_by_the_name_of_its_option(option: str) -> None:
    result = run("-", option, "nan", text=json.dumps(a_meet()))
    assert result.exit_code == 2 and f"Invalid value for '{option}'" in result.stderr


def test_a_value_that_is_proved_says_what_is_not() -> None:
    problem = replace(problem_from_json(json.dumps(a_meet())), tables=(1, 1))
    answer = Answer(Timetable(), 4, 4.0, below_floor=("s1",))
    assert "Not proved: whether in another timetable fewer people have less than hoped for." in (
        list(summary(problem, answer))
    )
    must = replace(problem, wishes=(replace(problem.wishes[0], is_must=True),))
    assert any("more of the must-meets" in line for line in summary(must, answer))
    assert not any("Not proved" in line for line in summary(must, replace(answer, is_proved=True)))


def test_ctrl_c_ends_the_search_and_keeps_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pressed as soon as the solver says how far it is; else it would go on for a minute."""

    def press(_line: object, progress: Progress) -> None:
        if progress.stage == "inserted":
            monkeypatch.setattr(commands._ProgressLine, "show", lambda *_: None)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(commands._ProgressLine, "show", press)
    shape = Shape(20, 40, availability=(0.3, 0.5), tables="tight")
    file = written(tmp_path, problem_as_json(draw_meet(shape)))
    result = run(file, "--seconds", "60", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["timetable"]["meetings"] and answer["seconds"] < 30


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    """As in a terminal: what a shell starts in the background is born deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual_ctrl_c")
def test_a_second_ctrl_c_ends_everything() -> None:
    with pytest.raises(KeyboardInterrupt), commands._until_interrupted() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_command_is_one_of_matchmaker() -> None:
    from matchmaker.cli import commands as all_commands

    assert all_commands.get_command(click.Context(all_commands), "timetable") is timetable
