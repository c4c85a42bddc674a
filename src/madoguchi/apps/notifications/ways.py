"""Which ways lead to an account, in which order, and what it chose: read for many accounts in three questions.

A message goes out on the first way only (all browsers of an account are one way); another one is taken when that fails
for good. What concerns a disaster goes out on every way at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from madoguchi.apps.notifications import bulk
from madoguchi.apps.notifications.channels.base import sender_for
from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.models import Address, Preference, Suppression
from madoguchi.apps.notifications.quiet import Quiet

ORDER = (Channel.WEB_PUSH, Channel.LINE, Channel.EMAIL, Channel.SMS)
"""App push first, then LINE, e-mail and SMS: the cheapest and quickest first."""
_PLACES = {channel.value: place for place, channel in enumerate(ORDER)}
ALL_OFFERS = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What an account chose; the defaults are those of an account that chose nothing."""

    language: str = "ja"
    quiet: Quiet = field(default_factory=Quiet)
    off: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Preference) -> "Choice":
        """Read it from its row."""
        return cls(row.language, Quiet(row.quiet_from, row.quiet_to, row.quiet_personal), row.off)

    def wants(self, lane: Lane, channel: str) -> bool:
        """Tell whether this way may be used for this lane. A disaster uses every way."""
        return lane == Lane.DISASTER or channel not in self.off.get(lane.name.lower(), ())


NOTHING_CHOSEN = Choice()


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an account: its channel and the addresses that get a message together."""

    channel: Channel
    addresses: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of some accounts."""

    choices: Mapping[str, Choice]
    ways: Mapping[str, Sequence[Way]]
    suppressed: frozenset[tuple[str, str]]

    def choice(self, account_id: str) -> Choice:
        """Return what an account chose."""
        return self.choices.get(account_id, NOTHING_CHOSEN)

    def suppresses(self, account_id: str, lane: Lane, topic: str) -> bool:
        """Tell whether an account wants no such offer."""
        return lane == Lane.OFFER and not self.suppressed.isdisjoint(
            ((account_id, ALL_OFFERS), (account_id, topic or ALL_OFFERS))
        )

    def first(self, account_id: str, lane: Lane, *, without: Collection[UUID] = ()) -> Sequence[Way]:
        """Return the ways that a message takes now: the first one, or all for a disaster.

        Those tried are left out, and those that this installation does not send on.
        """
        found = self.ways.get(account_id)
        if not found:
            return ()
        choice = self.choice(account_id)
        open_ways = [
            way
            for way in found
            if choice.wants(lane, way.channel)
            and sender_for(way.channel) is not None
            and not any(key in without for key in way.addresses)
        ]
        return open_ways if lane == Lane.DISASTER else open_ways[:1]


def of(accounts: Iterable[str]) -> Ways:
    """Read ways, choices and suppressed topics of accounts."""
    wanted = sorted(set(accounts))
    return Ways(_choices(wanted), _ways(wanted), _suppressed(wanted))


def choices_of(accounts: Iterable[str]) -> Ways:
    """Read choices and suppressed topics only."""
    wanted = sorted(set(accounts))
    return Ways(_choices(wanted), {}, _suppressed(wanted))


def _choices(accounts: Sequence[str]) -> dict[str, Choice]:
    return {row.pk: Choice.of(row) for row in bulk.among(Preference.objects.all(), "account_id", accounts)}


def _suppressed(accounts: Sequence[str]) -> frozenset[tuple[str, str]]:
    rows = bulk.among(Suppression.objects.all(), "account_id", accounts)
    return frozenset(rows.values_list("account_id", "topic"))


def _ways(accounts: Sequence[str]) -> dict[str, list[Way]]:
    usable = Address.objects.filter(ended_at=None).exclude(verified_at=None).exclude(sealed=None)
    rows = (
        bulk.among(usable, "account_id", accounts)
        .order_by("-verified_at", "pk")
        .values_list("account_id", "channel", "pk")
    )
    found: dict[str, list[Way]] = defaultdict(list)
    browsers: dict[str, list[UUID]] = defaultdict(list)
    for account_id, channel, key in rows:
        if channel == Channel.WEB_PUSH:
            browsers[account_id].append(key)
        else:
            found[account_id].append(Way(Channel(channel), (key,)))
    for account_id, keys in browsers.items():
        found[account_id].append(Way(Channel.WEB_PUSH, tuple(keys)))
    for ways in found.values():
        ways.sort(key=lambda way: _PLACES[way.channel])  # stable: within a channel the newest first
    return found
