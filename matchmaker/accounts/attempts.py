"""How often somebody may try: passwords, codes, mails. Never an account itself is locked.

Tries are counted per account *and* network, so whoever guesses at somebody else's password
shuts out only themselves. A browser that has signed in to the account before carries a cookie
that says so and is counted by itself: even a guesser behind the same address cannot shut it out
(the 'device cookies' of OWASP).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass

from flask import Response, after_this_request, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse

from matchmaker.errors import N_, MatchmakerError
from matchmaker.limits import limiter

PER_PAIR = parse("10 per 15 minutes")  # wrong passwords or codes: one account, one network
PER_NETWORK = parse("100 per 15 minutes")  # one network, all accounts: an office may share it
MAILS_PER_NETWORK = parse("20 per hour")
MAILS_PER_ADDRESS = parse("5 per hour")
REFUSED_KEYS = parse("60 per 15 minutes")  # keys of programs that open nothing, one network
INVITATIONS = parse("100 per day")  # of one person, to whatever addresses
# Letters by which one person would confirm an address. Not counted by network: a cluster agent
# helps a room full of people over one line.
OWN_ADDRESS = parse("10 per hour")
DEVICE_COOKIE = "known_device"
A_YEAR = 31_536_000


class TooManyTries(MatchmakerError):
    status = 429
    title = N_("Too many tries")

    def __init__(self) -> None:
        super().__init__(
            _("There were too many tries from your connection. Wait a quarter of an hour.")
        )


class TooManyMails(MatchmakerError):
    status = 429
    title = N_("Too many mails")

    def __init__(self) -> None:
        super().__init__(_("Your connection asked for too many mails. Wait an hour."))


@dataclass(frozen=True)
class Attempt:
    """One try at an account (what was typed, whether it exists or not) from one place."""

    account: str
    place: str

    def begin(self) -> None:
        """Count the try. Raises TooManyTries; then the password is not even looked at."""
        network = network_of(request.remote_addr)
        if not limiter.limiter.hit(PER_NETWORK, "try", network):
            raise TooManyTries
        if not limiter.limiter.hit(PER_PAIR, "try", self.account, self.place):
            raise TooManyTries

    def succeeded(self) -> None:
        """Forget the former tries; from now on this browser is counted by itself."""
        limiter.limiter.clear(PER_PAIR, "try", self.account, self.place)
        after_this_request(self._remember_device)

    def _remember_device(self, response: Response) -> Response:
        if _device_of(self.account) is None:
            response.set_cookie(
                DEVICE_COOKIE,
                _signer().dumps([self.account, secrets.token_urlsafe(12)]),
                max_age=A_YEAR,
                httponly=True,
                samesite="Lax",
                secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            )
        return response


def attempt_at(account: str) -> Attempt:
    """A try at this account from here: the known browser, or else the network."""
    name = hashlib.sha256(account.strip().lower().encode()).hexdigest()[:32]
    device = _device_of(name)
    return Attempt(name, f"device {device}" if device else network_of(request.remote_addr))


def asks_for_mail() -> None:
    """Count a request that makes us write to somebody. Raises TooManyMails."""
    if not limiter.limiter.hit(MAILS_PER_NETWORK, "mail", network_of(request.remote_addr)):
        raise TooManyMails


def shows_wrong_key() -> None:
    """Count a key of a program that opens nothing. Raises TooManyTries."""
    if not limiter.limiter.hit(REFUSED_KEYS, "key", network_of(request.remote_addr)):
        raise TooManyTries


def invites(person: str) -> None:
    """Count an invitation by mail of this person. Raises TooManyMails."""
    if not limiter.limiter.hit(INVITATIONS, "invites", person):
        raise TooManyMails


def confirms_address(person: str) -> None:
    """Count a letter to what may be the address of this person. Raises TooManyMails."""
    if not limiter.limiter.hit(OWN_ADDRESS, "confirms", person):
        raise TooManyMails


def may_write_to(address: str) -> bool:
    """Whether this address may get one more of the mails that anybody can ask for.

    Beyond it nothing is said to whoever asks: the mails that work are in the inbox already.
    """
    return bool(limiter.limiter.hit(MAILS_PER_ADDRESS, "mailed", address.strip().lower()))


def network_of(address: str | None) -> str:
    """An IPv4 address, or the /64 a subscriber has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _device_of(account: str) -> str | None:
    """The number of this browser, if it has signed in to this account before."""
    try:
        of, number = _signer().loads(request.cookies.get(DEVICE_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(number) if of == account else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known device")
