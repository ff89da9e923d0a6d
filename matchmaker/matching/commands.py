"""The command `matchmaker match`: a requirement against the database, or against a file."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.errors import BadInput, Unavailable
from matchmaker.matching.exchange import Answer, answer_of, brought_by, offers_from, schemas
from matchmaker.matching.plain import written
from matchmaker.matching.printing import lines_of
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.queries import firm_names
from matchmaker.matching.retrieval import Retrieved
from matchmaker.matching.rulebook import reference_book
from matchmaker.matching.services import Matching, match, match_among, rebuild_offers
from matchmaker.money import exchange_rates
from matchmaker.orm import only_reading
from matchmaker.searching import Searching

LARGEST_FILE = 500_000_000  # bytes
_File = click.Path(path_type=Path, allow_dash=False)


@click.command("match")
@click.argument("file", type=_File, required=False)
@click.option("--offers", "offers_file", type=_File, help="Choose among these, not the database.")
@click.option("--top", type=click.IntRange(1, 200), default=10, help="Firms to show (10).")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day to judge from.")
@click.option("--json", "as_json", is_flag=True, help="The answer for programs.")
@click.option("--schema", is_flag=True, help="Print the JSON Schemas of input and answer.")
@click.option("--rebuild", is_flag=True, help="Build the table of offers anew first.")
@click.pass_obj
def match_command(
    config: Config,
    file: Path | None,
    offers_file: Path | None,
    top: int,
    today: dt.datetime | None,
    as_json: bool,
    schema: bool,
    rebuild: bool,
) -> None:
    """Rank the firms that can serve the requirement in FILE, with reasons.

    FILE is JSON: a requirement, or an object with 'requirement' and 'offers' (see --schema).
    """
    if schema:
        click.echo(json.dumps(schemas(), indent=1, ensure_ascii=False))
        return
    day = today.date() if today else dt.datetime.now(dt.UTC).date()
    if rebuild:
        _rebuild(config, day)
    if file is None:
        if not rebuild:
            raise click.UsageError("Name a file with a requirement.")
        return
    book, rates = reference_book(), exchange_rates()
    brought = brought_by(_content(file), today=day, book=book, rates=rates)
    offers = offers_from(_content(offers_file)) if offers_file else brought.offers
    requirement = brought.requirement
    if offers is None:
        answer = _in_database(config, requirement, day, top)
    else:
        answer = _among(config, requirement, offers, day, top)
    if as_json:
        click.echo(json.dumps(written(answer), indent=1, ensure_ascii=False))
        return
    for line in lines_of(requirement, answer):
        click.echo(line)


def _in_database(config: Config, requirement: Requirement, today: dt.date, top: int) -> Answer:
    try:
        with only_reading(), _sessions(config)() as db:
            matching = match(db, Searching(config), requirement, today=today)
            found = matching.best(top)
            return _told(matching, found, firm_names(db, _makers(found)))
    except DBAPIError as broken:
        raise Unavailable(
            "The database cannot be read; nothing is lost. Prepare it with “matchmaker seed”, "
            "or name a file of offers with --offers."
        ) from broken


def _among(
    config: Config, requirement: Requirement, offers: tuple[Offer, ...], today: dt.date, top: int
) -> Answer:
    with tempfile.TemporaryDirectory(prefix="offers-") as folder:
        matching = match_among(
            offers, Path(folder), Searching(config), requirement, today=today, book=reference_book()
        )
        return _told(matching, matching.best(top), {})


def _makers(found: Retrieved) -> list[str]:
    offers = [each.offer for each in found.ranked] + [each.offer for each in found.excluded]
    return [each.maker.id for each in offers]


def _told(matching: Matching, found: Retrieved, names: Mapping[str, str]) -> Answer:
    question = matching.question
    return answer_of(
        found,
        question.requirement,
        today=question.today,
        weights=question.weights.name,
        fit=question.fit.version,
        compared_by="words" if matching.by_words_alone else "meaning and words",
        names=names,
    )


def _rebuild(config: Config, today: dt.date) -> None:
    with only_reading(), _sessions(config)() as db:
        count = rebuild_offers(db, Searching(config), today)
    click.echo(f"The table of {count:,} offers was built anew.", err=True)


def _sessions(config: Config) -> sessionmaker[Session]:
    return sessionmaker(make_engine(config.database_url))


def _content(file: Path) -> bytes:
    """Raises BadInput for what is no file, or no reasonable one."""
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise BadInput("file", file, f"It has {size:,} bytes; give at most {LARGEST_FILE:,}.")
        return file.read_bytes()
    except OSError as missing:
        raise BadInput("file", file, f"It cannot be read: {missing.strerror}.") from missing
