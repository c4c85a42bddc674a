"""Words of the outreach room's pages that depend on values."""

from django.utils.translation import gettext as _


def state(name: str) -> str:
    """Return how the consent stands, in words."""
    return {
        "none": _("まだ同意していません。"),
        "granted": _("同意しています。"),
        "refused": _("同意しないことを選んでいます。"),
        "withdrawn": _("同意を取り消しています。"),
        "expired": _("同意の期間が終わりました。続けるには、もう一度同意してください。"),
        "outdated": _("同意の内容が新しくなりました。続けるには、もう一度同意してください。"),
    }.get(name, "")


def step(number: int) -> str:
    """Return one of the five steps of satisfaction in words."""
    return {
        5: _("とても満足"),
        4: _("満足"),
        3: _("どちらでもない"),
        2: _("不満"),
        1: _("とても不満"),
    }[number]


def steps() -> list[tuple[int, str]]:
    """Return the five steps, the best first."""
    return [(number, step(number)) for number in (5, 4, 3, 2, 1)]
