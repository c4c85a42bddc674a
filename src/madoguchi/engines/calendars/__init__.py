"""Days: ages as Japanese law counts them, 和暦, fiscal years, open days of an office, legal limits, the clock of a case.

Takes every date as an argument; never asks the clock.
"""

from madoguchi.engines.calendars.ages import age_months, age_years, anniversary, attained_on, fiscal_age, fiscal_year
from madoguchi.engines.calendars.business import BusinessCalendar, Counting, deadline
from madoguchi.engines.calendars.clock import ClockError, Mark, Period, Reading, Tick, Unit, read_clock
from madoguchi.engines.calendars.periods import Limit, LimitError, days_left, last_day, read_limit
from madoguchi.engines.calendars.wareki import DateError, parse_date, to_wareki

__all__ = [
    "BusinessCalendar",
    "ClockError",
    "Counting",
    "DateError",
    "Limit",
    "LimitError",
    "Mark",
    "Period",
    "Reading",
    "Tick",
    "Unit",
    "age_months",
    "age_years",
    "anniversary",
    "attained_on",
    "days_left",
    "deadline",
    "fiscal_age",
    "fiscal_year",
    "last_day",
    "parse_date",
    "read_clock",
    "read_limit",
    "to_wareki",
]
