"""Forms as data: reading, showing, checking, merging, moving answers to a new version, comparing with the paper twin."""

from madoguchi.engines.forms.kinds import printable
from madoguchi.engines.forms.language.ast import FALSE, TRUE, Condition, Expression
from madoguchi.engines.forms.language.evaluation import holds, value_of
from madoguchi.engines.forms.language.reading import read_condition, read_expression
from madoguchi.engines.forms.language.references import keys_of
from madoguchi.engines.forms.language.writing import as_data
from madoguchi.engines.forms.limits import ITEM_LIMIT, TEXT_LIMIT
from madoguchi.engines.forms.merging import Conversation, merge, project
from madoguchi.engines.forms.migration import Migration, migrate
from madoguchi.engines.forms.model import (
    Defect,
    Field,
    Form,
    FormError,
    Group,
    Kind,
    Option,
    Page,
    Problem,
    Rule,
    Text,
)
from madoguchi.engines.forms.ordering import Node, OrderError, in_order
from madoguchi.engines.forms.paper import PaperCheck, PaperItem, compare_paper
from madoguchi.engines.forms.posts import parse_page, post_of
from madoguchi.engines.forms.reading import read_form
from madoguchi.engines.forms.savings import SavedDocument, Savings, savings
from madoguchi.engines.forms.schema import json_schema
from madoguchi.engines.forms.situation import calculated, pages_shown, shown_in, visible
from madoguchi.engines.forms.validation import first_incomplete, next_page, page_problems, problems_of

__all__ = [
    "FALSE",
    "ITEM_LIMIT",
    "TEXT_LIMIT",
    "TRUE",
    "Condition",
    "Conversation",
    "Defect",
    "Expression",
    "Field",
    "Form",
    "FormError",
    "Group",
    "Kind",
    "Migration",
    "Node",
    "Option",
    "OrderError",
    "Page",
    "PaperCheck",
    "PaperItem",
    "Problem",
    "Rule",
    "SavedDocument",
    "Savings",
    "Text",
    "as_data",
    "calculated",
    "compare_paper",
    "first_incomplete",
    "holds",
    "in_order",
    "json_schema",
    "keys_of",
    "merge",
    "migrate",
    "next_page",
    "page_problems",
    "pages_shown",
    "parse_page",
    "post_of",
    "printable",
    "problems_of",
    "project",
    "read_condition",
    "read_expression",
    "read_form",
    "savings",
    "shown_in",
    "value_of",
    "visible",
]
