"""A buyer asks one firm: who may, who reads it, and that nothing is told too early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.drafts import new_draft_key
from matchmaker.accounts.models import AuditEntry
from matchmaker.errors import BadInput, Conflict, NotAllowed, NotFound
from matchmaker.notices.models import Letter, Notice
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, EnquiryMessage
from matchmaker.sourcing.queries import (
    Contact,
    enquiries_by,
    enquiries_to,
    spam_marks,
    thread_of,
)
from matchmaker.sourcing.services import (
    Question,
    close_enquiry,
    mark_spam,
    reopen_enquiry,
    send_enquiry,
    write_message,
)
from tests.factories import Cast, make_actor, make_cast, make_firm, make_organisation, make_product

QUESTION = Question("How soon could you make these?", Decimal(500), "H87")


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


@pytest.fixture
def asked(db: Session, cast: Cast) -> Enquiry:
    return send_enquiry(db, cast.stranger, cast.firm, None, QUESTION)


def subjects(db: Session, user_id: int) -> list[str]:
    return list(db.scalars(select(Notice.subject).where(Notice.user_id == user_id)))


def test_a_question_reaches_those_who_answer_for_the_firm(db: Session, cast: Cast) -> None:
    product = make_product(db, firm=cast.firm, title="Rubber mat")
    enquiry = send_enquiry(db, cast.stranger, cast.firm, product, QUESTION)
    said = ["Elsewhere Traders asks about Rubber mat"]
    assert subjects(db, cast.owner.user.id) == said
    assert subjects(db, cast.colleague.user.id) == said
    assert subjects(db, cast.viewer.user.id) == []
    assert subjects(db, cast.rival.user.id) == []
    letters = db.scalars(select(Letter)).all()
    assert {letter.address for letter in letters} == {
        cast.owner.user.email,
        cast.colleague.user.email,
    }
    assert all(f"/firm/enquiries/{enquiry.public_id}" in letter.text for letter in letters)
    assert all(cast.stranger.user.email not in letter.text for letter in letters)
    assert not enquiry.is_verified


def test_where_no_member_has_mail_the_agent_is_told_too(db: Session, cast: Cast) -> None:
    for member in (cast.owner, cast.colleague):
        member.user.email = None
    send_enquiry(db, cast.stranger, cast.firm, None, QUESTION)
    assert len(subjects(db, cast.owner.user.id)) == 1
    assert len(subjects(db, cast.agent.user.id)) == 1
    assert [letter.address for letter in db.scalars(select(Letter))] == [cast.agent.user.email]


def test_an_unverified_buyer_may_ask_three_firms_and_go_on_with_each(
    db: Session, cast: Cast
) -> None:
    for _firm in range(3):
        send_enquiry(db, cast.stranger, make_firm(db), None, QUESTION)
    with pytest.raises(NotAllowed, match="three firms"):
        send_enquiry(db, cast.stranger, cast.firm, None, QUESTION)
    cast.stranger.organisation.standing = "verified"
    assert send_enquiry(db, cast.stranger, cast.firm, None, QUESTION).is_verified


@pytest.mark.parametrize("who", ["owner", "rival", "officer", "suspended"])
def test_only_buyers_ask(db: Session, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        send_enquiry(db, getattr(cast, who), cast.rival_firm, None, QUESTION)


def test_who_cannot_see_it_cannot_ask_about_it(db: Session, cast: Cast) -> None:
    draft = make_product(db, firm=cast.firm)
    draft.state = "draft"
    elsewhere = make_product(db, firm=cast.rival_firm)
    for product in (draft, elsewhere):
        with pytest.raises(NotFound):
            send_enquiry(db, cast.stranger, cast.firm, product, QUESTION)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  \n "}, "Message"),
        ({"text": "x" * 4001}, "Message"),
        ({"quantity": Decimal(0)}, "Quantity"),
        ({"unit": "XXX"}, "Unit"),
        ({"ship_by": dt.date(2020, 1, 1)}, "Needed by"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(
    db: Session, cast: Cast, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as wrong:
        send_enquiry(db, cast.stranger, cast.firm, None, replace(QUESTION, **change))
    assert wrong.value.field == field
    assert db.scalar(select(func.count(Enquiry.id))) == 0


def test_what_a_phone_sends_twice_is_kept_once(db: Session, cast: Cast) -> None:
    key, again = new_draft_key(), new_draft_key()
    first = send_enquiry(db, cast.stranger, cast.firm, None, QUESTION, draft_key=key)
    second = send_enquiry(db, cast.stranger, cast.firm, None, QUESTION, draft_key=key)
    assert first is second
    for _time in range(2):
        write_message(db, cast.owner, first, "In ten days.", draft_key=again)
    assert [m.text for m in first.messages] == [QUESTION.text, "In ten days."]
    # The key is the person's own: another's draft of the same name is another draft.
    write_message(db, cast.stranger, first, "Good.", draft_key=again)
    assert len(first.messages) == 3


def test_contacts_are_shown_to_both_once_the_firm_has_answered(
    db: Session, cast: Cast, asked: Enquiry
) -> None:
    def contact(actor: Any) -> Contact | None:
        thread = thread_of(db, actor, asked.public_id)
        assert thread is not None
        return thread.contact

    write_message(db, cast.stranger, asked, "Are you there?")
    assert contact(cast.owner) is None
    assert contact(cast.stranger) is None
    cast.owner.user.phone = "+919876543210"
    write_message(db, cast.owner, asked, "Yes.")
    buyer, maker = cast.stranger.user, cast.owner.user
    assert contact(cast.colleague) == Contact(buyer.name, str(buyer.email), "")
    assert contact(cast.stranger) == Contact(maker.name, str(maker.email), "+919876543210")
    assert contact(cast.officer) is None
    assert subjects(db, buyer.id) == [f"{cast.firm.name} has written to you"]


def test_it_is_between_the_two_and_desks(db: Session, cast: Cast, asked: Enquiry) -> None:
    other_buyer = make_actor(db, make_organisation(db, kind="buyer"), "owner")
    everybody = {name: getattr(cast, name) for name in Cast.__annotations__ if "firm" not in name}
    sides = {
        name: thread.side
        for name, actor in (everybody | {"other_buyer": other_buyer}).items()
        if (thread := thread_of(db, actor, asked.public_id))
    }
    assert sides == {
        "owner": "firm",
        "colleague": "firm",
        "viewer": "firm",
        "agent": "firm",
        "stranger": "buyer",
        "officer": "desk",
    }
    for actor in (cast.rival, other_buyer, cast.officer):
        with pytest.raises(NotFound):
            write_message(db, actor, asked, "Hello")
    with pytest.raises(NotAllowed):
        write_message(db, cast.viewer, asked, "Hello")


def test_the_agent_answers_for_the_firm_and_both_names_are_recorded(
    db: Session, cast: Cast, asked: Enquiry
) -> None:
    write_message(db, cast.agent, asked, "They can.")
    assert asked.state == "answered"
    assert asked.messages[-1].organisation_id == cast.firm.organisation_id
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "enquiry.message")).one()
    assert (entry.actor, entry.on_behalf_of) == (
        cast.agent.user.public_id,
        cast.firm.organisation.public_id,
    )


def test_spam_ends_it_and_is_counted_by_firms(db: Session, cast: Cast, asked: Enquiry) -> None:
    second = send_enquiry(db, cast.stranger, cast.firm, None, QUESTION)
    third = send_enquiry(db, cast.stranger, cast.rival_firm, None, QUESTION)
    for enquiry, owner in ((asked, cast.owner), (second, cast.owner), (third, cast.rival)):
        mark_spam(db, owner, enquiry)
    assert spam_marks(db) == [(cast.stranger.organisation, 2)]
    with pytest.raises(Conflict):
        write_message(db, cast.stranger, asked, "But I mean it!")
    with pytest.raises(NotFound):
        mark_spam(db, cast.stranger, asked)
    reopen_enquiry(db, cast.owner, asked)
    assert asked.state == "new"
    assert [e.enquiry for e in enquiries_to(db, cast.firm.organisation, shown="spam").items] == [
        second
    ]


def test_lists_say_who_writes_next(db: Session, cast: Cast, asked: Enquiry) -> None:
    def waits(page: Any) -> list[str | None]:
        return [each.waits_for for each in page.items]

    firm, buyer = cast.firm.organisation, cast.stranger.organisation
    assert waits(enquiries_to(db, firm, shown="open")) == ["firm"]
    write_message(db, cast.owner, asked, "Yes.")
    assert waits(enquiries_by(db, buyer, shown="open")) == ["buyer"]
    close_enquiry(db, cast.stranger, asked)
    assert waits(enquiries_to(db, firm, shown="open")) == []
    assert waits(enquiries_to(db, firm, shown="closed")) == [None]


def test_a_list_costs_the_same_for_three_as_for_thirty(
    db: Session, cast: Cast, counted: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    def ask(times: int) -> None:
        for number in range(times):
            enquiry = Enquiry(
                organisation_id=make_organisation(db, kind="buyer").id, firm_id=cast.firm.id
            )
            enquiry.messages.append(
                EnquiryMessage(organisation_id=cast.firm.organisation_id, text=f"{number}")
            )
            db.add(enquiry)
        db.commit()

    def cost() -> int:
        db.expire_all()
        organisation = cast.firm.organisation
        with counted(db.get_bind()) as statements:  # type: ignore[arg-type]
            for each in enquiries_to(db, organisation, shown="open").items:
                assert each.enquiry.organisation.name and each.last and each.enquiry.firm.name
        return len(statements)

    ask(3)
    few = cost()
    ask(27)
    assert cost() == few


def test_both_databases_keep_an_exchange(any_db: Session) -> None:
    cast = make_cast(any_db)
    enquiry = send_enquiry(any_db, cast.stranger, cast.firm, None, QUESTION, draft_key="k" * 20)
    write_message(any_db, cast.owner, enquiry, "Yes.")
    any_db.commit()
    kept = any_db.scalars(select(Enquiry)).one()
    assert (kept.quantity, kept.unit, kept.state) == (Decimal(500), "H87", "answered")
    assert [m.text for m in kept.messages] == [QUESTION.text, "Yes."]
    assert kept.created_at <= utc_now()


def test_the_system_asks_nobody(db: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send_enquiry(db, SYSTEM, cast.firm, None, QUESTION)
