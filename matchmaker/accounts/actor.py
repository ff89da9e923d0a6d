"""The one who acts. Every service that writes takes an `Actor`; none reads it from the air."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import object_session

from matchmaker.accounts.models import Mandate, Organisation, User
from matchmaker.errors import NotAllowed
from matchmaker.wording import gettext as _

WRITING_ROLES = frozenset({"owner", "editor"})
DESK_ROLES = frozenset({"desk_officer", "desk_head"})


@dataclass(frozen=True)
class Actor:
    """Who acts (`user`), as a member of what (`organisation`), and for whom if not for it.

    `user` None is the system itself (a seed, a job), unless `key` names the key of a program.
    `roles` are the user's roles in `organisation`.
    """

    user: User | None
    organisation: Organisation | None = None
    on_behalf_of: Organisation | None = None
    roles: frozenset[str] = frozenset()
    key: str | None = None

    @property
    def is_system(self) -> bool:
        return self.user is None and self.key is None

    @property
    def signature(self) -> str:
        """Under which name the records keep what this actor does, at most 16 letters."""
        if self.user is not None:
            return self.user.public_id
        return f"key:{self.key}" if self.key else "system"

    @property
    def is_desk(self) -> bool:
        return bool(self.roles & DESK_ROLES)

    @property
    def is_suspended(self) -> bool:
        """Whether the person, or the organisation they act in, was suspended by a desk."""
        if self.user is not None and self.user.suspended_reason:
            return True
        parties = (self.organisation, self.on_behalf_of)
        return any(each is not None and each.standing == "suspended" for each in parties)

    @property
    def acts_for(self) -> Organisation | None:
        """Whose business this is: the client if one is named, else the own organisation."""
        return self.on_behalf_of or self.organisation

    def must_write_for(self, organisation_id: int) -> None:
        """Let the organisation's own writers, those acting for it, desks and the system pass.

        Raises NotAllowed for everybody else.
        """
        if self.is_system:
            return
        if self.is_suspended:
            raise NotAllowed("This account is suspended; nothing can be changed with it.")
        if self.is_desk:
            return
        acts_for = self.acts_for
        if acts_for is not None and acts_for.id == organisation_id and self.roles & WRITING_ROLES:
            return
        raise NotAllowed(_("Only members of this organisation who may edit can do that."))

    def must_be_desk(self) -> None:
        """Let the staff of desks and the system pass. Raises NotAllowed for everybody else."""
        if self.is_suspended or not (self.is_desk or self.is_system):
            raise NotAllowed(_("This page is for the staff of export desks."))


SYSTEM = Actor(user=None)


def actor_of(user: User | None, organisation: str = "", client: str = "") -> Actor | None:
    """The actor a signed-in user is: member of the chosen organisation, for the chosen client.

    `organisation` and `client` are public ids. What the user may not choose (no membership,
    no living mandate) is passed over: the first membership counts, for itself.
    """
    if user is None:
        return None
    if not user.memberships:
        return Actor(user=user)
    first = min(user.memberships, key=lambda membership: membership.id)
    chosen = next((m for m in user.memberships if m.organisation.public_id == organisation), first)
    return Actor(
        user=user,
        organisation=chosen.organisation,
        on_behalf_of=_client_of(chosen.organisation, client),
        roles=frozenset({chosen.role}),
    )


def actor_of_key(organisation: Organisation, key: str, client: str = "") -> Actor:
    """The actor a program is: it edits for its organisation, or for a client of it."""
    return Actor(
        user=None,
        organisation=organisation,
        on_behalf_of=_client_of(organisation, client),
        roles=frozenset({"editor"}),
        key=key,
    )


def _client_of(agent: Organisation, client: str) -> Organisation | None:
    """The client with this public id, if a living mandate lets `agent` act for it."""
    db = object_session(agent)
    if not client or db is None:
        return None
    return db.scalar(
        select(Organisation)
        .join(Mandate, Mandate.client_id == Organisation.id)
        .where(
            Mandate.agent_id == agent.id,
            Mandate.ended_at.is_(None),
            Organisation.public_id == client,
            Organisation.kind != "desk",  # its staff alone decides, whatever was written down
        )
    )
