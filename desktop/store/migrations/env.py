"""Runs the steps on the connection and inside the transaction that `desktop.store.migrate` gives."""

from alembic import context

from desktop.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
