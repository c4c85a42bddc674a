"""How many typing errors lie between two short texts. Knows nothing of names."""


def edits(one: str, other: str, *, limit: int) -> int:
    """Return insertions, deletions, substitutions and neighbours swapped (optimal string alignment).

    Anything above `limit` is returned as `limit + 1`: the work stops there.
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    start = _common_start(one, other)
    one, other = one[start:], other[start:]
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, previous = previous, row
    return min(previous[-1], limit + 1)


def is_slip(one: str, other: str) -> bool:
    """Tell whether two texts differ only by neighbours swapped or by one character typed twice."""
    if len(one) > len(other):
        one, other = other, one
    place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) == len(other):
        swapped = one[:place] + one[place : place + 2][::-1] + one[place + 2 :]
        return one != other and swapped == other
    doubled = len(other) == len(one) + 1 and place > 0 and other[place] == other[place - 1]
    return doubled and one[place:] == other[place + 1 :]


def _common_start(one: str, other: str) -> int:
    """Return the length of the common beginning, less one so that a swap at its end is still seen."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return max(0, length - 1)
