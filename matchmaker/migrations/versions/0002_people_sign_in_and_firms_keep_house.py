"""People sign in and firms keep house

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('last_used_on', sa.Date(), nullable=True),
    sa.Column('revoked_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['user_account.id'], name=op.f('fk_api_key_made_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_api_key_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_api_key_public_id')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_api_key_secret_hash'))
    )
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_key_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('catalogue_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('applied_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('reading', 'staged', 'applying', 'applied', 'failed', 'dropped')", name=op.f('ck_catalogue_import_state_known')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_catalogue_import_organisation_id')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user_account.id'], name=op.f('fk_catalogue_import_sent_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import')),
    sa.UniqueConstraint('public_id', name=op.f('uq_catalogue_import_public_id'))
    )
    with op.batch_alter_table('catalogue_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_import_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('company', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_contact_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('public_id', name=op.f('uq_contact_public_id'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_phone'), ['phone'], unique=False)

    op.create_table('desk_assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('queue', sa.String(length=12), nullable=False),
    sa.Column('subject', sa.String(length=32), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("queue IN ('firms', 'evidence', 'expiring', 'stale', 'imports', 'flags', 'unreached', 'buyers')", name=op.f('ck_desk_assignment_queue_known')),
    sa.ForeignKeyConstraint(['officer_id'], ['user_account.id'], name=op.f('fk_desk_assignment_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_assignment')),
    sa.UniqueConstraint('queue', 'subject', name=op.f('uq_desk_assignment_queue_subject'))
    )
    with op.batch_alter_table('desk_assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_assignment_officer_id'), ['officer_id'], unique=False)

    op.create_table('flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject_kind', sa.String(length=12), nullable=False),
    sa.Column('subject', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('settled_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_flag_by_id')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['user_account.id'], name=op.f('fk_flag_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag')),
    sa.UniqueConstraint('public_id', name=op.f('uq_flag_public_id'))
    )
    with op.batch_alter_table('flag', schema=None) as batch_op:
        batch_op.create_index('ix_flag_open', ['settled_at'], unique=False)

    op.create_table('import_column_names',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=120), nullable=False),
    sa.Column('column', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_import_column_names_organisation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation_id', 'heading', name=op.f('pk_import_column_names'))
    )
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('expires_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('accepted_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('withdrawn_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'editor', 'viewer', 'desk_officer', 'desk_head', 'operator')", name=op.f('ck_invitation_role_known')),
    sa.CheckConstraint('email IS NOT NULL OR phone IS NOT NULL', name=op.f('ck_invitation_reachable')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['user_account.id'], name=op.f('fk_invitation_invited_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_invitation_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_invitation_public_id')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_invitation_secret_hash'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitation_phone'), ['phone'], unique=False)

    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('sent_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'folder', 'accepted', 'bounced', 'failed')", name=op.f('ck_letter_state_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_letter_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('public_id', name=op.f('uq_letter_public_id'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index('ix_letter_open', ['state', 'next_try_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_user_id'), ['user_id'], unique=False)

    op.create_table('mandate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agent_id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=True),
    sa.Column('granted_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('ended_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('agent_id <> client_id', name=op.f('ck_mandate_two_parties')),
    sa.ForeignKeyConstraint(['agent_id'], ['organisation.id'], name=op.f('fk_mandate_agent_id')),
    sa.ForeignKeyConstraint(['client_id'], ['organisation.id'], name=op.f('fk_mandate_client_id')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['user_account.id'], name=op.f('fk_mandate_granted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mandate_public_id'))
    )
    with op.batch_alter_table('mandate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandate_agent_id'), ['agent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandate_client_id'), ['client_id'], unique=False)
        batch_op.create_index('uq_mandate_living', ['agent_id', 'client_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('notice_wish',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('pace', sa.String(length=8), nullable=False),
    sa.CheckConstraint("pace IN ('at once', 'digest', 'off')", name=op.f('ck_notice_wish_pace_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_notice_wish_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_notice_wish'))
    )
    op.create_table('sign_in_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('expires_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('used_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['user_account.id'], name=op.f('fk_sign_in_link_made_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_link_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sign_in_link_public_id')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_sign_in_link_secret_hash'))
    )
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_link_user_id'), ['user_id'], unique=False)

    op.create_table('evidence_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_document_evidence_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user_account.id'], name=op.f('fk_evidence_document_sent_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_document')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evidence_document_public_id'))
    )
    with op.batch_alter_table('evidence_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_document_evidence_id'), ['evidence_id'], unique=False)

    op.create_table('evidence_member',
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_member_evidence_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_evidence_member_organisation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('evidence_id', 'organisation_id', name=op.f('pk_evidence_member'))
    )
    with op.batch_alter_table('evidence_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_member_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('evidence_reminder',
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_reminder_evidence_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('evidence_id', 'days', 'expires_on', name=op.f('pk_evidence_reminder'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('read_at', matchmaker.orm.Utc(timezone=True), nullable=True),
    sa.Column('letter_id', sa.Integer(), nullable=True),
    sa.Column('for_digest', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_notice_letter_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_notice_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('public_id', name=op.f('uq_notice_public_id'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index('ix_notice_unread', ['user_id', 'read_at'], unique=False)

    op.create_table('firm_check',
    sa.Column('firm_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(length=40), nullable=False),
    sa.Column('is_met', sa.Boolean(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_firm_check_firm_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['officer_id'], ['user_account.id'], name=op.f('fk_firm_check_officer_id')),
    sa.PrimaryKeyConstraint('firm_id', 'criterion', name=op.f('pk_firm_check'))
    )
    op.create_table('import_row',
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('firm_id', sa.Integer(), nullable=True),
    sa.Column('sku', sa.String(length=40), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('troubles', sa.JSON(), nullable=False),
    sa.CheckConstraint("kind IN ('created', 'changed', 'unchanged', 'error')", name=op.f('ck_import_row_kind_known')),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_import_row_firm_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['import_id'], ['catalogue_import.id'], name=op.f('fk_import_row_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_import_row'))
    )
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.create_index('ix_import_row_kind', ['import_id', 'kind'], unique=False)

    op.create_table('requirement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('posted_by_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('quantity', matchmaker.orm.Exact(precision=20, scale=4), nullable=False),
    sa.Column('unit', sa.String(length=3), nullable=False),
    sa.Column('monthly', sa.Boolean(), nullable=False),
    sa.Column('ship_from', sa.Date(), nullable=False),
    sa.Column('ship_by', sa.Date(), nullable=False),
    sa.Column('market', sa.String(length=2), nullable=True),
    sa.Column('price_limit', matchmaker.orm.Exact(precision=20, scale=4), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('is_verified', sa.Boolean(), nullable=False),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f('ck_requirement_state_known')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_requirement_quantity_positive')),
    sa.CheckConstraint('ship_by >= ship_from', name=op.f('ck_requirement_days_ordered')),
    sa.ForeignKeyConstraint(['currency'], ['currency.code'], name=op.f('fk_requirement_currency')),
    sa.ForeignKeyConstraint(['family_id'], ['product_family.id'], name=op.f('fk_requirement_family_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_requirement_organisation_id')),
    sa.ForeignKeyConstraint(['posted_by_id'], ['user_account.id'], name=op.f('fk_requirement_posted_by_id')),
    sa.ForeignKeyConstraint(['unit'], ['unit.code'], name=op.f('fk_requirement_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement')),
    sa.UniqueConstraint('public_id', name=op.f('uq_requirement_public_id'))
    )
    with op.batch_alter_table('requirement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_requirement_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_requirement_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('enquiry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('firm_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('quantity', matchmaker.orm.Exact(precision=20, scale=4), nullable=True),
    sa.Column('unit', sa.String(length=3), nullable=True),
    sa.Column('ship_by', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('is_verified', sa.Boolean(), nullable=False),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('new', 'answered', 'closed', 'spam')", name=op.f('ck_enquiry_state_known')),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_enquiry_firm_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_enquiry_organisation_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_enquiry_product_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user_account.id'], name=op.f('fk_enquiry_sent_by_id')),
    sa.ForeignKeyConstraint(['unit'], ['unit.code'], name=op.f('fk_enquiry_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiry')),
    sa.UniqueConstraint('public_id', name=op.f('uq_enquiry_public_id'))
    )
    with op.batch_alter_table('enquiry', schema=None) as batch_op:
        batch_op.create_index('ix_enquiry_firm', ['firm_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_enquiry_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('product_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('alt', sa.String(length=200), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('sizes', sa.JSON(), nullable=False),
    sa.Column('created_at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('width > 0 AND height > 0', name=op.f('ck_product_image_has_size')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_image_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_image')),
    sa.UniqueConstraint('public_id', name=op.f('uq_product_image_public_id'))
    )
    with op.batch_alter_table('product_image', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_image_product_id'), ['product_id'], unique=False)

    op.create_table('product_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=False),
    sa.Column('organisation', sa.String(length=16), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_version_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_version')),
    sa.UniqueConstraint('product_id', 'number', name=op.f('uq_product_version_product_id_number'))
    )
    op.create_table('enquiry_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enquiry_id', sa.Integer(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('draft_key', sa.String(length=40), nullable=True),
    sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enquiry_id'], ['enquiry.id'], name=op.f('fk_enquiry_message_enquiry_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_enquiry_message_organisation_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['user_account.id'], name=op.f('fk_enquiry_message_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiry_message')),
    sa.UniqueConstraint('draft_key', name=op.f('uq_enquiry_message_draft_key'))
    )
    with op.batch_alter_table('enquiry_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enquiry_message_enquiry_id'), ['enquiry_id'], unique=False)

    # Columns are added, tables never made anew: SQLite would empty them by their cascades.
    op.add_column('evidence', sa.Column('details', sa.JSON(), nullable=False, server_default='{}'))
    op.execute("ALTER TABLE evidence ADD COLUMN review VARCHAR(10) NOT NULL DEFAULT 'none' "
               "CONSTRAINT ck_evidence_review_known "
               "CHECK (review IN ('none', 'waiting', 'asked', 'approved', 'refused'))")
    op.add_column('evidence', sa.Column('review_note', sa.Text(), nullable=True))
    op.add_column('evidence', sa.Column('submitted_at', matchmaker.orm.Utc(timezone=True), nullable=True))
    op.create_index('ix_evidence_review', 'evidence', ['review'])

    op.add_column('organisation', sa.Column('website', sa.String(length=200), nullable=True))
    op.execute("ALTER TABLE organisation ADD COLUMN standing VARCHAR(12) NOT NULL "
               "DEFAULT 'registered' CONSTRAINT ck_organisation_standing_known "
               "CHECK (standing IN ('registered', 'verified', 'suspended'))")
    op.add_column('organisation', sa.Column('standing_on', sa.Date(), nullable=True))
    op.add_column('organisation', sa.Column('standing_reason', sa.Text(), nullable=True))
    op.add_column('organisation', sa.Column('standing_checks', sa.JSON(), nullable=False, server_default='[]'))

    op.add_column('product', sa.Column('family_is_guess', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('product', sa.Column('version', sa.Integer(), nullable=False, server_default='1'))

    op.add_column('user_account', sa.Column('phone', sa.String(length=20), nullable=True))
    op.add_column('user_account', sa.Column('zone', sa.String(length=40), nullable=False, server_default='Asia/Kolkata'))
    op.add_column('user_account', sa.Column('suspended_reason', sa.Text(), nullable=True))
    op.add_column('user_account', sa.Column('notice_version', sa.String(length=10), nullable=True))
    op.add_column('user_account', sa.Column('password', sa.String(length=255), nullable=True))
    op.add_column('user_account', sa.Column('fs_uniquifier', sa.String(length=64), nullable=False, server_default=''))
    op.execute("UPDATE user_account SET fs_uniquifier = public_id")
    op.add_column('user_account', sa.Column('confirmed_at', matchmaker.orm.Utc(timezone=True), nullable=True))
    op.add_column('user_account', sa.Column('tf_primary_method', sa.String(length=64), nullable=True))
    op.add_column('user_account', sa.Column('tf_totp_secret', sa.String(length=255), nullable=True))
    op.add_column('user_account', sa.Column('mf_recovery_codes', sa.JSON(), nullable=True))
    op.create_index('ix_user_account_phone', 'user_account', ['phone'])
    op.create_index('ix_user_account_fs_uniquifier', 'user_account', ['fs_uniquifier'], unique=True)



def downgrade() -> None:
    op.drop_index('ix_user_account_fs_uniquifier', 'user_account')
    op.drop_index('ix_user_account_phone', 'user_account')
    for column in ('mf_recovery_codes', 'tf_totp_secret', 'tf_primary_method', 'confirmed_at',
                   'fs_uniquifier', 'password', 'notice_version', 'suspended_reason', 'zone',
                   'phone'):
        op.drop_column('user_account', column)
    for column in ('version', 'family_is_guess'):
        op.drop_column('product', column)
    op.drop_column('organisation', 'standing')  # its check goes with it
    for column in ('standing_checks', 'standing_reason', 'standing_on', 'website'):
        op.drop_column('organisation', column)
    op.drop_index('ix_evidence_review', 'evidence')
    op.drop_column('evidence', 'review')
    for column in ('submitted_at', 'review_note', 'details'):
        op.drop_column('evidence', column)

    with op.batch_alter_table('enquiry_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enquiry_message_enquiry_id'))

    op.drop_table('enquiry_message')
    op.drop_table('product_version')
    with op.batch_alter_table('product_image', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_image_product_id'))

    op.drop_table('product_image')
    with op.batch_alter_table('enquiry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enquiry_organisation_id'))
        batch_op.drop_index('ix_enquiry_firm')

    op.drop_table('enquiry')
    with op.batch_alter_table('requirement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requirement_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_requirement_family_id'))

    op.drop_table('requirement')
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.drop_index('ix_import_row_kind')

    op.drop_table('import_row')
    op.drop_table('firm_check')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_unread')

    op.drop_table('notice')
    op.drop_table('evidence_reminder')
    with op.batch_alter_table('evidence_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_member_organisation_id'))

    op.drop_table('evidence_member')
    with op.batch_alter_table('evidence_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_document_evidence_id'))

    op.drop_table('evidence_document')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_link_user_id'))

    op.drop_table('sign_in_link')
    op.drop_table('notice_wish')
    with op.batch_alter_table('mandate', schema=None) as batch_op:
        batch_op.drop_index('uq_mandate_living', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_mandate_client_id'))
        batch_op.drop_index(batch_op.f('ix_mandate_agent_id'))

    op.drop_table('mandate')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_user_id'))
        batch_op.drop_index('ix_letter_open')

    op.drop_table('letter')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_phone'))
        batch_op.drop_index(batch_op.f('ix_invitation_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_invitation_email'))

    op.drop_table('invitation')
    op.drop_table('import_column_names')
    with op.batch_alter_table('flag', schema=None) as batch_op:
        batch_op.drop_index('ix_flag_open')

    op.drop_table('flag')
    with op.batch_alter_table('desk_assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_assignment_officer_id'))

    op.drop_table('desk_assignment')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_phone'))
        batch_op.drop_index(batch_op.f('ix_contact_owner_id'))
        batch_op.drop_index(batch_op.f('ix_contact_email'))

    op.drop_table('contact')
    with op.batch_alter_table('catalogue_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_import_organisation_id'))

    op.drop_table('catalogue_import')
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_key_organisation_id'))

    op.drop_table('api_key')
