"""Builds the condition that is left when staff have accepted some pieces of a proposal and rejected others.

The joints (AND, OR) stay as they were read; what was proposed by a model is demanded in addition. Decides nothing.
"""

from collections.abc import Collection

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.reading.combine import all_of, any_of
from madoguchi.engines.eligibility.reading.proposal import Check, Origin, Piece, Proposal
from madoguchi.engines.eligibility.text import to_text


def accepted(proposal: Proposal, pieces: Collection[Piece], checks: Collection[Check]) -> Node | None:
    """Return the tree of the accepted pieces and checks, None when nothing is left.

    A rejected test leaves its AND or OR; two pieces with one test count as accepted when one of them is.
    """
    texts = {piece.text for piece in pieces}
    identifiers = {check.id for check in checks}
    kept = _pruned(proposal.condition, texts, identifiers) if proposal.condition is not None else None
    added: list[Node] = [piece.atom for piece in pieces if piece.origin is Origin.MODEL]
    added += [ast.Review(check.id, check.category) for check in checks if check.origin is Origin.MODEL]
    return all_of([*([kept] if kept is not None else []), *added])


def _pruned(node: Node, texts: Collection[str], checks: Collection[str]) -> Node | None:
    if isinstance(node, ast.And | ast.Or):
        items = [kept for item in node.items if (kept := _pruned(item, texts, checks)) is not None]
        return all_of(items) if isinstance(node, ast.And) else any_of(items)
    if isinstance(node, ast.Review):
        return node if node.id in checks else None
    return node if to_text(node) in texts else None
