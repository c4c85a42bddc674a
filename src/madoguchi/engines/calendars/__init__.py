"""Days: ages as Japanese law counts them, 和暦, fiscal years, open days of an office, time limits.

Takes every date as an argument; never asks the clock.
"""

from madoguchi.engines.calendars.ages import age_months, age_years, anniversary, attained_on, fiscal_age, fiscal_year
from madoguchi.engines.calendars.business import BusinessCalendar, Counting, deadline
from madoguchi.engines.calendars.wareki import DateError, parse_date, to_wareki

__all__ = [
    "BusinessCalendar",
    "Counting",
    "DateError",
    "age_months",
    "age_years",
    "anniversary",
    "attained_on",
    "deadline",
    "fiscal_age",
    "fiscal_year",
    "parse_date",
    "to_wareki",
]
