"""Lines for reports: what the night's back-test says of the estimates.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgements",
        sa.Column("hall", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("estimator", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("error", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "day", "about", "service", "estimator"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("judgements")
