"""Reads one registry record: every clause becomes a test with its words, a 要確認, or is listed as no restriction.

Rules and dictionaries only. The invariant: no clause of the texts is dropped silently.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.language import parse
from madoguchi.engines.eligibility.reading import structured
from madoguchi.engines.eligibility.reading.combine import (
    Item,
    all_of,
    any_of,
    is_upper,
    leaves,
    negated,
    replaced,
    sentence,
)
from madoguchi.engines.eligibility.reading.fields import Part, Taking, find, masked, take_apart
from madoguchi.engines.eligibility.reading.folding import fold
from madoguchi.engines.eligibility.reading.hits import Family, Hit, Scene, Side, listed
from madoguchi.engines.eligibility.reading.polarity import denied, excluded, grown
from madoguchi.engines.eligibility.reading.proposal import (
    AgeSource,
    Check,
    Contradiction,
    Ignored,
    Piece,
    Proposal,
    Reason,
    Record,
    Relation,
    Sense,
    Span,
    TextField,
)
from madoguchi.engines.eligibility.reading.residue import aside
from madoguchi.engines.eligibility.reading.segments import EXCLUDING, Join, clauses, members
from madoguchi.engines.eligibility.reading.structured import Form
from madoguchi.engines.eligibility.reading.subjects import subject_of, told
from madoguchi.engines.eligibility.text import to_text
from madoguchi.engines.eligibility.types import ConditionError, Subject, Vocabulary

ORDER = (TextField.TARGET, TextField.CONDITIONS, TextField.SUMMARY)


def read(record: Record, vocabulary: Vocabulary, *, schemes: Iterable[str] = ()) -> Proposal:
    """Return what the texts of a record say about whom it is for.

    `vocabulary` gives the names that tests may use; `schemes` are further names of programmes besides the common ones.
    Every piece parses with `language.parse`; every clause is behind a piece, a 要確認, or listed in `ignored`.
    """
    reading = _Reading(record, vocabulary, tuple(schemes))
    return reading.proposal()


_SENTENCE = re.compile(r"[\n。※]|、.*(?:方|者|世帯|家庭|児童|除く)|(?:を除く|に限る)$")


@dataclass
class _Reading:
    record: Record
    vocabulary: Vocabulary
    schemes: tuple[str, ...]
    pieces: list[Piece] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    extensions: list[tuple[Node, Node]] = field(default_factory=list)
    widened: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folded = {place: fold(self.record.text(place)) for place in (TextField.TITLE, *ORDER)}
        self.form: Form = structured.form_of(self.record.ages)
        self.subject = self._subject()
        alone = not (self.record.target_persons.strip() or self.record.conditions.strip())
        self.takings = [take_apart(p, self._scene(p), self.folded[p], only_text=alone) for p in ORDER]
        ages = [hit for taking in self.takings for hit in taking.hits() if hit.bounds]
        self.has_age = (
            any(not hit.word_only for hit in ages)
            or any(hit.rule == "birth-date" for taking in self.takings for hit in taking.hits())
            or bool(self.form.bounds)
            or self.form.open_lower
        )
        self.takings.append(self._title(has_age=bool(ages) or self.has_age))
        self.causes = self._causes()
        self.counted = any(hit.rule == "number-of-children" for taking in self.takings for hit in taking.hits())

    # --- whom
    def _subject(self) -> Subject:
        texts = [masked(self.folded[place].text, self.schemes) for place in ORDER[:2]]
        title = masked(self.folded[TextField.TITLE].text, self.schemes)
        return subject_of(
            self.record, "\n".join(texts).strip(), fallback=told(self.folded[TextField.SUMMARY].text) + title
        )

    def _scene(self, place: TextField) -> Scene:
        text, title = self.folded[place].text, self.folded[TextField.TITLE].text
        return Scene(text, self.subject, self.record, self.vocabulary, self.schemes, title)

    def _title(self, *, has_age: bool) -> Taking:
        """A title says an age only when nothing else does, and an audience only in brackets or before 向け."""
        folded = self.folded[TextField.TITLE]
        audience = [m.span() for m in re.finditer(r"\([^()]+\)|[^\s()]+?(?:向け|対象|限定)", folded.text)]
        kept = []
        for hit in find(self._scene(TextField.TITLE)) if folded.text else []:
            aged = bool(hit.bounds) and not has_age and not hit.word_only
            inside = any(start <= hit.start and hit.end <= end for start, end in audience)
            if aged or (
                inside
                and not hit.bounds
                and not hit.category
                and hit.rule not in ("public-servant", "citizen", "birth-order")
            ):
                kept.append(hit)
        if any(hit.bounds for hit in kept):
            self.has_age = True
        taking = take_apart(TextField.TITLE, self._scene(TextField.TITLE), folded)
        if _SENTENCE.search(
            folded.text
        ):  # somebody wrote the conditions where the name belongs: a person must see them
            return taking
        parts = tuple(replace(part, hits=tuple(h for h in kept if part.segment.start <= h.start < part.segment.end),
                              reason=Reason.NAME, readable=part.segment.start) for part in taking.parts)  # fmt: skip
        return replace(taking, parts=parts)

    # --- trees
    def _node(self, test: str) -> Node | None:
        home = f"世帯.自治体コード = '{self.record.municipality}'"
        try:
            node = parse(test.replace("@home", home), subject=self.subject, vocabulary=self.vocabulary)
            return negated(node.item) if isinstance(node, ast.Not) else node
        except ConditionError:
            return None

    def _causes(self) -> Node | None:
        """Reasons of single parenthood belong to one attribute: all of them together, in the order of the pack."""
        named = {test.split("'")[1] for taking in self.takings for hit in taking.hits()
                 if hit.family is Family.CAUSE for test in hit.tests}  # fmt: skip
        known = self.vocabulary.attributes.get("ひとり親事由")
        values = [value for value in (known.values if known else ()) if value in named]
        if not values:
            return None
        test = listed("ひとり親事由", values)
        return self._node(f"存在(子, {test})" if self.subject is not Subject.CHILD else test)

    def _tests(self, hit: Hit) -> list[Node]:
        """Return the alternatives of a hit as trees; none when the vocabulary does not know the names."""
        if hit.family is Family.CAUSE:
            return [self.causes] if self.causes is not None else []
        if hit.bounds:
            node = self._age(hit)
            return [node] if node is not None else []
        child = self.subject is not Subject.CHILD and hit.rule == "birth-date" and hit.for_child
        nodes = [self._node(f"存在(子, {test})" if child else test) for test in hit.tests]
        return [node for node in nodes if node is not None]

    def _age(self, hit: Hit) -> Node | None:
        idle = hit.word_only and self.has_age
        tests = self._other_age() if idle else structured.tests_of(hit.bounds, self.form)
        if not tests:
            return None
        joined = " AND ".join(tests)
        child = self.subject is Subject.HOUSEHOLD or (self.subject is Subject.PERSON and hit.for_child)
        return self._node(f"存在(子, {joined})" if child else joined)

    def _other_age(self) -> list[str]:
        """Return the age that an age word stands beside and adds nothing to."""
        upper = [bound.test() for side, bound in self.form.bounds.items() if side is Side.UPPER]
        if upper:
            return upper
        hits = [hit for taking in self.takings for hit in taking.hits() if not hit.word_only]
        aged = next((hit for hit in hits if hit.bounds), None)
        if aged is not None:
            return structured.tests_of(aged.bounds, self.form)
        return next((list(hit.tests) for hit in hits if hit.rule == "birth-date"), [])

    # --- assembling
    def proposal(self) -> Proposal:
        """Return everything that was read."""
        nodes = [node for taking in self.takings[:-1] if (node := self._field(taking)) is not None]
        known = {piece.text for piece in self.pieces}
        named = self._field(self.takings[-1])
        if named is not None and not self._already(named, known):
            nodes.append(named)
        nodes = [*self._form_only(), *nodes]
        whole = all_of(nodes)
        for before, after in self.extensions:
            whole = replaced(whole, before, after) if whole is not None else after
        if self.widened and whole is not None:
            whole = any_of([whole, *self.widened])
        elif self.widened:
            whole = any_of(self.widened)
        return Proposal(
            self.subject, whole, to_text(whole) if whole is not None else "", tuple(self.pieces), tuple(self.checks),
            tuple(self.ignored), tuple(self.relations), tuple(self.contradictions),
        )  # fmt: skip

    @staticmethod
    def _already(named: Node, known: set[str]) -> bool:
        """Tell whether what a title says stands in the other fields already; a 要確認 of its own never does."""
        own = any(isinstance(part, ast.Review) for part in ast.walk(named))
        return not own and {to_text(leaf) for leaf in leaves(named)} <= known

    def _form_only(self) -> list[Node]:
        """Return the form's bounds that no wording has brought in."""
        found = []
        used = {piece.text for piece in self.pieces}
        if self.counted and self.subject is Subject.HOUSEHOLD:
            return []
        for op, limit in self.record.ages.items():
            for bound in structured.form_of({op: limit}).bounds.values():
                test = bound.test() if self.subject is not Subject.HOUSEHOLD else f"存在(子, {bound.test()})"
                node = self._node(test)
                if node is None or bound not in self.form.bounds.values() or to_text(node) in used:
                    continue
                span = Span(TextField.STRUCTURED, 0, 0, f"{op} {limit.years or 0}年{limit.months or 0}か月")
                self.pieces.append(Piece(node, to_text(node), span, 1.0, "structured", AgeSource.EXPLICIT))
                found.append(node)
        return found

    def _field(self, taking: Taking) -> Node | None:
        """Join the segments of a text: a list goes to the sentence that opens it."""
        nodes: list[Node] = []
        parts = list(taking.parts)
        place = 0
        while place < len(parts):
            part = parts[place]
            own = self._part(taking, part)
            if own is not None:
                nodes.append(own)
            place += 1
            if part.segment.opens is not None:
                end = members([item.segment for item in parts], place)
                nodes += self._list(taking, part, parts[place:end])
                place = end
            elif self._are_alternatives(taking, parts, place - 1):
                end = place - 1 + self._alternatives(taking, parts, place - 1)
                rest = [node for member in parts[place:end] if (node := self._part(taking, member)) is not None]
                last = nodes.pop() if own is not None else None
                joined = any_of([*([last] if last is not None else []), *rest])
                nodes += [joined] if joined is not None else []
                place = end
        return all_of(nodes)

    def _list(self, taking: Taking, intro: Part, listing: list[Part]) -> list[Node]:
        inner = [node for member in listing if (node := self._part(taking, member)) is not None]
        either = intro.segment.opens is Join.ANY or intro.segment.excludes_list
        joined = any_of(inner) if either else all_of(inner)
        if joined is None:
            return []
        return [negated(joined) if intro.segment.excludes_list else joined]

    def _are_alternatives(self, taking: Taking, parts: list[Part], place: int) -> bool:
        """Lines of the target without an introduction are alternatives when they name people by needs of their own."""
        if taking.place is not TextField.TARGET:
            return False
        return self._alternatives(taking, parts, place) > 1

    def _alternatives(self, taking: Taking, parts: list[Part], place: int) -> int:
        """Return how many lines from a place on are alternatives."""
        first, text = parts[place].segment, taking.folded.text
        end = place
        while end < len(parts) and parts[end].segment.mark[:1] in (
            first.mark[:1],
            *"①②③④⑤⑥⑦⑧⑨⑩"[: 10 if first.mark[:1] in tuple("①") else 0],
        ):
            wording = re.sub(r"\([^()]*\)$", "", text[parts[end].segment.start : parts[end].segment.end]).rstrip("。 ")
            if not parts[end].hits or not _NAMES_PEOPLE.search(wording) or parts[end].segment.opens:
                break
            end += 1
        needs = [part for part in parts[place:end] if any(hit.family in _NEEDS for hit in part.hits)]
        return end - place if len(needs) * 2 >= end - place else 0

    def _part(self, taking: Taking, part: Part) -> Node | None:
        text = taking.folded.text
        self._list_ignored(taking, part)
        items: list[Item] = []
        widening: list[Item] = []
        for hit in part.hits:
            for item in self._items(taking, part, hit):
                wide = hit.rule == "unexplained" and _WIDENS.search(text[hit.start : hit.end])
                (widening if wide else items).append(item)
        node = self._extended(taking, part, items)
        if widening and (part.segment.is_item() or items):
            return any_of([*([node] if node is not None else []), *(item.node for item in widening)])
        self.widened += [item.node for item in widening]
        return node

    def _extended(self, taking: Taking, part: Part, items: list[Item]) -> Node | None:
        """「…の児童は6年生まで」 after another upper bound widens that bound; anything else is joined as it stands."""
        text = taking.folded.text
        node = sentence(items, text)
        note = part.segment.mark.startswith("※") or text[part.segment.start :].startswith(("ただし", "なお"))
        uppers = {to_text(item.node) for item in items if item.family is Family.AGE}
        note = note or bool(
            re.match(r"[^、。]{1,20}(?:児|方|者|児童|生徒|お子さん|場合)は", text[part.segment.start :][:40])
        )
        if node is None or not note or not uppers:
            return node
        earlier = [
            piece.atom
            for piece in self.pieces
            if piece.age_source and piece.text not in uppers and is_upper(piece.atom)
        ]
        wording = text[part.segment.start : part.segment.end]
        if (
            not earlier
            or not re.search(r"(?:場合|方|者|児童|お子さん|児|とき|生徒|子ども)(?:に?は|、)", wording)
            or EXCLUDING.search(wording)
        ):
            return node
        self.extensions.append((earlier[0], ast.disjunction([earlier[0], node])))
        return None

    def _items(self, taking: Taking, part: Part, hit: Hit) -> list[Item]:
        """Return the nodes of a hit and note its pieces, its check and its relation."""
        outside = excluded(taking.folded.text, part, hit)
        nodes = self._tests(hit)
        if not nodes and not hit.category:
            return self._unknown(taking, part, hit)
        found: list[Item] = []
        joined = any_of(nodes)
        if joined is not None:
            turned = denied(taking.folded.text, part, hit)
            joined = negated(joined) if turned else joined
            self._note_pieces(taking, hit, negated(joined) if outside else joined)
            self._note_relation(taking, hit, outside)
        if hit.category:
            review = self._check(taking, part, hit)
            joined = review if joined is None else any_of([joined, review])
        if joined is not None:
            found.append(Item(hit.start, hit.end, joined, hit.family, outside))
        return found

    def _unknown(self, taking: Taking, part: Part, hit: Hit) -> list[Item]:
        """A word that adds nothing is listed; a test that the vocabulary cannot say is left to a person."""
        if hit.bounds or hit.family is Family.AGE:
            self._ignore(taking, hit.start, hit.end, Reason.NEUTRAL)
            return []
        review = self._check(taking, part, replace(hit, category="その他"))
        return [Item(hit.start, hit.end, review, Family.REVIEW)]

    # --- notes
    def _span(self, taking: Taking, start: int, end: int) -> Span:
        first, last = taking.folded.origin(start, end)
        return Span(taking.place, first, last, self.record.text(taking.place)[first:last])

    def _note_pieces(self, taking: Taking, hit: Hit, joined: Node) -> None:
        span = self._span(taking, hit.start, grown(taking, hit))
        aged = bool(hit.bounds) or hit.rule == "birth-date"
        for leaf in leaves(joined):
            explicit = any(to_text(leaf) == bound.test() for bound in self.form.bounds.values())
            source = (AgeSource.EXPLICIT if explicit else AgeSource.INFERRED) if aged else None
            weight = hit.confidence * (0.8 if taking.place in (TextField.SUMMARY, TextField.TITLE) else 1.0)
            self.pieces.append(Piece(leaf, to_text(leaf), span, round(weight, 2), hit.rule, source))
        found = structured.clash(hit.bounds, self.form) if hit.bounds and not hit.word_only else None
        if found:
            self.contradictions.append(Contradiction(found[0].test(), found[1].test(), span))

    def _note_relation(self, taking: Taking, hit: Hit, excluded: bool) -> None:
        for scheme in hit.scheme.split("、") if hit.sense else ():
            out = (hit.sense is Sense.EXCLUDES) is not excluded
            sense = Sense.EXCLUDES if out else Sense.REQUIRES
            self.relations.append(Relation(sense, scheme, hit.now, self._span(taking, hit.start, hit.end)))

    def _check(self, taking: Taking, part: Part, hit: Hit) -> Node:
        span = self._span(taking, hit.start, hit.end)
        text = self._span(taking, part.segment.start, part.segment.end).quote.strip()
        identifier = f"r{len(self.checks) + 1}"
        category = hit.category or "その他"
        self.checks.append(Check(identifier, category, text, span))
        if not hit.tests and hit.sense:
            self.relations.append(Relation(hit.sense, hit.scheme, hit.now, span))
        return ast.Review(identifier, category)

    def _ignore(self, taking: Taking, start: int, end: int, reason: Reason) -> None:
        self.ignored.append(Ignored(self._span(taking, start, end), reason))

    def _list_ignored(self, taking: Taking, part: Part) -> None:
        """List the clauses of a segment that nothing covers."""
        for start, end in clauses(taking.folded.text, part.segment) or [(part.segment.start, part.segment.end)]:
            if part.covered or any(hit.start < end and hit.end > start for hit in part.hits):
                continue
            self._ignore(taking, start, end, part.reason or _reason(taking, part, start, end))


def _reason(taking: Taking, part: Part, start: int, end: int) -> Reason:
    """Return why a clause that nothing covers is no restriction, in a segment that holds some."""
    named = next((reason for first, last, reason in part.asides if first <= start < last), None)
    if named is not None or start >= part.readable:
        return named or Reason.BENEFIT
    return Reason.NO_LIMIT if aside(taking.folded.text[start:end], taking.place) is Reason.NO_LIMIT else Reason.NEUTRAL


_WIDENS = re.compile(
    r"(?:その他|そのほか|このほか)?[^、。]{0,6}(?:区長|市長|町長|村長|知事|首長|区|市|町|村)が(?:特に|別に)?(?:必要|適当|認め)"
)
_NEEDS = frozenset({Family.NEED, Family.CERTIFICATE, Family.CAUSE, Family.MATERNITY})
_NAMES_PEOPLE = re.compile(r"(?<!ない)(?:方|者|人|世帯|家庭|児童|子ども|お子さん|母|父|妊婦|産婦)$")
