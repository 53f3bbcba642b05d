"""Build the first schema."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Build every table of the first schema."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    for statement in lines.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
