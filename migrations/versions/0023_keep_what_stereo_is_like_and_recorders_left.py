"""Keep what stereo is like, and what became of recordings that nobody finished.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("apart_share", sa.Float(), nullable=True))

    with op.batch_alter_table("live_recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("live_recording", schema=None) as batch_op:
        batch_op.drop_column("dropped_at")
        batch_op.drop_column("touched_at")

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("apart_share")
