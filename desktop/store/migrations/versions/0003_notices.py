"""Keep how the applicant wants to hear of a dossier."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Build the table."""
    op.get_bind().exec_driver_sql(
        "CREATE TABLE notices (\n"
        "    dossier TEXT NOT NULL,\n"
        "    wish TEXT NOT NULL,\n"
        "    CONSTRAINT pk_notices PRIMARY KEY (dossier),\n"
        "    CONSTRAINT fk_notices_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE\n"
        ")"
    )
