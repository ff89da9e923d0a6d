"""The command `matchmaker`. Commands are thin: fetch, call, commit, say one sentence."""

from __future__ import annotations

import datetime as dt
import errno
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import BadSetting, Config
from matchmaker.database import make_engine
from matchmaker.entry import INTERRUPTED
from matchmaker.errors import BadInput, MatchmakerError
from matchmaker.first_run import ProgressLine
from matchmaker.logs import configure_logs
from matchmaker.migrating import is_current, migrate
from matchmaker.preparing import preparation
from search.errors import SearchError

# What goes wrong with an output that has no name: a full disk, a broken disk, a closed pipe.
OF_OUTPUT = (errno.ENOSPC, errno.EIO, errno.EPIPE)
NOT_DONE, UNUSABLE = 1, 2  # exit statuses; click ends a wrong option with 2 as well


def main() -> None:
    """Run a command; expected errors end in one sentence, not in a traceback."""
    try:
        commands.main(standalone_mode=True)
    except (MatchmakerError, SearchError, BadSetting) as error:
        click.echo(f"matchmaker: {error}", err=True)
        sys.exit(UNUSABLE if isinstance(error, BadInput) else NOT_DONE)
    except OSError as error:  # a full disk, a folder that may not be written, a closed pipe
        what = error.filename or ("the output" if error.errno in OF_OUTPUT else "")
        click.echo(f"matchmaker: {what}{': ' * bool(what)}{error.strerror or error}.", err=True)
        _let_go_of_the_output()
        sys.exit(NOT_DONE)


def _let_go_of_the_output() -> None:
    """What could not be written is not tried again as Python ends."""
    with suppress(OSError):
        sys.stdout.close()


# Where the commands stand that rooms bring, as module:name.
OF_ROOMS = {
    "account": "matchmaker.accounts.commands:account",
    "mail": "matchmaker.notices.commands:mail",
    "match": "matchmaker.matching.commands:match_command",
    "texts": "matchmaker.texts:texts",
    "timetable": "matchmaker.meets.commands:timetable",
}
OF_THE_SEARCH = {"evaluate": "matchmaker.evaluating:evaluate"}


class Rooms(click.Group):
    """Commands whose module is imported when they are typed: a room brings seconds of imports."""

    def __init__(self, *args: Any, of_rooms: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._of_rooms = of_rooms

    def invoke(self, ctx: click.Context) -> Any:
        """Ctrl-C, also amid the imports of a room, ends in a line and the status of a shell."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("matchmaker: stopped.", err=True)
            sys.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._of_rooms])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._of_rooms:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._of_rooms[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Rooms, of_rooms=OF_ROOMS)
@click.pass_context
def commands(context: click.Context) -> None:
    """Finds what industrial clusters make, and brings buyers and small firms together."""
    config = Config.from_env()
    configure_logs(config, level=30)  # warnings: what a person asked for is printed
    context.obj = config


@commands.command()
@click.option("--host", help="Address to serve on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; the next free one if taken.")
@click.option("--no-seed", is_flag=True, help="Reference data only, no demonstration firms.")
@click.option("--scale", type=click.IntRange(1), help="Demonstration products (default 4,400).")
@click.pass_obj
def up(
    config: Config, host: str | None, port: int | None, no_seed: bool, scale: int | None
) -> None:
    """Prepare whatever is missing, then serve; the address is the last line."""
    from matchmaker.first_run import moved_to
    from matchmaker.first_run import up as start
    from matchmaker.server import serve

    config = moved_to(config, host or config.host, port or config.port)
    sys.exit(start(config, preparation(config, demonstration=not no_seed, scale=scale), serve))


@commands.command()
@click.pass_obj
def run(config: Config) -> None:
    """Serve: web server and worker under one parent."""
    from matchmaker.server import serve

    sys.exit(serve(config))


@commands.command("migrate")
@click.pass_obj
def migrate_command(config: Config) -> None:
    """Bring the database to the state this version expects."""
    engine = make_engine(config.database_url, create=True)
    if is_current(engine):
        click.echo("The database is up to date.")
        return
    migrate(engine)
    click.echo("The database was migrated.")


@commands.command()
@click.option("--scale", type=click.IntRange(1), default=None, help="Products (default 4,400).")
@click.option("--seed", default=1, help="Another number draws another world.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day all dates refer to.")
@click.pass_obj
def seed(config: Config, scale: int | None, seed: int, today: dt.datetime | None) -> None:
    """Load reference data and a made-up economy; again adds nothing twice."""
    from matchmaker.store import open_store
    from seed.load import seed_world
    from seed.world import DEFAULT_SCALE

    added = _shown(
        "Seeding",
        lambda progress: seed_world(
            sessions_of(config),
            today=today.date() if today else _today(),
            scale=scale or DEFAULT_SCALE,
            seed=seed,
            store=open_store(config),
            progress=progress,
        ),
    )
    click.echo(f"Added {added.firms:,} demonstration firms with {added.products:,} products.")


@commands.group()
def demo() -> None:
    """Demonstration data."""


@demo.command("remove")
@click.confirmation_option(prompt="Delete all demonstration firms and their products?")
@click.pass_obj
def demo_remove(config: Config) -> None:
    """Delete every made-up firm; reference data stays."""
    from matchmaker.store import open_store
    from seed.load import remove_demonstration
    from seed.papers import demonstration_papers

    sessions, store = sessions_of(config), open_store(config)
    with sessions() as db, db.begin():
        papers = demonstration_papers(db)
        count = remove_demonstration(db)
    for digest in papers:
        store.remove(digest)
    _rebuild(config)
    click.echo(f"Removed {count:,} demonstration firms. The reference data is left.")


@demo.command("people")
@click.pass_obj
def demo_people(config: Config) -> None:
    """A sign-in link for each made-up person, to try every role. In development only."""
    from matchmaker.accounts.actor import SYSTEM
    from matchmaker.accounts.links import hand_over_link
    from matchmaker.server_status import served_at
    from seed.people import demonstration_people

    if config.is_production:
        raise click.ClickException("Made-up people cannot sign in to a site in production.")
    with sessions_of(config)() as db, db.begin():
        people = demonstration_people(db)
        for each in people:
            _link, secret = hand_over_link(db, SYSTEM, each.user)
            click.echo(f"{each.role:13} {each.organisation.name:40} {each.user.name}")
            click.echo(f"              {served_at(config)}/enter/{secret}")
    click.echo(
        f"{len(people)} people. Each link works once, for three days, until this is run again."
    )


@commands.group()
def model() -> None:
    """The model that turns texts into meaning."""


@model.command("fetch")
@click.pass_obj
def model_fetch(config: Config) -> None:
    """Fetch and convert the model in use; does nothing when it is there."""
    from matchmaker.model_choice import chosen

    source = chosen(config).source
    click.echo(f"The model {source} is ready in {_fetched(config, source)}.")


@model.command("use")
@click.argument("name")
@click.pass_obj
def model_use(config: Config, name: str) -> None:
    """Search with another model: a folder, owner/name on the hub, or all-MiniLM-L6-v2.

    Texts are re-encoded in the background; searches use the old model until all are done.
    """
    from matchmaker.model_change import use_model

    source = str(Path(name).expanduser().resolve()) if Path(name).expanduser().is_dir() else name
    _fetched(config, source)
    if use_model(config, source):
        click.echo(f"The worker encodes everything by {source}, then searches change to it.")
        click.echo("How far it is: matchmaker model status")
    else:
        click.echo(f"{source} is the model in use.")


@model.command("status")
@click.pass_obj
def model_status(config: Config) -> None:
    """Which model is in use, and how far a change to another one is."""
    from matchmaker.model_change import change_of, how_far, models_held
    from matchmaker.searching import Searching

    choice, state = change_of(config)
    click.echo(f"In use: {choice.source}")
    for index, held in sorted(models_held(Searching(config)).items()):
        click.echo(f"{index:10} {held or 'words only'}")
    if choice.next_source:
        click.echo(f"Changing to {choice.next_source}: {how_far(state)}")


@commands.group(cls=Rooms, of_rooms=OF_THE_SEARCH)
def search() -> None:
    """The search index."""


@search.command("rebuild")
@click.pass_obj
def search_rebuild(config: Config) -> None:
    """Build the index anew from the database; searches go on meanwhile."""
    _rebuild(config)


@search.command("status")
@click.pass_obj
def search_status(config: Config) -> None:
    """What the index holds and how far it is behind."""
    from matchmaker.accounts.changes import lag_of
    from matchmaker.searching import Searching

    for name, each in sorted(Searching(config).engine.status().items()):
        state = "ok" if each.healthy else f"DAMAGED: {each.message}"
        click.echo(
            f"{name:10} {each.documents:>9,} documents {each.vectors:>9,} vectors "
            f"{each.bytes / 1e6:>8.1f} MB  {state}"
        )
    with sessions_of(config)() as db:
        lag = lag_of(db, "index")
    click.echo(f"{lag.waiting:,} changes wait, the oldest for {lag.oldest_seconds:.0f} s.")


@search.command("query")
@click.argument("words", nargs=-1, required=True)
@click.option("--index", type=click.Choice(["products", "firms", "clusters"]), default="products")
@click.option("--limit", type=click.IntRange(1, 100), default=10)
@click.option("--by", type=click.Choice(["both", "words", "meaning"]), default="both")
@click.option("--explain", is_flag=True, help="Say of each hit why it is there.")
@click.pass_obj
def search_query(
    config: Config, words: tuple[str, ...], index: str, limit: int, by: str, explain: bool
) -> None:
    """Search as the site does, figures read as filters, and print what is found, with scores."""
    from matchmaker.searching import Searching
    from matchmaker.storefront.console import asked_as_typed, told, understood
    from matchmaker.storefront.why import explainer

    searching = Searching(config)
    asked, query = asked_as_typed(" ".join(words), index, limit, by, searching.encode_query)
    if asked.ranges:
        click.echo(understood(asked))
    page = searching.engine.search(index, query)
    click.echo(f"{page.total:,} hold all words, {page.related:,} related, {page.took_ms:.1f} ms")
    whys = explainer(index).explain(page.hits, query.refinements.values(), everywhere=True)
    for hit, why in zip(page.hits, whys, strict=True):
        name = hit.values.get("title") or hit.values.get("name")
        click.echo(f"{hit.score:6.3f}  {hit.similarity or 0:5.2f}  {hit.id:12} {name}")
        if explain:
            click.echo(told(why))


@search.command("keys")
@click.option("--renew", is_flag=True, help="Make new ones; the former ones stop working.")
@click.option(
    "--master-key",
    envvar="MEILI_MASTER_KEY",
    prompt="Master key of the server",
    hide_input=True,
    help="The server's master key, asked for if not in MEILI_MASTER_KEY; it is not kept.",
)
@click.pass_obj
def search_keys(config: Config, renew: bool, master_key: str) -> None:
    """Make the two keys this site needs on its Meilisearch server and print them as settings."""
    from search.indexes import marketplace_indexes
    from search.meilisearch.keys import make_keys

    if config.search_engine == "embedded":
        raise click.ClickException(
            "Set MATCHMAKER_SEARCH_ENGINE to the address of a Meilisearch server first; "
            "the embedded engine needs no keys."
        )
    keys = make_keys(config.search_engine, master_key, marketplace_indexes(), renew=renew)
    click.echo(f"MATCHMAKER_SEARCH_KEY={keys.search}")
    click.echo(f"MATCHMAKER_INDEXING_KEY={keys.indexing}")


def sessions_of(config: Config) -> sessionmaker[Session]:
    return sessionmaker(make_engine(config.database_url))


def _fetched(config: Config, source: str) -> Path:
    from search.encoder.model import fetch_model

    folder: Path = _shown(
        "Model",
        lambda progress: fetch_model(
            config.model_dir, lambda what, part: progress(part, 1, what), source
        ),
    )
    return folder


def _rebuild(config: Config) -> None:
    from matchmaker.searching import Searching
    from matchmaker.storefront.indexing import Indexer

    indexer = Indexer(Searching(config))
    built = _shown(
        "Index",
        lambda progress: indexer.rebuild(
            sessions_of(config), _today(), lambda name, done, total: progress(done, total, name)
        ),
    )
    click.echo(
        f"Indexed {built.products:,} products, {built.firms:,} firms, {built.clusters:,} clusters."
    )


def _shown(label: str, work: Callable[[ProgressLine], Any]) -> Any:
    """Do long work with a line that shows how far it is."""
    line = ProgressLine(label, sys.stderr)
    line.begin()
    try:
        result = work(line)
    except BaseException:
        line.end("stopped")
        raise
    line.end("done")
    return result


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
