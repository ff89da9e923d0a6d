"""The one who acts. Every service that writes takes an `Actor`; none reads it from the air."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.accounts.models import Organisation, User
from matchmaker.errors import NotAllowed

WRITING_ROLES = frozenset({"owner", "editor"})
DESK_ROLES = frozenset({"desk_officer", "desk_head"})


@dataclass(frozen=True)
class Actor:
    """Who acts (`user`), as a member of what (`organisation`), and for whom if not for it.

    `user` None is the system itself (a seed, a job). `roles` are the user's roles in
    `organisation`.
    """

    user: User | None
    organisation: Organisation | None = None
    on_behalf_of: Organisation | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def is_desk(self) -> bool:
        return bool(self.roles & DESK_ROLES)

    @property
    def acts_for(self) -> Organisation | None:
        """Whose business this is: the client if one is named, else the own organisation."""
        return self.on_behalf_of or self.organisation

    def must_write_for(self, organisation_id: int) -> None:
        """Let the organisation's own writers, those acting for it, desks and the system pass.

        Raises NotAllowed for everybody else.
        """
        if self.is_system or self.is_desk:
            return
        acts_for = self.acts_for
        if acts_for is not None and acts_for.id == organisation_id and self.roles & WRITING_ROLES:
            return
        raise NotAllowed("Only members of this organisation who may edit can do that.")


SYSTEM = Actor(user=None)


def actor_of(user: User | None) -> Actor | None:
    """The actor a signed-in user is when nothing else was chosen: the first membership."""
    if user is None:
        return None
    if not user.memberships:
        return Actor(user=user)
    first = min(user.memberships, key=lambda membership: membership.id)
    return Actor(user=user, organisation=first.organisation, roles=frozenset({first.role}))
