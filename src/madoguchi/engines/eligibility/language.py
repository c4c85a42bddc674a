"""Reads a condition (a restricted SQL boolean expression with Japanese names) into the typed tree.

Only what docs/conditions.md lists is accepted; everything else is an error with its position and a way out.
"""

from collections.abc import Callable
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.cursor import Cursor
from madoguchi.engines.eligibility.tokens import Sort, Token
from madoguchi.engines.eligibility.types import Kind, Op, Owner, Subject, Vocabulary, suggest

MAX_DEPTH = 50
REVIEW_CATEGORIES = ("所得", "世帯", "就労", "居住期間", "滞納", "他制度", "医師判断", "その他")
_PREFIXES = {"本人": Owner.SELF, "児童": Owner.SELF, "申請者": Owner.APPLICANT, "世帯": Owner.HOUSEHOLD}
_ORDERED = {Kind.INT, Kind.YEN, Kind.DATE}
_MONTHS = {"月": 1, "か月": 1, "年": 12, "歳": 12}


def parse(text: str, *, subject: Subject, vocabulary: Vocabulary) -> Node:
    """Return the tree of a condition. Raise ConditionError when the text is outside the language."""
    return _Parser(text, subject, vocabulary).whole()


class _Parser(Cursor):
    def __init__(self, text: str, subject: Subject, vocabulary: Vocabulary) -> None:
        super().__init__(text)
        self.subject = subject
        self.vocabulary = vocabulary
        self.depth = 0
        self.in_group = False
        self.functions: dict[str, Callable[[str, Token], Node]] = {
            "存在": lambda prefix, start: ast.Exists(*self.group_arguments()),
            "全員": lambda prefix, start: ast.Every(*self.group_arguments()),
            "人数": lambda prefix, start: self.count(),
            "年度末まで": self.until_fiscal_year_end,
            "就学前年度": self.year_before_school,
            "都内": lambda prefix, start: self.closed(ast.InTokyo()),
            "出生順位": lambda prefix, start: self.birth_order(start),
            "受給": self.receives,
            "接種済回数": self.doses,
            "自治体条件": lambda prefix, start: self.closed(ast.SubCondition(self.string())),
            "要確認": lambda prefix, start: self.review(),
        }

    # --- connectives
    def whole(self) -> Node:
        if self.at_end():
            raise self.error("The condition is empty.", suggestion="Write TRUE if everybody is meant.")
        node = self.disjunction()
        if not self.at_end():
            self.refuse_keyword()
            raise self.error(f"{self.token.text!r} is left over.", suggestion="Join conditions with AND or OR.")
        return node

    def disjunction(self) -> Node:
        items = [self.conjunction()]
        while self.accept_word("OR"):
            items.append(self.conjunction())
        return ast.disjunction(items)

    def conjunction(self) -> Node:
        items = [self.negation()]
        while self.accept_word("AND"):
            items.append(self.negation())
        return ast.conjunction(items)

    def negation(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"The condition is nested deeper than {MAX_DEPTH} levels.", suggestion="Split it.")
        node = ast.Not(self.negation()) if self.accept_word("NOT") else self.primary()
        self.depth -= 1
        return node

    def primary(self) -> Node:
        if self.accept_mark("("):
            node = self.disjunction()
            self.expect_mark(")")
            return node
        if self.accept_word("TRUE"):
            return ast.Constant(True)
        if self.accept_word("FALSE"):
            return ast.Constant(False)
        if self.token.sort is not Sort.NAME:
            raise self.error(
                f"A condition cannot begin with {self.token.text or 'the end'!r}.",
                suggestion="Begin with an attribute or a function.",
            )
        self.refuse_keyword()
        return self.comparison()

    def comparison(self) -> Node:
        start = self.token
        prefix, name = self.qualified_name()
        if self.accept_mark("("):
            return self.function(prefix, name, start)
        if name == "基準日":
            return self.as_of()
        if name in list(Measure):
            owner = self.person(prefix, start)
            return self.number_test(lambda op, number: ast.Age(owner, Measure(name), op, number))
        return self.attribute_test(self.attribute(prefix, name, start), start)

    # --- names
    def qualified_name(self) -> tuple[str, str]:
        """Read `name` or `prefix.name`; the prefix is empty when there is none."""
        first = self.take().text
        if not self.accept_mark("."):
            return "", first
        if self.token.sort is not Sort.NAME:
            raise self.error("A name must follow the dot.")
        second = self.take().text
        if self.at_mark("."):
            raise self.error("At most one prefix may stand before a name.", suggestion="Write 申請者.所得.")
        return first, second

    def person(self, prefix: str, start: Token) -> Owner:
        """Resolve a prefix to the person it means in this place."""
        if self.in_group and prefix in ("", "子", "世帯員"):
            return Owner.MEMBER
        if prefix == "":
            return Owner.SELF
        owner = _PREFIXES.get(prefix)
        if owner is None or owner is Owner.HOUSEHOLD:
            raise self.error(f"{prefix!r} is no person.", suggestion=suggest(prefix, [*_PREFIXES]), token=start)
        if prefix == "児童" and self.subject is not Subject.CHILD:
            raise self.error("児童. needs the subject 児童.", suggestion="Use 存在(子, …).", token=start)
        return Owner.SELF if owner is Owner.APPLICANT and self.subject is not Subject.CHILD else owner

    def attribute(self, prefix: str, name: str, start: Token) -> AttrRef:
        attribute = self.vocabulary.attributes.get(name)
        if attribute is None:
            known = [*self.vocabulary.attributes, *Measure, "基準日"]
            raise self.error(f"Unknown attribute {name!r}.", suggestion=suggest(name, known), token=start)
        if attribute.household:
            if prefix not in ("", "世帯"):
                raise self.error(f"{name} belongs to the household.", suggestion=f"Write 世帯.{name}.", token=start)
            return AttrRef(Owner.HOUSEHOLD, name)
        if prefix == "世帯":
            raise self.error(f"{name} belongs to a person.", suggestion=f"Write 申請者.{name}.", token=start)
        return AttrRef(self.person(prefix, start), name)

    # --- tests
    def number_test(self, make: Callable[[Op, int], Node]) -> Node:
        """Read an operator and a whole number, BETWEEN a AND b, or IN (…)."""
        if self.accept_word("BETWEEN"):
            low = self.number()
            self.expect_and()
            return ast.And((make(Op.GE, low), make(Op.LE, self.number())))
        if self.accept_word("IN"):
            return ast.disjunction([make(Op.EQ, number) for number in self.listed(self.number)])
        return make(self.operator(), self.number())

    def attribute_test(self, attr: AttrRef, start: Token) -> Node:
        attribute = self.vocabulary.attributes[attr.name]
        if attribute.kind is Kind.BOOL:
            return self.flag(attr)
        if attribute.kind is Kind.SET:
            raise self.error(f"{attr.name} is a list.", suggestion="Use 受給('…') or 接種済回数('…').", token=start)
        if attribute.kind in _ORDERED:
            return self.ordered_test(attr, attribute.kind)
        return self.enum_test(attr, attribute.values)

    def flag(self, attr: AttrRef) -> Node:
        if self.token.sort is not Sort.OP:
            return ast.Flag(attr)
        op = self.operator()
        for word, value in (("TRUE", True), ("FALSE", False)):
            if op in (Op.EQ, Op.NE) and self.accept_word(word):
                return ast.Flag(attr) if value == (op is Op.EQ) else ast.Not(ast.Flag(attr))
        raise self.error(f"{attr.name} is true or false.", suggestion=f"Write {attr.name} or NOT {attr.name}.")

    def ordered_test(self, attr: AttrRef, kind: Kind) -> Node:
        read: Callable[[], int | date] = self.day if kind is Kind.DATE else self.number
        if self.accept_word("BETWEEN"):
            low = ast.Compare(attr, Op.GE, read())
            self.expect_and()
            return ast.And((low, ast.Compare(attr, Op.LE, read())))
        if self.accept_word("IN"):
            return ast.disjunction([ast.Compare(attr, Op.EQ, value) for value in self.listed(read)])
        op = self.operator()
        if self.token.sort is Sort.NAME and self.token.text == "限度額表":
            return self.limit(attr, op)
        return ast.Compare(attr, op, read())

    def enum_test(self, attr: AttrRef, values: tuple[str, ...]) -> Node:
        if self.accept_word("IN"):
            return ast.OneOf(attr, tuple(self.listed(lambda: self.enum_value(attr, values))))
        op = self.operator()
        if op not in (Op.EQ, Op.NE):
            raise self.error(f"{attr.name} has no order.", suggestion="Use =, <> or IN (…).")
        return ast.Compare(attr, op, self.enum_value(attr, values))

    def enum_value(self, attr: AttrRef, values: tuple[str, ...]) -> str:
        token = self.token
        value = self.string()
        if values and value not in values:
            known = "one of " + ", ".join(values[:12])
            hint = suggest(value, values) or f"It is {known}."
            raise self.error(f"{attr.name} is never {value!r}.", suggestion=hint, token=token)
        return value

    def limit(self, attr: AttrRef, op: Op) -> Node:
        self.take()
        self.expect_mark("(")
        token = self.token
        table = self.string()
        if table not in self.vocabulary.tables:
            hint = suggest(table, [*self.vocabulary.tables])
            raise self.error(f"Unknown income table {table!r}.", suggestion=hint, token=token)
        self.expect_mark(",")
        start = self.token
        if start.sort is not Sort.NAME:
            raise self.error("The number of dependants must follow.", suggestion="Write 申請者.扶養親族等の数.")
        by = self.attribute(*self.qualified_name(), start)
        return self.closed(ast.Limit(attr, op, table, by))

    def as_of(self) -> Node:
        if self.accept_word("BETWEEN"):
            low = self.day_test(Op.GE)
            self.expect_and()
            return ast.And((low, self.day_test(Op.LE)))
        return self.day_test(self.operator())

    def day_test(self, op: Op) -> Node:
        """Read what the as-of date is compared with: the day of an age or a fixed date."""
        start = self.token
        if start.sort is not Sort.NAME or start.text.upper() == "DATE":
            return ast.AsOf(op, self.day())
        prefix, name = self.qualified_name()
        if name not in list(Counting):
            raise self.error(f"{name!r} is no day.", suggestion="Write 到達日(2,'月') or '2026-04-01'.", token=start)
        owner = self.person(prefix, start)
        self.expect_mark("(")
        number = self.number()
        self.expect_mark(",")
        unit = self.string()
        if unit not in _MONTHS:
            raise self.error(f"{unit!r} is no unit.", suggestion="Write '月' or '年'.")
        return self.closed(ast.Reached(owner, Counting(name), number * _MONTHS[unit], op))

    # --- functions (the opening bracket is taken)
    def function(self, prefix: str, name: str, start: Token) -> Node:
        reader = self.functions.get(name)
        if reader is None:
            hint = suggest(name, [*self.functions, "限度額表", "到達日", "応当日"])
            raise self.error(f"Unknown function {name!r}.", suggestion=hint, token=start)
        return reader(prefix, start)

    def closed(self, node: Node) -> Node:
        self.expect_mark(")")
        return node

    def group_arguments(self) -> tuple[Group, Node]:
        token = self.take()
        if token.text not in list(Group):
            hint = "Write 子 or 世帯員."
            raise self.error(f"{token.text!r} is no collection of people.", suggestion=hint, token=token)
        if self.in_group:
            raise self.error("A collection cannot stand inside another one.", token=token)
        self.expect_mark(",")
        self.in_group = True
        condition = self.disjunction()
        self.in_group = False
        self.expect_mark(")")
        return Group(token.text), condition

    def count(self) -> Node:
        group, condition = self.group_arguments()
        return self.number_test(lambda op, number: ast.Count(group, condition, op, number))

    def until_fiscal_year_end(self, prefix: str, start: Token) -> Node:
        owner, number = self.person(prefix, start), self.number()
        return self.closed(ast.Age(owner, Measure.FISCAL, Op.LE, number))

    def year_before_school(self, prefix: str, start: Token) -> Node:
        return self.closed(ast.Age(self.person(prefix, start), Measure.FISCAL, Op.EQ, 6))

    def birth_order(self, start: Token) -> Node:
        if self.subject is not Subject.CHILD or self.in_group:
            raise self.error("出生順位 needs the subject 児童.", suggestion="Use 人数(子, …).", token=start)
        limit = self.number()
        self.expect_mark(")")
        return self.number_test(lambda op, number: ast.BirthOrder(limit, op, number))

    def receives(self, prefix: str, start: Token) -> Node:
        either = prefix == "" and self.subject is Subject.CHILD and not self.in_group
        owner = Owner.EITHER if either else self.person(prefix, start)
        return self.closed(ast.Receives(owner, self.string()))

    def doses(self, prefix: str, start: Token) -> Node:
        owner, series = self.person(prefix, start), self.string()
        self.expect_mark(")")
        return self.number_test(lambda op, number: ast.Doses(owner, series, op, number))

    def review(self) -> Node:
        identifier = self.string()
        self.expect_mark(",")
        token = self.token
        category = self.string()
        if category not in REVIEW_CATEGORIES:
            hint = suggest(category, REVIEW_CATEGORIES) or "It is one of " + ", ".join(REVIEW_CATEGORIES) + "."
            raise self.error(f"Unknown class {category!r} of 要確認.", suggestion=hint, token=token)
        return self.closed(ast.Review(identifier, category))
