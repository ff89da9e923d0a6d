"""Run by Alembic: migrates over the connection that `matchmaker.migrating` hands it."""

from alembic import context

from matchmaker.tables import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
