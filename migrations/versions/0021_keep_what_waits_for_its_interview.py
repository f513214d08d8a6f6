"""Keep what waits for its interview, and tell recordings whose picture was dropped.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_EARLIER = "state IN ('receiving', 'arrived', 'filed', 'refused')"
_STATES = "state IN ('receiving', 'arrived', 'waiting', 'filed', 'refused')"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "parcel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_parcel_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_parcel_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("study_id", "account_id", name=op.f("uq_parcel_study_id_account_id")),
    )
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parcel_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_parcel_study_id"), ["study_id"], unique=False)
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.alter_column("interview_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("parcel_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("sealed_told", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("duration_ms", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_upload_parcel_id"), ["parcel_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_upload_parcel_id_parcel"), "parcel", ["parcel_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.drop_constraint(batch_op.f("ck_upload_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_upload_state"), _STATES)
        batch_op.create_check_constraint(
            batch_op.f("ck_upload_belongs"), "interview_id IS NOT NULL OR parcel_id IS NOT NULL"
        )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("without_picture", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.alter_column("without_picture", server_default=None)


def downgrade() -> None:
    """Back to the one before; refused by the database while anything waits for its interview: file or discard it."""
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("without_picture")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_upload_belongs"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_upload_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_upload_state"), _EARLIER)
        batch_op.drop_constraint(batch_op.f("fk_upload_parcel_id_parcel"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_upload_parcel_id"))
        batch_op.drop_column("duration_ms")
        batch_op.drop_column("sealed_told")
        batch_op.drop_column("parcel_id")
        batch_op.alter_column("interview_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("parcel")
