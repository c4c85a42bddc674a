"""Finds circles and long chains in what depends on what."""

from collections.abc import Iterable, Mapping


def circle_in(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return one circle as a, b, c (a needs b, b needs c, c needs a); empty when there is none. Unknown names are ignored."""
    left = {name: {other for other in others if other in needs} for name, others in needs.items()}
    while True:
        free = [name for name, others in left.items() if not others & left.keys()]
        if not free:
            break
        for name in free:
            del left[name]
    return _walked(left)


def _walked(left: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Follow needs among the names that are all waiting, until one comes again."""
    if not left:
        return ()
    path: list[str] = [next(iter(left))]
    while True:
        following = min(other for other in left[path[-1]] if other in left)
        if following in path:
            return tuple(path[path.index(following) :])
        path.append(following)


def heaviest_chain(needs: Mapping[str, Iterable[str]], weights: Mapping[str, int]) -> tuple[str, int]:
    """Return the name at the top of the heaviest chain of needs and its weight; ("", 0) for nothing. Needs no circle."""
    totals: dict[str, int] = {}
    left = {name: {other for other in others if other in needs} for name, others in needs.items()}
    while left:
        for name in [name for name, others in left.items() if not others & left.keys()]:
            totals[name] = weights[name] + max((totals[other] for other in left.pop(name)), default=0)
    return max(totals.items(), key=lambda item: item[1], default=("", 0))
