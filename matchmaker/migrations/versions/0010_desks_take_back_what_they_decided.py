"""Products know that a desk has hidden them and why; buyers ask to be verified

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

# Until now only the settled report said so.
FROM_REPORTS = """
    UPDATE product SET hidden_because = (
        SELECT substr(flag.outcome, 9) FROM flag
        WHERE flag.subject_kind = 'product' AND flag.subject = product.public_id
          AND flag.outcome LIKE 'hidden: %'
        ORDER BY flag.id DESC LIMIT 1
    ) WHERE state = 'hidden'
"""


def upgrade() -> None:
    op.add_column('product', sa.Column('hidden_because', sa.Text(), nullable=True))
    op.add_column(
        'organisation',
        sa.Column('asks_since', matchmaker.orm.Utc(timezone=True), nullable=True),
    )
    op.execute(sa.text(FROM_REPORTS))


def downgrade() -> None:
    op.drop_column('organisation', 'asks_since')
    op.drop_column('product', 'hidden_because')
