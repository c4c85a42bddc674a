"""What the provider remembers while it runs: tickets, codes, tokens, used assertion ids. All in memory, behind one lock.

Every shelf forgets what is past its time and never grows beyond a limit; nothing survives a restart.
"""

import hashlib
import secrets
import string
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from madoguchi.site.identity.issuers import IssuerName

CODE_LIFE_SECONDS = 300
TICKET_LIFE_SECONDS = 900
TOKEN_LIFE_SECONDS = 3_600
REFRESH_LIFE_SECONDS = 86_400
SHELF_LIMIT = 10_000
CODE_LETTERS = 22
_LETTERS = string.ascii_letters + string.digits

Value = TypeVar("Value")
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that passed every check."""

    issuer: IssuerName
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    challenge: str
    acr_values: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """One browser on its way through picking and consenting."""

    asked: Asked
    browser: str
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What was agreed to; all tokens that come from one code share its `family`."""

    asked: Asked
    account_id: str
    auth_time: int
    family: str = field(default_factory=lambda: secrets.token_hex(8))


class Shelf(Generic[Value]):
    """Values by key, each with its end. The caller holds the store's lock."""

    def __init__(self, clock: Clock, *, life_seconds: float, limit: int = SHELF_LIMIT) -> None:
        self._clock = clock
        self._life_seconds = life_seconds
        self._limit = limit
        self._rows: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def put(self, key: str, value: Value, *, ends_at: float | None = None) -> None:
        """Keep a value until its end; the oldest goes when the shelf is full."""
        now = self._clock()
        while self._rows and (len(self._rows) >= self._limit or next(iter(self._rows.values()))[0] <= now):
            self._rows.popitem(last=False)
        self._rows[key] = (now + self._life_seconds if ends_at is None else ends_at, value)

    def get(self, key: str) -> Value | None:
        """Return a value that has not ended."""
        row = self._rows.get(key)
        return row[1] if row and row[0] > self._clock() else None

    def take(self, key: str) -> Value | None:
        """Return and remove a value that has not ended."""
        value = self.get(key)
        self._rows.pop(key, None)
        return value

    def drop(self, unwanted: Callable[[Value], bool]) -> None:
        """Remove every value of which `unwanted` is true."""
        for key in [key for key, (_, value) in self._rows.items() if unwanted(value)]:
            del self._rows[key]


class Store:
    """All shelves behind one lock, so that of two at once only one gets a code."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._tickets: Shelf[Ticket] = Shelf(clock, life_seconds=TICKET_LIFE_SECONDS)
        self._codes: Shelf[Grant] = Shelf(clock, life_seconds=CODE_LIFE_SECONDS)
        self._used_codes: Shelf[str] = Shelf(clock, life_seconds=TOKEN_LIFE_SECONDS)
        self._access: Shelf[Grant] = Shelf(clock, life_seconds=TOKEN_LIFE_SECONDS)
        self._refresh: Shelf[Grant] = Shelf(clock, life_seconds=REFRESH_LIFE_SECONDS)
        self._used_refresh: Shelf[str] = Shelf(clock, life_seconds=REFRESH_LIFE_SECONDS)
        self._ended_families: Shelf[bool] = Shelf(clock, life_seconds=REFRESH_LIFE_SECONDS + TOKEN_LIFE_SECONDS)
        self._assertions: Shelf[bool] = Shelf(clock, life_seconds=TOKEN_LIFE_SECONDS)

    def open_ticket(self, asked: Asked, *, browser: str) -> str:
        """Remember a request of one browser; return the ticket's id."""
        ticket_id = secrets.token_urlsafe(16)
        with self._lock:
            self._tickets.put(ticket_id, Ticket(asked, browser))
        return ticket_id

    def ticket(self, ticket_id: str, *, browser: str, issuer: IssuerName) -> Ticket | None:
        """Return a ticket of this browser and issuer."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
        right = ticket and secrets.compare_digest(ticket.browser, browser) and ticket.asked.issuer is issuer
        return ticket if right else None

    def pick(self, ticket_id: str, ticket: Ticket, account_id: str) -> None:
        """Remember which card was picked."""
        with self._lock:
            self._tickets.put(ticket_id, Ticket(ticket.asked, ticket.browser, account_id))

    def close_ticket(self, ticket_id: str) -> bool:
        """End a ticket; false when it had ended, so that a doubled answer yields one code."""
        with self._lock:
            return self._tickets.take(ticket_id) is not None

    def issue_code(self, asked: Asked, account_id: str) -> str:
        """Return a code of 22 letters and digits that is good once, for five minutes."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LETTERS))
        with self._lock:
            self._codes.put(_hash(code), Grant(asked, account_id, int(self.clock())))
        return code

    def redeem_code(self, code: str) -> Grant | None:
        """Return what a code stands for and use it up. A code that comes again ends every token made from it."""
        key = _hash(code)
        with self._lock:
            grant = self._codes.take(key)
            if grant is not None:
                self._used_codes.put(key, grant.family)
                return grant
            self._end_family(self._used_codes.get(key))
            return None

    def issue_access(self, token: str, grant: Grant) -> None:
        """Remember an access token."""
        with self._lock:
            self._access.put(_hash(token), grant)

    def access(self, token: str) -> Grant | None:
        """Return what an access token stands for."""
        with self._lock:
            return self._unless_ended(self._access.get(_hash(token)))

    def issue_refresh(self, grant: Grant) -> str:
        """Return a new refresh token."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._refresh.put(_hash(token), grant)
        return token

    def redeem_refresh(self, token: str, *, client_id: str, issuer: IssuerName) -> Grant | None:
        """Use a refresh token up (rotation at each use); one that comes again ends its whole family."""
        key = _hash(token)
        with self._lock:
            grant = self._unless_ended(self._refresh.get(key))
            if grant is None:
                self._end_family(self._used_refresh.get(key))
                return None
            if (grant.asked.client_id, grant.asked.issuer) != (client_id, issuer):
                return None
            self._refresh.take(key)
            self._used_refresh.put(key, grant.family)
            return grant

    def end_session(self, *, issuer: IssuerName, client_id: str, account_id: str) -> None:
        """End all tokens of one account at one client."""

        def theirs(grant: Grant) -> bool:
            return (grant.asked.issuer, grant.asked.client_id, grant.account_id) == (issuer, client_id, account_id)

        with self._lock:
            self._access.drop(theirs)
            self._refresh.drop(theirs)

    def is_first_use(self, assertion_id: str, *, ends_at: float) -> bool:
        """Tell whether a client assertion's id was never seen; remember it until the assertion has ended."""
        with self._lock:
            if self._assertions.get(assertion_id) is not None:
                return False
            self._assertions.put(assertion_id, True, ends_at=ends_at)
            return True

    def _end_family(self, family: str | None) -> None:
        """End all tokens of one code, also those that another thread is about to hand out."""
        if family is not None:
            self._ended_families.put(family, True)

    def _unless_ended(self, grant: Grant | None) -> Grant | None:
        return None if grant is None or self._ended_families.get(grant.family) else grant


def _hash(text: str) -> str:
    """Return the key under which a secret is kept: what lies in memory opens nothing."""
    return hashlib.sha256(text.encode()).hexdigest()
