"""The order of procedures: givers before takers, circles named, otherwise as listed."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.forms import Node, OrderError, in_order


def test_who_gives_stands_before_who_needs() -> None:
    items = [Node("allowance", ("resident",)), Node("birth", (), ("resident",)), Node("other")]
    assert in_order(items) == ("birth", "allowance", "other")


def test_without_needs_the_order_of_the_list_stays() -> None:
    assert in_order([Node("c"), Node("a"), Node("b")]) == ("c", "a", "b")
    assert in_order([]) == ()


def test_what_nobody_gives_is_there_already() -> None:
    assert in_order([Node("a", ("passport",)), Node("b")]) == ("a", "b")


def test_every_giver_of_a_result_comes_first() -> None:
    assert in_order([Node("x", ("r",)), Node("a", (), ("r",)), Node("b", (), ("r",))]) == ("a", "b", "x")


def test_a_renewal_does_not_wait_for_itself() -> None:
    assert in_order([Node("renewal", ("permit",), ("permit",))]) == ("renewal",)


def test_a_circle_is_named() -> None:
    items = [Node("free"), Node("a", ("z",), ("x",)), Node("b", ("x",), ("y",)), Node("c", ("y",), ("z",))]
    with pytest.raises(OrderError) as caught:
        in_order(items)
    assert set(caught.value.circle) == {"a", "b", "c"}
    assert "Take one of the needs away" in str(caught.value)


def test_an_id_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        in_order([Node("a"), Node("a")])


RESULTS = st.lists(st.sampled_from("pqrst"), max_size=2).map(tuple)


@given(st.lists(st.tuples(RESULTS, RESULTS), max_size=8))
def test_orders_respect_needs_and_circles_are_real(shape: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    items = [Node(f"n{i}", needs, gives) for i, (needs, gives) in enumerate(shape)]
    gives = {item.id: set(item.gives) for item in items}
    needs = {item.id: set(item.needs) for item in items}
    try:
        order = in_order(items)
    except OrderError as error:
        order, circle = None, error.circle
    if order is None:
        assert all(needs[one] & gives[other] for one, other in pairwise((*circle, circle[0])))
        return
    assert sorted(order) == sorted(gives)
    for place, name in enumerate(order):
        assert not any(needs[name] & gives[later] for later in order[place + 1 :])


def test_a_long_chain_is_quick() -> None:
    items = [Node(f"n{i}", (f"r{i + 1}",), (f"r{i}",)) for i in range(300)]
    started = time.process_time()
    assert in_order(items) == tuple(f"n{i}" for i in reversed(range(300)))
    assert time.process_time() - started < 2
