"""The command `matchmaker match`: a requirement against the database, or against a file."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.certification.rulebook import reference_book
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.errors import Unavailable
from matchmaker.given_file import PIPED, content_of
from matchmaker.json_data import written
from matchmaker.matching.exchange.incoming import (
    Brought,
    BroughtOffers,
    brought_by,
    offers_from,
    schemas,
)
from matchmaker.matching.exchange.outgoing import answer_of
from matchmaker.matching.exchange.printing import lines_of, remark_lines
from matchmaker.matching.exchange.remarks import remarks_on
from matchmaker.matching.exchange.told import Answer, RemarkTold
from matchmaker.matching.queries import firm_names, names_known, scheme_names
from matchmaker.matching.reference_names import reference_names, reference_schemes
from matchmaker.matching.retrieval.best import Fitting, Retrieved
from matchmaker.matching.retrieval.services import rebuild_offers
from matchmaker.matching.services import Matching, match, match_among
from matchmaker.matching.together import Together
from matchmaker.orm import only_reading
from matchmaker.searching import Searching
from matchmaker.text_columns import terminal_width

LARGEST_FILE = 500_000_000  # bytes
SECONDS = 5.0  # for each search of a plan; what is not proved by then is told as such


@click.command("match")
@click.argument("file", required=False)
@click.option("--offers", "offers_file", metavar="FILE",
              help="Choose among these, not the database.")  # fmt: skip
@click.option("--top", type=click.IntRange(1, 200), default=10, help="Firms to show (10).")
@click.option(
    "--clusters", type=click.IntRange(0, 10), default=2, help="Clusters to plan with (2)."
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day to judge from.")
@click.option("--json", "as_json", is_flag=True, help="The answer for programs.")
@click.option("--schema", is_flag=True, help="Print the JSON Schemas of input and answer.")
@click.option("--rebuild", is_flag=True, help="Build the table of offers anew first.")
@click.pass_obj
def match_command(
    config: Config,
    file: str | None,
    offers_file: str | None,
    top: int,
    clusters: int,
    today: dt.datetime | None,
    as_json: bool,
    schema: bool,
    rebuild: bool,
) -> None:
    """Rank the firms that can serve the requirement in FILE, with reasons.

    FILE is JSON: a requirement, or an object with 'requirement' and 'offers' (see --schema); - is
    what is piped in.
    """
    if schema:
        click.echo(json.dumps(schemas(), indent=1, ensure_ascii=False))
        return
    day = today.date() if today else dt.datetime.now(dt.UTC).date()
    if rebuild:
        _rebuild(config, day)
    if file is None:
        if not rebuild:
            raise click.UsageError("Name a file with a requirement, or - for what is piped in.")
        return
    if file == offers_file == PIPED:
        raise click.UsageError("Only one of them can be piped in: name a file for the other.")
    brought = brought_by(_content(file, "FILE"))
    offers = offers_from(_content(offers_file, "--offers")) if offers_file else brought.offers
    look = _Look(config, brought, day, top, clusters)
    answer = look.in_database() if offers is None else look.among(offers)
    if as_json:
        click.echo(json.dumps(written(answer), indent=1, ensure_ascii=False))
        return
    for line in lines_of(brought.requirement, answer, width=terminal_width()):
        click.echo(line)
    for line in remark_lines(answer, width=terminal_width()):
        click.echo(line, err=True)


@dataclass(frozen=True)
class _Found:
    """Firms and, if they are asked for, clusters with their plans and what these were made of."""

    best: Retrieved
    fitting: Fitting | None = None
    clusters: tuple[Together, ...] = ()

    @property
    def makers(self) -> set[str]:
        """The ids of all firms that the answer may name."""
        makers = {each.offer.maker.id for each in self.best.ranked}
        makers |= {each.offer.maker.id for each in self.best.excluded}
        return makers | {each.firm for one in self.clusters for each in one.problem.candidates}


@dataclass(frozen=True)
class _Names:
    """What firms are called by their ids, and papers by their codes."""

    firms: Mapping[str, str]
    schemes: Mapping[str, str]


@dataclass(frozen=True)
class _Look:
    """One requirement to be answered: `top` firms, plans of so many `clusters`."""

    config: Config
    brought: Brought
    today: dt.date
    top: int
    clusters: int

    def in_database(self) -> Answer:
        try:
            with only_reading(), _sessions(self.config)() as db:
                matching = match(
                    db, Searching(self.config), self.brought.requirement,
                    today=self.today, path=self.brought.path,
                )  # fmt: skip
                found = self._found(matching)
                asked, path = self.brought.requirement, self.brought.path
                remarks = remarks_on(asked, (), names_known(db), path=path)
                names = _Names(firm_names(db, found.makers), scheme_names(db))
                return self._told(matching, found, names, remarks)
        except DBAPIError as broken:
            raise Unavailable(
                "The database cannot be read; nothing is lost. Prepare it with “matchmaker seed”, "
                "or name a file of offers with --offers."
            ) from broken

    def among(self, own: BroughtOffers) -> Answer:
        with tempfile.TemporaryDirectory(prefix="offers-") as folder:
            matching = match_among(
                own.offers, Path(folder), Searching(self.config), self.brought.requirement,
                today=self.today, book=reference_book(),
                path=self.brought.path, offers_path=own.path,
            )  # fmt: skip
            remarks = remarks_on(
                self.brought.requirement, own.offers, reference_names(),
                path=self.brought.path, offers_path=own.path,
            )  # fmt: skip
            names = _Names({}, reference_schemes())
            return self._told(matching, self._found(matching), names, remarks)

    def _found(self, matching: Matching) -> _Found:
        best = matching.best(self.top)
        if not self.clusters:
            return _Found(best)
        fitting = matching.fitting()
        return _Found(best, fitting, matching.together(fitting, self.clusters, SECONDS))

    def _told(
        self,
        matching: Matching,
        found: _Found,
        names: _Names,
        remarks: tuple[RemarkTold, ...],
    ) -> Answer:
        question = matching.question
        return answer_of(
            found.best,
            self.brought.requirement,
            today=self.today,
            weights=question.weights.name,
            fit=question.fit.version,
            compared_by="words" if matching.by_words_alone else "meaning and words",
            names=names.firms,
            schemes=names.schemes,
            fitting=found.fitting,
            clusters=found.clusters,
            spoken=matching.spoken,
            remarks=remarks,
        )


def _rebuild(config: Config, today: dt.date) -> None:
    with only_reading(), _sessions(config)() as db:
        count = rebuild_offers(db, Searching(config), today)
    click.echo(f"The table of {count:,} offers was built anew.", err=True)


def _sessions(config: Config) -> sessionmaker[Session]:
    return sessionmaker(make_engine(config.database_url))


def _content(file: str, field: str) -> bytes:
    return content_of(file, most=LARGEST_FILE, field=field)
