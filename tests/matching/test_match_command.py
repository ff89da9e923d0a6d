"""`matchmaker match` on files and on the little world: a readable print, JSON, honest refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.certification.models import Scheme
from matchmaker.cli import commands
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.errors import MatchmakerError
from matchmaker.json_data import written
from matchmaker.matching.exchange.incoming import schemas
from tests.conftest import TODAY
from tests.matching.small_trade import MAT, WANTED
from tests.readme_examples import json_example

CASHEW = replace(
    MAT, id="cashew-1", title="Cashew kernels W320", text="Whole white kernels", hs_code="080132",
    family="cashew-kernels", attributes={}, rule_families=("cashew",),
    maker=replace(MAT.maker, id="firm-2", cluster="kollam-cashew"),
)  # fmt: skip


def run(config: Config, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr(Config, "from_env", lambda *_a, **_k: config)
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        commands, ["match", *words, "--today", str(TODAY)]
    )


@pytest.fixture
def bare(tmp_path: Path) -> Config:
    """A data folder without database, index or model."""
    return Config.from_env({}, data_dir=tmp_path / "data")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    told = {"requirement": written(WANTED), "offers": [written(CASHEW), written(MAT)]}
    found = tmp_path / "wanted.json"
    found.write_text(json.dumps(told))
    return found


def test_a_file_with_offers_needs_neither_database_nor_model(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(bare, monkeypatch, str(file)).output
    assert "2 offers; 2 judged in full" in said
    assert "Texts compared by words." in said
    best, others = said.split("  2. ")
    assert "1." in best and "Handloom coir mat — firm-1, alappuzha-coir" in best
    assert "Cashew kernels W320 — firm-2, kollam-cashew" in others
    assert others.count("probably another product than the one asked for") == 1
    assert "probably another product" not in best
    assert "quantity 100" in best and "→ " in said


def test_the_answer_for_programs_keeps_to_its_schema(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.loads(run(bare, monkeypatch, str(file), "--json").output)
    jsonschema_rs.validate(schemas()["answer"], answer)
    assert [each["offer"] for each in answer["firms"]] == ["mat-1", "cashew-1"]
    assert answer["compared_by"] == "words"
    told = json.loads(run(bare, monkeypatch, "--schema").output)
    assert told == json.loads(json.dumps(schemas()))


def test_the_requirement_that_the_readme_shows_is_answered(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(json_example("matchmaker/matching/README.md"))
    answer = json.loads(run(bare, monkeypatch, str(file), "--json").output)
    assert [each["offer"] for each in answer["firms"]] == ["mat 15", "mat 17"]


def test_where_words_are_all_there_is_it_says_what_they_were_taken_for(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(run(bare, monkeypatch, str(file), "--json").output).get("spoken") is None
    unstated = replace(WANTED, family="", hs_code="")
    file.write_text(json.dumps({"requirement": written(unstated), "offers": [written(MAT)]}))
    said = run(bare, monkeypatch, str(file)).output
    assert "the words do not tell one clearly: state it" in " ".join(said.split())


def test_names_that_nobody_knows_are_told_beside_the_answer(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = run(bare, monkeypatch, str(file))
    assert (right.exit_code, right.stderr) == (0, "")
    assert "remarks" not in json.loads(run(bare, monkeypatch, str(file), "--json").output)
    asked = replace(WANTED, family="coir-handlom-mat")
    file.write_text(json.dumps({"requirement": written(asked), "offers": [written(MAT)]}))
    said = run(bare, monkeypatch, str(file))
    assert said.exit_code == 0 and "Handloom coir mat — firm-1" in said.stdout
    assert " ".join(said.stderr.split()) == (
        "$.requirement.family: “coir-handlom-mat”. No product family of this name is known. "
        "Did you mean “coir-handloom-mat”?"
    )
    programs = run(bare, monkeypatch, str(file), "--json")
    answer = json.loads(programs.stdout)
    jsonschema_rs.validate(schemas()["answer"], answer)
    assert (programs.exit_code, programs.stderr) == (0, "")
    assert answer["remarks"] == [
        {"field": "$.requirement.family", "value": "coir-handlom-mat",
         "sentence": "No product family of this name is known.", "meant": ["coir-handloom-mat"]}
    ]  # fmt: skip


def test_a_file_of_offers_may_name_families_of_its_own(
    bare: Config, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(json.dumps(written(replace(WANTED, family="palm-leaf-roof"))))
    others = tmp_path / "offers.json"
    others.write_text(json.dumps([written(replace(MAT, family="palm-leaf-roof"))]))
    assert run(bare, monkeypatch, str(file), "--offers", str(others)).stderr == ""
    others.write_text(json.dumps([written(replace(MAT, family="palm-leave-roof"))]))
    said = run(bare, monkeypatch, str(file), "--offers", str(others)).stderr
    assert said.startswith("$.family: “palm-leaf-roof”.") and "$[0].family:" in said


def test_the_database_tells_which_names_it_does_not_know(
    site_config: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = {"clusters": ["alapuzha-coir"], "states": ["Keralla"], "payment_terms": ["60 days"]}
    asked = {**written(WANTED), "family": "coir-tufted-mats", "hs_code": "", "prefers": wishes}
    file.write_text(json.dumps(asked))
    said = run(site_config, monkeypatch, str(file), "--clusters", "0")
    assert said.exit_code == 0, said.exception
    told = " ".join(said.stderr.split())
    for field, meant in (("family", "coir-tufted-mat"), ("prefers.clusters", "alappuzha-coir"),
                         ("prefers.states", "Kerala")):  # fmt: skip
        assert f"$.{field}: " in told and f"Did you mean “{meant}”?" in told
    assert told.count("$.") == 3
    right = {"clusters": ["alappuzha-coir"], "states": ["Kerala"], "payment_terms": ["60 days"]}
    file.write_text(json.dumps({**asked, "family": "coir-tufted-mat", "prefers": right}))
    assert run(site_config, monkeypatch, str(file), "--clusters", "0").stderr == ""


def test_a_scheme_that_only_the_database_knows_may_be_insisted_on(
    config: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {**written(WANTED), "musts": ["OF-HERE"]}
    file.write_text(json.dumps(asked))
    refused = run(config, monkeypatch, str(file), "--clusters", "0")
    assert "$.musts[0]: “OF-HERE” cannot be used." in str(refused.exception)
    with Session(make_engine(config.database_url)) as db:
        known = db.scalars(select(Scheme).order_by(Scheme.code)).first()
        assert known is not None
        known.code = "OF-HERE"
        db.commit()
    said = run(config, monkeypatch, str(file), "--clusters", "0")
    assert said.exit_code == 0, said.exception
    assert "0 offers; 0 judged in full" in said.output


def test_firms_of_a_cluster_fill_together_what_none_fills_alone(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mats = [
        replace(MAT, id=f"mat-{n}", line="", maker=replace(MAT.maker, id=f"firm-{n}"))
        for n in range(3)
    ]
    asked = replace(WANTED, quantity=replace(WANTED.quantity, amount=Decimal(30_000)))
    told = {"requirement": written(asked), "offers": [written(each) for each in mats]}
    file.write_text(json.dumps(told))
    answer = json.loads(run(bare, monkeypatch, str(file), "--json").output)
    (cluster,) = answer["clusters"]
    plan = cluster["plans"][0]
    assert (cluster["cluster"], cluster["firms"]) == ("alappuzha-coir", 3)
    assert sum(Decimal(each) for member in plan["members"] for each in member["amounts"]) == 30_000
    assert (len(plan["members"]), plan["money_proof"], plan["currency"]) == (3, "proved", "EUR")
    assert cluster["front"] == {
        "members_proof": "proved", "fewest_bound": 3,
        "steps": [{"at_most": 3, "firms": ["firm-0", "firm-1", "firm-2"], "price": plan["price"],
                   "saves": 0.0, "money_proof": "proved", "gap": 0.0}],
    }  # fmt: skip
    assert answer["judged_for_clusters"] == 3 and "not_judged_for_clusters" not in answer
    assert not [key for member in plan["members"] for key in member if "price" in key]
    said = run(bare, monkeypatch, str(file)).output
    assert "alappuzha-coir: 3 firms" in said and "3 firms fill the order for" in said
    assert "For clusters and plans: 3 offers judged in full, all that fit." in said
    assert f"up to 3 firms: {Decimal(plan['price']):,.2f} EUR" in said
    assert "Cluster 1." not in run(bare, monkeypatch, str(file), "--clusters", "0").output


def test_offers_may_come_in_a_file_of_their_own(
    bare: Config, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = tmp_path / "offers.json"
    others.write_text(json.dumps([written(CASHEW)]))
    said = run(bare, monkeypatch, str(file), "--offers", str(others), "--top", "1").output
    assert "1 offer;" in said and "Cashew" in said and "Handloom" not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "bad.json” cannot be used. It is empty."),
        ("{", "$: “the end of the file” cannot be used. It is no JSON"),
        ('{"id": "a"}', "$.text: “nothing” cannot be used. It is missing"),
        (json.dumps({"requirement": {**written(WANTED), "quantity": {"amount": 0, "unit": "KGM"}},
                     "offers": [written(MAT)]}),
         "$.requirement.quantity.amount: “0” cannot be used. Give at least 0.0001"),
        (json.dumps({"requirement": written(WANTED), "offers": [{**written(MAT), "moq": 0}]}),
         "$.offers[0].moq: “0” cannot be used. Give at least 0.0001"),
        (json.dumps({"requirement": written(WANTED), "offers": []}), "$.offers"),
    ],
)  # fmt: skip
def test_bad_input_ends_in_a_sentence(
    bare: Config, tmp_path: Path, content: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content)
    refused = run(bare, monkeypatch, str(file))
    assert refused.exit_code == 1 and isinstance(refused.exception, MatchmakerError)
    assert words in str(refused.exception)


def test_a_requirement_or_its_offers_may_be_piped_in(
    bare: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Config, "from_env", lambda *_a, **_k: bare)
    words, offers = ["--clusters", "0", "--today", str(TODAY)], json.dumps([written(CASHEW)])
    by_name = CliRunner().invoke(commands, ["match", str(file), *words])
    piped = CliRunner().invoke(commands, ["match", "-", *words], input=file.read_bytes())
    assert piped.output == by_name.output
    others = CliRunner().invoke(
        commands, ["match", str(file), "--offers", "-", *words], input=offers
    )
    assert "Cashew" in others.output and "Handloom" not in others.output
    both = run(bare, monkeypatch, "-", "--offers", "-")
    assert both.exit_code == 2 and "Only one of them can be piped in" in both.output


def test_without_a_file_or_a_database_it_says_what_to_do(
    bare: Config, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Name a file with a requirement, or -" in run(bare, monkeypatch).output
    missing = run(bare, monkeypatch, str(tmp_path / "nowhere.json"))
    assert "It cannot be read" in str(missing.exception)
    file.write_text(json.dumps(written(WANTED)))
    assert "matchmaker seed" in str(run(bare, monkeypatch, str(file)).exception)


def test_the_little_world_answers_with_names_and_reasons(
    site_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "wanted.json"
    asked: dict[str, Any] = written(replace(WANTED, family="", attributes={}, hs_code=""))
    file.write_text(json.dumps({**asked, "text": "Tufted coir mats with PVC backing"}))
    said = run(site_config, monkeypatch, str(file), "--top", "3")
    assert said.exit_code == 0, said.exception
    assert "Texts compared by meaning and words." in said.output
    best = said.output.partition("  1. ")[2].splitlines()[0]
    assert "coir" in best.lower()
    told = json.loads(run(site_config, monkeypatch, str(file), "--json").output)["spoken"]
    assert told["family"] == "coir-tufted-mat"
    assert "the words speak of coir tufted mat (" in told["sentence"]
    assert told["sentence"] in " ".join(said.output.split())
    again = run(site_config, monkeypatch, str(file), "--top", "3")
    assert again.output == said.output
