"""Whether a call is for a business: its size, place and industry, each with a reason. Unknown stays unknown, never a no."""

from dataclasses import dataclass
from enum import StrEnum

from madoguchi.apps.grants.contracts import CallContent
from madoguchi.apps.grants.mapping import employees_band
from madoguchi.apps.grants.regions import names_for


class Aspect(StrEnum):
    """What is compared."""

    EMPLOYEES = "employees"
    AREA = "area"
    INDUSTRY = "industry"


class Fit(StrEnum):
    """How a business stands to a condition of a call."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a business: prefecture of its head office, number of employees, industry. Empty = unknown."""

    prefecture: str = ""
    employees: int | None = None
    industry: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: what the call wants and what the business has, as they are written."""

    aspect: Aspect
    fit: Fit
    wanted: str
    has: str


def findings(content: CallContent, traits: Traits) -> tuple[Finding, ...]:
    """Return a finding for each of size, place and industry; a call that sets no condition fits everybody."""
    return (_employees(content, traits), _area(content, traits), _industry(content, traits))


def overall(found: tuple[Finding, ...]) -> Fit:
    """Return no when one condition does not hold, unknown when one cannot be told, yes otherwise."""
    fits = {item.fit for item in found}
    return Fit.NO if Fit.NO in fits else Fit.UNKNOWN if Fit.UNKNOWN in fits else Fit.YES


def _employees(content: CallContent, traits: Traits) -> Finding:
    least, most = employees_band(content.employees)
    has = "" if traits.employees is None else str(traits.employees)
    if least is None and most is None:
        return Finding(Aspect.EMPLOYEES, Fit.YES, content.employees, has)
    if traits.employees is None:
        return Finding(Aspect.EMPLOYEES, Fit.UNKNOWN, content.employees, has)
    holds = (least is None or traits.employees >= least) and (most is None or traits.employees <= most)
    return Finding(Aspect.EMPLOYEES, Fit.YES if holds else Fit.NO, content.employees, has)


def _area(content: CallContent, traits: Traits) -> Finding:
    return _among(Aspect.AREA, content.areas, names_for(traits.prefecture), traits.prefecture)


def _industry(content: CallContent, traits: Traits) -> Finding:
    return _among(Aspect.INDUSTRY, content.industries, (traits.industry,), traits.industry)


def _among(aspect: Aspect, wanted: tuple[str, ...], names: tuple[str, ...], has: str) -> Finding:
    words = "、".join(wanted)
    if not wanted or set(wanted) & (set(names) if has else {"全国"}):
        return Finding(aspect, Fit.YES, words, has)
    return Finding(aspect, Fit.UNKNOWN if not has else Fit.NO, words, has)
