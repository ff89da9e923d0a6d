"""Members, invitations, mandates and links: who may do what to whom, and what is recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM, Actor, actor_of
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import SignInLink
from matchmaker.accounts.errors import LastOwner, LinkSpent
from matchmaker.accounts.invitations import (
    accept,
    invitation_of,
    invite,
    roles_offered,
    withdraw,
)
from matchmaker.accounts.links import (
    hand_over_link,
    link_of,
    living_links,
    may_hand_over,
    revoke_links,
    use_link,
)
from matchmaker.accounts.mandates import agents_of, clients_of, end_mandate, give_mandate
from matchmaker.accounts.members import change_role, members_of, remove_member
from matchmaker.accounts.models import AuditEntry, Mandate, Membership, User
from matchmaker.accounts.standing import suspend_organisation
from matchmaker.accounts.tokens import hash_of
from matchmaker.errors import BadInput, Conflict, NotAllowed
from matchmaker.orm import utc_now
from tests.factories import Cast, make_actor, make_cast, make_organisation, make_user


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def phone_member(db: Session, cast: Cast, role: str = "editor") -> User:
    user = make_user(db, email=None)
    user.phone = "+919876543210"
    make_membership(db, user, cast, role)
    return user


def make_membership(db: Session, user: User, cast: Cast, role: str) -> Membership:
    membership = Membership(user=user, organisation=cast.firm.organisation, role=role)
    db.add(membership)
    db.flush()
    return membership


def membership_of(db: Session, actor: Actor) -> Membership:
    assert actor.user is not None
    return db.scalars(select(Membership).where(Membership.user_id == actor.user.id)).one()


def acts(db: Session, action: str) -> list[tuple[str, str | None, str | None]]:
    entries = db.scalars(select(AuditEntry).where(AuditEntry.action == action))
    return [(each.actor, each.organisation, each.on_behalf_of) for each in entries]


def everybody(cast: Cast) -> dict[str, Actor]:
    names = (
        "owner", "colleague", "viewer", "rival", "stranger", "agent", "officer", "operator",
        "suspended",
    )  # fmt: skip
    return {name: getattr(cast, name) for name in names}


def test_a_link_is_handed_over_by_owner_agent_and_desk_and_by_nobody_else(
    db: Session, cast: Cast
) -> None:
    user = phone_member(db, cast)
    allowed = {name for name, actor in everybody(cast).items() if may_hand_over(actor, user)}
    assert allowed == {"owner", "agent", "officer"}
    with pytest.raises(NotAllowed):
        hand_over_link(db, cast.rival, user)


def test_no_link_opens_the_account_of_who_has_a_password_or_works_for_a_desk(
    db: Session, cast: Cast
) -> None:
    colleague, officer = cast.colleague.user, cast.officer.user
    assert colleague is not None and officer is not None
    colleague.password = "a hash"
    assert not may_hand_over(cast.owner, colleague)
    assert not may_hand_over(cast.operator, officer)
    elsewhere = phone_member(db, cast)
    db.add(Membership(user=elsewhere, organisation=cast.rival_firm.organisation, role="viewer"))
    db.flush()
    db.refresh(elsewhere)
    # It would let the owner into another firm.
    assert not may_hand_over(cast.owner, elsewhere)
    assert may_hand_over(cast.officer, elsewhere)


def test_who_acts_for_a_firm_cannot_become_its_owner(db: Session, cast: Cast) -> None:
    owner = phone_member(db, cast, "owner")
    assert not may_hand_over(cast.agent, owner)
    with pytest.raises(NotAllowed):
        hand_over_link(db, cast.agent, owner)
    assert may_hand_over(cast.owner, owner)
    assert may_hand_over(cast.officer, owner)


def test_who_can_come_in_by_mail_gets_a_link_from_desks_only(db: Session, cast: Cast) -> None:
    colleague = cast.colleague.user
    assert colleague is not None and colleague.confirmed_at and not colleague.password
    allowed = {name for name, actor in everybody(cast).items() if may_hand_over(actor, colleague)}
    assert allowed == {"officer"}


def test_a_link_signs_in_once_and_only_its_hash_is_kept(db: Session, cast: Cast) -> None:
    user = phone_member(db, cast)
    link, secret = hand_over_link(db, cast.agent, user)
    assert secret not in {str(value) for value in vars(link).values()}
    assert link.secret_hash == hash_of(secret)
    # Looking does not spend it.
    assert link_of(db, secret).user is link_of(db, secret).user is user
    assert use_link(db, secret) is user
    with pytest.raises(LinkSpent):
        use_link(db, secret)
    agent = cast.agent
    assert agent.user and agent.organisation and agent.on_behalf_of
    assert acts(db, "sign_in_link.made") == [
        (agent.user.public_id, agent.organisation.public_id, agent.on_behalf_of.public_id)
    ]
    assert acts(db, "sign_in_link.used") == [(user.public_id, None, None)]


def test_a_link_stops_with_time_with_a_newer_one_and_when_revoked(db: Session, cast: Cast) -> None:
    user = phone_member(db, cast)
    _link, old = hand_over_link(db, cast.officer, user)
    late, newer = hand_over_link(db, cast.officer, user)
    with pytest.raises(LinkSpent):
        link_of(db, old)
    late.expires_at = utc_now() - dt.timedelta(seconds=1)
    with pytest.raises(LinkSpent):
        use_link(db, newer)
    _link, newest = hand_over_link(db, cast.officer, user)
    with pytest.raises(NotAllowed):
        revoke_links(db, cast.rival, user)
    assert revoke_links(db, cast.owner, user) == 1
    assert living_links(db, user) == []
    with pytest.raises(LinkSpent):
        link_of(db, newest)


def test_of_two_who_press_at_once_one_gets_in(db: Session, cast: Cast) -> None:
    user = phone_member(db, cast)
    _link, secret = hand_over_link(db, cast.officer, user)
    link_of(db, secret)  # the second one has looked while the first presses
    db.execute(SignInLink.__table__.update().values(used_at=utc_now()))  # type: ignore[attr-defined]
    with pytest.raises(LinkSpent):
        use_link(db, secret)


def test_who_invites_and_what_they_may_offer(db: Session, cast: Cast) -> None:
    firm = cast.firm.organisation
    inviting = set()
    for number, (name, actor) in enumerate(everybody(cast).items()):
        try:
            invite(db, actor, firm, name="Asha", role="viewer", phone=f"98765 4321{number}")
            inviting.add(name)
        except NotAllowed:
            pass
    assert inviting == {"owner", "agent", "officer"}
    with pytest.raises(NotAllowed):  # the firm has an owner: agents do not make another
        invite(db, cast.agent, firm, name="Asha", role="owner", phone="9876543210")
    assert roles_offered(cast.agent, firm) == ("editor", "viewer")
    assert roles_offered(cast.owner, firm) == ("owner", "editor", "viewer")
    with pytest.raises(BadInput):
        invite(db, cast.owner, firm, name="Asha", role="desk_head", email="a@example.com")
    with pytest.raises(BadInput):
        invite(db, cast.owner, firm, name="Asha", role="viewer")
    with pytest.raises(BadInput):
        invite(db, cast.owner, firm, name="Asha", role="viewer", phone="12")


def test_nobody_is_invited_who_is_a_member_or_invited_already(db: Session, cast: Cast) -> None:
    firm, there = cast.firm.organisation, cast.viewer.user
    assert there is not None
    there.email, there.phone = "viewer@example.com", "+919876543210"
    db.flush()

    def asked(**of: str) -> str:
        with pytest.raises(BadInput) as refused:
            invite(db, cast.owner, firm, name="Mini", role="editor", **of)
        return refused.value.remedy

    member = "This person is a member already. Change the role in the list of members."
    assert asked(email=" Viewer@Example.com") == member
    assert asked(phone="98765 43210") == member
    first, _secret = invite(db, cast.owner, firm, name="Asha", role="editor", email="a@example.com")
    invited = "This person is invited already. Withdraw that invitation to make another."
    assert asked(email="A@example.com") == invited
    withdraw(db, cast.owner, first)
    invite(db, cast.owner, firm, name="Asha", role="viewer", email="a@example.com")
    invite(db, cast.rival, cast.rival_firm.organisation, name="M", role="viewer", email=there.email)


def test_an_accepted_invitation_makes_a_member_once(db: Session, cast: Cast) -> None:
    firm = cast.firm.organisation
    invitation, secret = invite(
        db, cast.owner, firm, name="Asha", role="editor", email="Asha@Example.com"
    )
    assert (invitation.email, invitation.secret_hash) == ("asha@example.com", hash_of(secret))
    user = make_user(db)
    membership = accept(db, invitation_of(db, secret), user)
    assert (membership.user, membership.organisation, membership.role) == (user, firm, "editor")
    with pytest.raises(LinkSpent):
        invitation_of(db, secret)
    with pytest.raises(LinkSpent):  # who found it open a moment earlier
        accept(db, invitation, make_user(db))
    other, secret = invite(db, cast.owner, firm, name="B", role="editor", email="b@example.com")
    withdraw(db, cast.owner, other)
    with pytest.raises(LinkSpent):
        invitation_of(db, secret)


def test_nobody_enters_where_a_desk_suspended_the_organisation(db: Session, cast: Cast) -> None:
    firm = cast.firm.organisation
    _asked, secret = invite(db, cast.owner, firm, name="A", role="editor", email="a@example.com")
    suspend_organisation(db, SYSTEM, firm, reason="Its certificates were not its own.")
    with pytest.raises(LinkSpent):
        invitation_of(db, secret)


def test_only_who_manages_changes_roles_and_the_last_owner_stays(db: Session, cast: Cast) -> None:
    colleague, owner = membership_of(db, cast.colleague), membership_of(db, cast.owner)
    for name in ("colleague", "viewer", "rival", "stranger", "agent", "operator", "suspended"):
        with pytest.raises(NotAllowed):
            change_role(db, everybody(cast)[name], colleague, "owner")
    for actor in (cast.owner, cast.officer):
        with pytest.raises(LastOwner):
            remove_member(db, actor, owner)
    with pytest.raises(LastOwner):
        change_role(db, cast.owner, owner, "viewer")
    change_role(db, cast.owner, colleague, "owner")
    remove_member(db, cast.owner, owner)
    left = {each.role for each in members_of(db, cast.firm.organisation)}
    assert left == {"owner", "viewer"}
    assert cast.owner.user is not None
    assert actor_of(cast.owner.user) == Actor(cast.owner.user)


def test_anybody_may_leave_but_not_remove_others(db: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        remove_member(db, cast.viewer, membership_of(db, cast.colleague))
    remove_member(db, cast.viewer, membership_of(db, cast.viewer))
    assert "viewer" not in {each.role for each in members_of(db, cast.firm.organisation)}


def test_a_mandate_is_given_by_the_client_or_recorded_by_a_desk(db: Session, cast: Cast) -> None:
    rival = cast.rival_firm.organisation
    body = cast.agent.organisation
    assert body is not None
    for name in ("owner", "agent", "stranger", "operator", "suspended"):
        with pytest.raises(NotAllowed):
            give_mandate(db, everybody(cast)[name], agent=body, client=rival, how="said so")
    mandate = give_mandate(db, cast.officer, agent=body, client=rival, how="By telephone.")
    with pytest.raises(Conflict):
        give_mandate(db, cast.rival, agent=body, client=rival, how="Again.")
    assert [each.client.id for each in clients_of(db, body)] == [
        cast.firm.organisation_id,
        rival.id,
    ]
    agent = cast.agent.user
    assert agent is not None
    chosen = actor_of(agent, body.public_id, rival.public_id)
    assert chosen is not None and chosen.acts_for == rival
    end_mandate(db, cast.rival, mandate)
    assert agents_of(db, rival) == []
    after = actor_of(agent, body.public_id, rival.public_id)
    assert after is not None and after.acts_for == body


def test_nobody_acts_for_a_desk(db: Session, cast: Cast) -> None:
    desk, body, agent = cast.officer.organisation, cast.agent.organisation, cast.agent.user
    assert desk and body and agent
    head = make_actor(db, desk, "desk_head")
    with pytest.raises(BadInput):
        give_mandate(db, head, agent=body, client=desk, how="By telephone.")
    # One that was written down before means nothing.
    db.add(Mandate(agent=body, client=desk, how="By telephone."))
    db.flush()
    chosen = actor_of(agent, body.public_id, desk.public_id)
    assert chosen is not None and chosen.on_behalf_of is None
    with pytest.raises(NotAllowed):
        pretended = replace(cast.agent, on_behalf_of=desk)
        invite(db, pretended, desk, name="Mallory", role="desk_head", email="m@example.com")


def test_the_end_of_a_mandate_shuts_out_whoever_came_in_by_its_links(
    db: Session, cast: Cast
) -> None:
    body, firm = cast.agent.organisation, cast.firm.organisation
    mandate = db.scalars(select(Mandate).where(Mandate.agent == body)).one()
    entered, waiting, by_owner = (phone_member(db, cast) for _ in range(3))
    before = {user: user.fs_uniquifier for user in (entered, waiting, by_owner)}
    use_link(db, hand_over_link(db, cast.agent, entered)[1])
    _link, unused = hand_over_link(db, cast.agent, waiting)
    use_link(db, hand_over_link(db, cast.owner, by_owner)[1])
    assert end_mandate(db, cast.owner, mandate) == [entered]
    assert entered.fs_uniquifier != before[entered]
    assert (waiting.fs_uniquifier, by_owner.fs_uniquifier) == (before[waiting], before[by_owner])
    with pytest.raises(LinkSpent):
        use_link(db, unused)
    assert end_mandate(db, cast.owner, mandate) == []
    assert agents_of(db, firm) == []


def test_only_bodies_and_intermediaries_act_for_others(db: Session, cast: Cast) -> None:
    with pytest.raises(BadInput):
        give_mandate(
            db,
            cast.owner,
            agent=cast.rival_firm.organisation,
            client=cast.firm.organisation,
            how="A favour.",
        )


def test_an_act_for_a_client_is_recorded_with_both_names(db: Session, cast: Cast) -> None:
    record(db, cast.agent, "product.changed", "product", "p1")
    agent = cast.agent
    assert agent.user and agent.organisation
    assert acts(db, "product.changed") == [
        (agent.user.public_id, agent.organisation.public_id, cast.firm.organisation.public_id)
    ]


def test_a_desk_manages_its_own_people_by_its_head(db: Session, cast: Cast) -> None:
    desk = cast.officer.organisation
    assert desk is not None
    head = make_actor(db, desk, "desk_head")
    with pytest.raises(NotAllowed):
        invite(db, cast.officer, desk, name="Rani", role="desk_officer", email="r@example.com")
    invitation, _secret = invite(
        db, head, desk, name="Rani", role="desk_officer", email="r@example.com"
    )
    assert invitation.organisation == desk
    other = make_organisation(db, kind="desk", name="Another desk")
    with pytest.raises(NotAllowed):
        invite(db, head, other, name="Rani", role="desk_head", email="r@example.com")
    assert SYSTEM.is_system
