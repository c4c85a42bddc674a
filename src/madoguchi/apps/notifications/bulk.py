"""Many rows in one statement: inserting what is new, changing rows by number, finding rows by many values.

On PostgreSQL each column travels as one array in binary form (text form costs ten times as much), or as one value when all
rows have the same. On SQLite the same goes row by row in one call of the driver. Values are what the model's fields take.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet

Row = Sequence[Any]
M = TypeVar("M", bound=Model)


def is_postgres() -> bool:
    """Tell whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def skip_locked() -> str:
    """Return the clause with which one worker leaves out what another one holds; SQLite has one writer at a time."""
    return "FOR UPDATE SKIP LOCKED" if is_postgres() else ""


def moment(value: Any) -> Any:
    """Return a time as a raw statement takes it."""
    return connection.ops.adapt_datetimefield_value(value) if value is not None else None


def among(found: "QuerySet[M]", column: str, values: Iterable[Any]) -> "QuerySet[M]":
    """Return the rows whose column of the model's own table is any of the values, as one array on PostgreSQL."""
    wanted = list(values)
    if not is_postgres():
        return found.filter(**{f"{column}__in": wanted})
    field = next(one for one in found.model._meta.concrete_fields if one.attname == column)
    place = f"{_quoted(found.model._meta.db_table)}.{_quoted(field.column)}"
    return found.extra(  # noqa: S610 # names of the model, values as parameters
        where=[f"{place} = ANY(%b::{_type(field)}[])"], params=[wanted]
    )


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def insert_new(model: type[Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows; those that would break a uniqueness are left out. `names` are fields of the model by attribute."""
    if not rows:
        return
    fields = _fields(model, names)
    columns = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(model._meta.db_table)
    if is_postgres():
        chosen, source, parameters = _sent(fields, rows, always=1)
        statement = f"INSERT INTO {table} ({columns}) SELECT {', '.join(chosen)} FROM {source} ON CONFLICT DO NOTHING"  # noqa: S608 # names of the model
        _run(statement, parameters)
        return
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 # names of the model
    _run_many(statement, [_prepared(fields, row) for row in rows])


def update(model: type[Model], changed: Sequence[str], fence: Sequence[str], rows: Sequence[Row], where: str) -> None:
    """Change rows found by their number: each row is (number, *fence, *changed).

    A row is changed only while its `fence` fields hold the given values and `where` (constant SQL about `t`) is true.
    """
    if not rows:
        return
    fields = _fields(model, ["id", *fence, *changed])
    first, table = 1 + len(fence), _quoted(model._meta.db_table)
    columns = [_quoted(field.column) for field in fields]
    if is_postgres():
        chosen, source, parameters = _sent(fields, rows, always=first)
        sets = ", ".join(f"{name} = v.v{place}" for place, name in enumerate(columns) if place >= first)
        same = " AND ".join(f"t.{name} = v.v{place}" for place, name in enumerate(columns[:first]))
        named = ", ".join(f"{value} AS v{place}" for place, value in enumerate(chosen))
        statement = f"UPDATE {table} AS t SET {sets} FROM (SELECT {named} FROM {source}) AS v WHERE {same} AND {where}"  # noqa: S608 # names of the model
        _run(statement, parameters)
        return
    sets = ", ".join(f"{name} = %s" for name in columns[first:])
    same = " AND ".join(f"t.{name} = %s" for name in columns[:first])
    statement = f"UPDATE {table} AS t SET {sets} WHERE {same} AND {where}"  # noqa: S608 # names of the model
    _run_many(statement, [_turned(_prepared(fields, row), first) for row in rows])


def _sent(fields: Sequence["Field[Any, Any]"], rows: Sequence[Row], *, always: int) -> tuple[list[str], str, list[Any]]:
    """Return what to select for each field, from where, and the parameters in their order in the statement.

    The first `always` fields travel as arrays; any other one as a single value when it is the same in all rows.
    """
    columns = list(zip(*rows, strict=True))
    single = [place >= always and all(value == values[0] for value in values) for place, values in enumerate(columns)]
    chosen = [f"%b::{_type(field)}" if single[place] else f"u.u{place}" for place, field in enumerate(fields)]
    arrays = [place for place in range(len(fields)) if not single[place]]
    names = ", ".join(f"u{place}" for place in arrays)
    source = f"unnest({', '.join(f'%b::{_type(fields[place])}[]' for place in arrays)}) AS u ({names})"
    parameters = [columns[place][0] for place in range(len(fields)) if single[place]]
    return chosen, source, parameters + [list(columns[place]) for place in arrays]


def _turned(values: list[Any], first: int) -> list[Any]:
    return values[first:] + values[:first]


def _fields(model: type[Model], names: Sequence[str]) -> list["Field[Any, Any]"]:
    known: Mapping[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    return [known[name] for name in names]


def _type(field: "Field[Any, Any]") -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection)).split("(")[0]


def _prepared(fields: Sequence["Field[Any, Any]"], row: Row) -> list[Any]:
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _run(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _run_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
