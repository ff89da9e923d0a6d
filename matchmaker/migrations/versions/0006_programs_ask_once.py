"""Programs ask once

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'api_done',
        sa.Column('key_id', sa.String(length=16), nullable=False),
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('made', sa.String(length=16), nullable=False),
        sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key_id', 'key', name=op.f('pk_api_done')),
    )


def downgrade() -> None:
    op.drop_table('api_done')
