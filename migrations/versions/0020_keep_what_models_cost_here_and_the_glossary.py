"""Keep what models cost here, and the study's glossary.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "model_pace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("probed", sa.Float(), nullable=True),
        sa.Column("load_seconds", sa.Float(), nullable=True),
        sa.Column("memory_mb", sa.Integer(), nullable=True),
        sa.Column("done", JSON, nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_pace")),
        sa.UniqueConstraint("machine", "engine", "model", name=op.f("uq_model_pace_machine_engine_model")),
    )
    op.create_table(
        "speech_found",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("speech_ms", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("speech_ms >= 0", name=op.f("ck_speech_found_speech_ms")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_speech_found_recording_id_recording"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speech_found")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_speech_found_recording_id")),
    )
    op.create_index(op.f("ix_speech_found_recording_id"), "speech_found", ["recording_id"], unique=False)
    op.create_table(
        "glossary_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed_word", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('name', 'place', 'organisation', 'kazakh', 'jargon', 'law', 'concept')",
            name=op.f("ck_glossary_word_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_glossary_word_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_word")),
    )
    op.create_index(op.f("ix_glossary_word_study_id"), "glossary_word", ["study_id"], unique=False)
    op.create_table(
        "glossary_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_glossary_change_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_change")),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_glossary_change_study_id_number")),
    )
    op.create_index(op.f("ix_glossary_change_study_id"), "glossary_change", ["study_id"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    for table, column in (
        ("glossary_change", "study_id"),
        ("glossary_word", "study_id"),
        ("speech_found", "recording_id"),
    ):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_table(table)
    op.drop_table("model_pace")
