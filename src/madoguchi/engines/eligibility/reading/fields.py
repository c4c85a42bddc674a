"""Takes one text of a record apart: which segment restricts, what the rules find in it, what stays unexplained.

The result still stands in folded positions and knows no tree; `reader` builds the condition from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from madoguchi.engines.eligibility.reading.ages import read_ages, read_births
from madoguchi.engines.eligibility.reading.folding import Folded
from madoguchi.engines.eligibility.reading.hits import Bound, Family, Hit, Scale, Scene, Side, Taken, gather, says
from madoguchi.engines.eligibility.reading.proposal import Reason, TextField
from madoguchi.engines.eligibility.reading.residue import aside, category, denies, readable_part, says_something
from madoguchi.engines.eligibility.reading.segments import EXCLUDING, Segment, clauses, members, segments
from madoguchi.engines.eligibility.reading.words_childcare import PATTERNS as CHILDCARE
from madoguchi.engines.eligibility.reading.words_health import MASKS
from madoguchi.engines.eligibility.reading.words_health import PATTERNS as HEALTH
from madoguchi.engines.eligibility.reading.words_life import CAUSES, COUNTS
from madoguchi.engines.eligibility.reading.words_life import PATTERNS as LIFE
from madoguchi.engines.eligibility.reading.words_money import PATTERNS as MONEY
from madoguchi.engines.eligibility.reading.words_money import mask_pattern, scheme_patterns
from madoguchi.engines.eligibility.reading.words_place import LENGTH
from madoguchi.engines.eligibility.reading.words_place import PATTERNS as PLACE
from madoguchi.engines.eligibility.types import Op

Aside = tuple[int, int, Reason]
"""A clause [start, end) and why it restricts nobody."""


@dataclass(frozen=True, slots=True)
class Part:
    """One segment: why it is left aside, or what was found in it."""

    segment: Segment
    reason: Reason | None
    hits: tuple[Hit, ...] = ()
    """Tests and unexplained clauses (those have only a category), in order."""
    readable: int = 0
    """Where the part that speaks of the person ends."""
    asides: tuple[Aside, ...] = ()
    """Clauses in it that tell something else."""
    covered: bool = False
    """It belongs to a list that its introduction's 要確認 holds as a whole."""


@dataclass(frozen=True, slots=True)
class Taking:
    """One text taken apart."""

    place: TextField
    folded: Folded
    parts: tuple[Part, ...]

    def hits(self) -> Iterator[Hit]:
        """Yield everything found."""
        for part in self.parts:
            yield from part.hits


def masked(text: str, schemes: tuple[str, ...]) -> str:
    """Return a folded text with the names of schemes blanked, for rules that must not look into names."""
    blank = mask_pattern(schemes).sub(lambda match: "＿" * len(match.group()), text)
    return MASKS.sub(lambda match: "＿" * len(match.group()), blank)


def find(scene: Scene) -> list[Hit]:
    """Return everything the rules find in a text: schemes first, then their names are masked for all others."""
    taken = Taken()
    found = gather(scheme_patterns(scene.schemes), scene, taken)
    for pattern in (mask_pattern(scene.schemes), MASKS):
        for match in pattern.finditer(scene.text):
            if taken.free(*match.span()) and not _is_condition(scene.text, match):
                taken.take(*match.span())
    counts = gather(COUNTS, scene, taken)
    for hit in (*read_births(scene.text), *_ages(scene.text)):
        if taken.free(hit.start, hit.end):
            taken.take(hit.start, hit.end)
            found.append(hit)
    found = _counted(found, counts, scene.text)
    found += gather((*MONEY, *HEALTH, *CAUSES, *PLACE, *CHILDCARE, *LIFE), scene, taken)
    found += gather(DAYS, scene, taken)
    return sorted(found, key=lambda hit: hit.start)


def _counted(found: list[Hit], counts: list[Hit], text: str) -> list[Hit]:
    """An age right before a number of children is the age of those counted (6歳未満の幼児を2人以上)."""
    for count in counts:
        before = next(
            (
                hit
                for hit in found
                if hit.bounds and hit.end <= count.start and re.fullmatch("の?お?", text[hit.end : count.start])
            ),
            None,
        )
        if before is None or count.rule != "number-of-children":
            found = [*found, count]
            continue
        ages = " AND ".join(bound.test() for bound in before.bounds)
        counted = replace(count, start=before.start, tests=(count.tests[0].replace("TRUE", ages),))
        found = [*(hit for hit in found if hit is not before), counted]
    return found


def _is_condition(text: str, match: "re.Match[str]") -> bool:
    """A scheme's income limit is a condition, its name is none."""
    return (
        bool(re.match(r"(?:\([^()]*\))?(?:の)?(?:支給)?(?:に係る)?(?:所得|制限額|限度額)", text[match.end() :]))
        or match.group() == "国民健康保険"
    )


DAYS = (
    says(
        "days-of-age",
        r"生後\d+(?:日|週)[^、。\n()]{0,10}?(?:以上|以内|未満|まで|以降|から|超え|経過)(?:する日まで)?",
        Family.REVIEW,
        category="その他",
    ),
)


def _ages(text: str) -> list[Hit]:
    """Return the ages; one in brackets right behind another says the same again."""
    found: list[Hit] = []
    for hit in read_ages(text):
        last = found[-1] if found else None
        if (
            last
            and re.fullmatch(r"\((?:満|※)?", text[last.end : hit.start])
            and re.match(r"[^()\n]{0,8}\)", text[hit.end :])
        ):
            fiscal = any(b.scale is Scale.FISCAL and b.op.value == "<=" for b in hit.bounds) and not _schooled(
                last.bounds
            )
            closing = re.compile(r"[^()\n]{0,8}\)").match(text, hit.end)
            found[-1] = replace(
                last,
                end=closing.end() if closing else hit.end,
                bounds=_overlaid(last.bounds, hit.bounds) if fiscal else last.bounds,
            )
            continue
        if (
            last
            and re.fullmatch(r"(?:、|・|と|や|及び|および|並びに|また?は|又は)\s?", text[last.end : hit.start])
            and (whole := _union(last, hit))
        ):
            found[-1] = whole
            continue
        found.append(hit)
    return found


def _union(first: Hit, second: Hit) -> Hit | None:
    """Return both as one when the second begins where the first ends on the scale of school years, else None."""
    one, two = _closed(first), _closed(second)
    if one is None or two is None or not (one[0] <= two[0] <= one[1] + 1):
        return None
    top = max(one[1], two[1])
    lower = Bound(Side.LOWER, Scale.FISCAL, Op.GE, one[0], True)
    upper = Bound(Side.UPPER, Scale.FISCAL, Op.LE, top, True)
    return replace(first, end=second.end, bounds=(lower, upper) if one[0] > 0 else (upper,), for_child=True)


def _closed(hit: Hit) -> tuple[int, int] | None:
    """Return the school years of a hit as a closed range; 就学前 begins at 0."""
    if not hit.bounds or any(bound.scale is not Scale.FISCAL for bound in hit.bounds) or hit.word_only:
        return None
    low = next((b.number for b in hit.bounds if b.side is Side.LOWER or b.op is Op.EQ), 0)
    high = next((b.number for b in hit.bounds if b.side is Side.UPPER and b.op in (Op.LE, Op.EQ)), None)
    return (low, high) if high is not None else None


def _schooled(bounds: tuple[Bound, ...]) -> bool:
    return any(bound.scale is Scale.FISCAL for bound in bounds)


def _overlaid(first: tuple[Bound, ...], second: tuple[Bound, ...]) -> tuple[Bound, ...]:
    upper = tuple(bound for bound in second if bound.side is Side.UPPER)
    return (*(bound for bound in first if bound.side is Side.LOWER), *upper) if upper else first


def take_apart(place: TextField, scene: Scene, folded: Folded, *, only_text: bool = False) -> Taking:
    """Return the segments of a text with what was found in each. `only_text`: no other text says for whom it is."""
    hits = find(scene) if place is not TextField.TITLE else []
    parts = [_part(place, folded.text, segment, hits) for segment in segments(folded.text)]
    if only_text and place is TextField.SUMMARY:
        parts = [_told_in_passing(part, hits) for part in parts]
    return Taking(place, folded, tuple(_lists_settled(parts, folded.text)))


def _part(place: TextField, text: str, segment: Segment, hits: list[Hit]) -> Part:
    wording = text[segment.start : segment.end]
    reason = Reason.NEUTRAL if segment.heading else aside(wording, place)
    readable = segment.start + readable_part(wording, place)
    inside = [hit for hit in hits if segment.start <= hit.start < segment.end]
    asides: tuple[Aside, ...] = ()
    if reason is not None:
        asides = _asides(text, segment, inside, reason, place)
        if len(asides) == len(clauses(text, segment)) or segment.heading or place is TextField.SUMMARY:
            return Part(segment, reason, readable=segment.start)
    inside = [
        hit
        for hit in inside
        if hit.start < max(readable, segment.start + 1)
        and not any(first <= hit.start < last for first, last, _ in asides)
    ]
    inside = [hit for hit in inside if not _conditional(text, segment, hit, inside)]
    found = _complete(text, segment, inside, readable, asides, place)
    return Part(segment, None, found, readable, asides)


_TOPICS = re.compile(r"(?:の[^、。()は]{0,8})?は(?![^。]{0,20}(?:対象|利用|参加|受け|可|でき|除))")
_OTHERS = re.compile(
    r"(?:兄姉|兄弟|きょうだい|姉妹|上の子|第1子|祖父母|同居の?親族|配偶者|夫)(?:が|も|は)[^、。]{0,6}$"
)


def _conditional(text: str, segment: Segment, hit: Hit, inside: list[Hit]) -> bool:
    """Tell whether a test holds for a part of the people only (3歳未満は6か月以上) or for somebody else (兄姉が…).

    As a test of the whole it would shut others out, so its clause is left to a person.
    """
    before = text[max(segment.start, hit.start - 12) : hit.start]
    if hit.family in (Family.SCHOOL, Family.FACILITY, Family.HEALTH) and _OTHERS.search(before):
        return True
    if not hit.bounds:
        return False
    if _TOPICS.match(text[hit.end : hit.end + 30]):
        return True
    ages = [other for other in inside if other.bounds and text[other.start - 1 : other.start] == "は"]
    return hit in ages and len(ages) > 1


def _asides(text: str, segment: Segment, inside: list[Hit], reason: Reason, place: TextField) -> tuple[Aside, ...]:
    """Return the clauses of a sentence that tell something else: those with the words for it and what leads up to them.

    A clause that names people or demands something (…方、…こと) stands on its own even beside such words.
    """
    stretches = clauses(text, segment)
    reasons = [aside(text[first:last], place) for first, last in stretches]
    if not any(reasons):
        return tuple((first, last, reason) for first, last in stretches)
    found: list[Aside] = []
    leading = False
    for (first, last), own in reversed(list(zip(stretches, reasons, strict=True))):
        tests = any(hit.start < last and hit.end > first for hit in inside)
        leads = (
            leading
            and not _OWN_CLAUSE.search(text[first:last])
            and (not tests or bool(_TOPIC.search(text[first:last])))
        )
        leading = own is not None or leads
        if leading:
            found.append((first, last, own or reason))
    return tuple(reversed(found))


_OWN_CLAUSE = re.compile(r"(?:方|者|世帯|家庭|児童|お子さん|子ども|保護者|こと|に限る|限ります|方で|者で|児童で)$")
_TOPIC = re.compile(r"(?:は|には|も|が|に)$")


def _told_in_passing(part: Part, hits: list[Hit]) -> Part:
    """A summary that stands alone names its audience inside sentences on the benefit: keep what the rules find there."""
    if part.reason is not Reason.BENEFIT:
        return part
    inside = tuple(hit for hit in hits if part.segment.start <= hit.start < part.segment.end and not hit.category)
    if not inside:
        return part
    return replace(part, reason=None, hits=inside, readable=max(hit.end for hit in inside))


def _lists_settled(parts: list[Part], text: str) -> list[Part]:
    """A list explains its introduction; a list in which no rule found a test is one thing to judge with it."""
    settled = list(parts)
    for place, part in enumerate(parts):
        if part.segment.opens is None:
            continue
        end = members([item.segment for item in parts], place + 1)
        listing = settled[place + 1 : end]
        if not any(item.hits for item in listing):
            continue
        hits = tuple(settled[place].hits)
        pointing = [
            hit for hit in hits if hit.rule == "unexplained" and re.search("次|以下|下記", text[hit.start : hit.end])
        ]
        if any(hit.tests or hit.bounds for item in listing for hit in item.hits):
            settled[place] = replace(
                part, hits=tuple(hit for hit in hits if hit not in pointing), readable=part.readable
            )
        elif pointing and hits[-1] is pointing[-1] and not settled[place].segment.excludes_list:
            last = max(hit.end for item in listing for hit in item.hits)
            settled[place] = replace(part, hits=(*hits[:-1], replace(hits[-1], end=last)))
            settled[place + 1 : end] = [replace(item, hits=(), covered=True) for item in listing]
    return settled


def _complete(
    text: str, segment: Segment, hits: list[Hit], readable: int, asides: tuple[Aside, ...], place: TextField
) -> tuple[Hit, ...]:
    """Add to the tests of a segment the lengths of residence and whatever no rule has explained."""
    extra: list[Hit] = []
    for start, end in clauses(text, segment):
        if start >= readable:
            break
        if any(first <= start < last for first, last, _ in asides):
            continue
        end = min(end, readable)
        inside = [hit for hit in hits if hit.start < end and hit.end > start]
        length = _length_of_residence(text, start, end, inside)
        if length:
            extra.append(length)
        elif not inside and aside(text[start:end], place) is Reason.NO_LIMIT:
            continue
        elif not any(hit.category and not hit.tests for hit in inside) or inside:
            extra += _unexplained(text, start, end, inside)
    return tuple(_merged(sorted([*hits, *extra], key=lambda hit: (hit.start, hit.end)), text))


def _length_of_residence(text: str, start: int, end: int, inside: list[Hit]) -> Hit | None:
    home = [
        hit for hit in inside if hit.rule in ("residence", "citizen") and not any("一年以上" in t for t in hit.tests)
    ]
    ages = [hit for hit in inside if hit.family is Family.AGE]
    wording = text[start:end]
    for hit in ages:
        wording = wording.replace(text[hit.start : hit.end], "")
    if home and LENGTH.search(wording):
        return Hit(start, end, Family.PLACE, "length-of-residence", category="居住期間", confidence=0.9)
    return None


def _unexplained(text: str, start: int, end: int, inside: list[Hit]) -> list[Hit]:
    """Return one unexplained hit for each stretch between the tests of a clause that says something."""
    edges = [start]
    for hit in sorted(inside, key=lambda hit: hit.start):
        edges += [max(start, hit.start), min(end, hit.end)]
    edges.append(end)
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        stretch = text[first:last]
        telling = says_something(_without_cue(stretch)) or (not inside and denies(stretch))
        if last - first < 2 or not telling:
            continue
        inner = first + len(stretch) - len(stretch.lstrip(" 、。・()"))
        whole = text[start:end] if not inside else stretch
        found.append(Hit(inner, last, Family.REVIEW, "unexplained", category=category(whole), confidence=0.5))
    return found


def _without_cue(stretch: str) -> str:
    """Leave out the words that only turn a clause round (対象外, を除く): the test before them carries that."""
    return EXCLUDING.sub("", stretch)


def _merged(hits: list[Hit], text: str) -> list[Hit]:
    """Join neighbours that are left to a person when they are one thing to judge."""
    merged: list[Hit] = []
    for hit in hits:
        last = merged[-1] if merged else None
        if last is None or not _judged(last) or not _judged(hit) or "unexplained" not in (last.rule, hit.rule):
            merged.append(hit)
        elif last.end == hit.start:
            firm = hit if last.rule == "unexplained" else last
            merged[-1] = replace(firm, start=last.start, end=hit.end)
        elif last.rule == hit.rule and _one_thing(last, hit, text):
            merged[-1] = replace(last, end=hit.end, category=_class_of_both(last, hit))
        else:
            merged.append(hit)
    return merged


def _judged(hit: Hit) -> bool:
    return hit.category is not None and not hit.tests and hit.rule != "length-of-residence"


def _one_thing(last: Hit, hit: Hit, text: str) -> bool:
    between = text[last.end : hit.start]
    return last.category == hit.category or bool(
        re.fullmatch(r"[、()\s]*", between)
        and "その他" in (last.category, hit.category)
        and not re.search(r"(?:こと|方|者|(?<!理由)(?<!事情)で|し|て)$", text[last.start : last.end])
    )


def _class_of_both(last: Hit, hit: Hit) -> str | None:
    return hit.category if last.category == "その他" else last.category
