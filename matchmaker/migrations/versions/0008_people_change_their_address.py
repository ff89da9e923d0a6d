"""People add or change their e-mail address, by a link mailed to it

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'address_change',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('secret_hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
        sa.Column('expires_at', matchmaker.orm.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user_account.id'],
                                name=op.f('fk_address_change_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_address_change')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_address_change_secret_hash')),
    )
    op.create_index(op.f('ix_address_change_user_id'), 'address_change', ['user_id'])
    op.create_index(op.f('ix_address_change_email'), 'address_change', ['email'])


def downgrade() -> None:
    op.drop_table('address_change')
