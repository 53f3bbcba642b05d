"""Let fees and payments stand at "paid, and not yet confirmed"."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NARROW, _WIDE = "'pending', 'paid'", "'pending', 'confirming', 'paid'"


def upgrade() -> None:
    """Rebuild both tables with the wider check; SQLite cannot change one in place."""
    connection = op.get_bind()
    for table in ("fees", "payments"):
        kept = connection.execute(
            sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
        ).all()
        made = next(sql for kind, sql in kept if kind == "table")
        wider = made.replace(_NARROW, _WIDE).replace(f"CREATE TABLE {table}", f"CREATE TABLE {table}_wider", 1)
        connection.exec_driver_sql(wider)
        connection.exec_driver_sql(f"INSERT INTO {table}_wider SELECT * FROM {table}")
        connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql(f"ALTER TABLE {table}_wider RENAME TO {table}")
        for kind, sql in kept:
            if kind == "index":
                connection.exec_driver_sql(sql)
