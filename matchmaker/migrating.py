"""The database brought to the state the code expects, and back."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from matchmaker.tables import all_tables

FOLDER = Path(__file__).parent / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision; creates it when empty."""
    config = _alembic()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, "base")
        else:
            command.upgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Whether every migration was run."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_alembic()).get_current_head()


def new_migration(engine: Engine, message: str) -> None:
    """Write a migration from the difference between the database and the models."""
    config = _alembic()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True)


def differences(engine: Engine) -> list[object]:
    """What the models have that the migrated database lacks, or the other way round."""
    from alembic.autogenerate import compare_metadata

    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), all_tables()))


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
