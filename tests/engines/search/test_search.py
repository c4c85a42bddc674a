"""Two characters, kana or kanji, synonyms and typing errors find what a resident means."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.search import MAX_QUERY, Document, document_tokens, fold, parse_query, rank, tokens

SYNONYMS = [["手当", "てあて", "給付金"], ["保育園", "保育所", "ほいくえん"], ["ワクチン", "予防接種"]]
DOCUMENTS = [
    Document.build("jidou", names=["児童手当", "じどうてあて", "Child allowance"], summary=["毎月の手当"]),
    Document.build("hoiku", names=["保育所等の利用申込", "ほいくしょ"], keywords=["保育園"]),
    Document.build("vaccine", names=["五種混合予防接種"], body=["生後2か月から"]),
    Document.build("shougai", names=["障害児福祉手当"], summary=["重度の障害のある子ども"]),
]


def found(text: str) -> list[str]:
    return [hit.id for hit in rank(parse_query(text, synonyms=SYNONYMS), DOCUMENTS)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("手当", "jidou"),
        ("てあて", "jidou"),
        ("じどう", "jidou"),
        ("ジドウテアテ", "jidou"),
        ("児童 手当", "jidou"),
        ("保育園", "hoiku"),
        ("ほいくえん", "hoiku"),
        ("ワクチン", "vaccine"),
        ("障がい児", "shougai"),
        ("Children allowances", "jidou"),
        ("児童手あて", "jidou"),
    ],
)
def test_words_of_residents_find_the_programme(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_nothing_typed_finds_nothing_and_a_flood_is_cut_and_said() -> None:
    assert found("") == []
    assert found("   ") == []
    query = parse_query("手当" * 5_000_000)
    assert query.truncated
    assert len(query.text) == MAX_QUERY


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("手当児童保育園てあテアabc ", min_size=1, max_size=12))
def test_every_token_of_a_text_is_indexed(text: str) -> None:
    assert set(tokens(text)) <= set(document_tokens([text]).split())


def test_sqlite_full_text_index_finds_two_character_words() -> None:
    database = sqlite3.connect(":memory:")
    database.execute('CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, body, tokenize="unicode61 remove_diacritics 0")')
    for document in DOCUMENTS:
        database.execute("INSERT INTO t VALUES (?, ?)", (document.id, document_tokens(document.texts())))
    for word, expected in [
        ("手当", {"jidou", "shougai"}),
        ("保育", {"hoiku"}),
        ("障", {"shougai"}),
        ("allowance", {"jidou"}),
    ]:
        match = " OR ".join(f'"{token}"' for token in tokens(word))
        rows = database.execute("SELECT id FROM t WHERE t MATCH ?", (match,)).fetchall()
        assert {row[0] for row in rows} == expected
    database.close()
