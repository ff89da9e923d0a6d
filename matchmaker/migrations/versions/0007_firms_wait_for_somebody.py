"""Firms wait until somebody of them is known; messages keep no draft key of their own

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('firm', sa.Column('is_confirmed', sa.Boolean(), nullable=False, server_default=sa.true()))
    # Nothing refers to this table, so that SQLite may write it anew without the column.
    with op.batch_alter_table('enquiry_message') as batch_op:
        batch_op.drop_constraint('uq_enquiry_message_draft_key', type_='unique')
        batch_op.drop_column('draft_key')


def downgrade() -> None:
    with op.batch_alter_table('enquiry_message') as batch_op:
        batch_op.add_column(sa.Column('draft_key', sa.String(length=40), nullable=True))
        batch_op.create_unique_constraint('uq_enquiry_message_draft_key', ['draft_key'])
    op.drop_column('firm', 'is_confirmed')
