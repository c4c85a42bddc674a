"""Quiet hours: when a message may go out. Pure arithmetic on moments; hours are those of Tokyo."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from madoguchi.apps.notifications.contracts import Lane

TOKYO = ZoneInfo("Asia/Tokyo")
QUIET_FROM, QUIET_TO = 21, 8
"""Between these hours nothing goes out unless a person chose otherwise."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet hours of one account: `start` = `end` means none; `personal`: they hold for her own matters, too."""

    start: int = QUIET_FROM
    end: int = QUIET_TO
    personal: bool = True


def allowed_from(moment: datetime, lane: Lane, quiet: Quiet) -> datetime:
    """Return the first moment, not before the given one, at which a message of this lane may go out."""
    if lane == Lane.DISASTER or (lane == Lane.PERSONAL and not quiet.personal) or quiet.start == quiet.end:
        return moment
    local = moment.astimezone(TOKYO)
    over_midnight = quiet.start > quiet.end
    late, early = local.hour >= quiet.start, local.hour < quiet.end
    if not ((late or early) if over_midnight else (late and early)):
        return moment
    ends = local.replace(hour=quiet.end % 24, minute=0, second=0, microsecond=0)
    if (over_midnight and late) or quiet.end == 24:
        ends += timedelta(days=1)
    return ends.astimezone(moment.tzinfo)
