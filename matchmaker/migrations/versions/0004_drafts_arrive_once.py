"""Drafts that phones keep while they have no connection arrive once

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'used_draft',
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('made', sa.String(length=16), nullable=False),
        sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user_account.id'],
                                name=op.f('fk_used_draft_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('user_id', 'key', name=op.f('pk_used_draft')),
    )


def downgrade() -> None:
    op.drop_table('used_draft')
