"""The lines of a TOML document, held against tomllib: the same paths for any document, each on its own line."""

import tomllib
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from app.tomllines import Path, line_of, lines

DOCUMENT = '''\
# a comment with [brackets] and "quotes"
title = "a # is no comment, nor is ] an end"

[hall]
code = 'c:\\path' # "
"quoted.key" = 1
dotted.under.it = 2
when = 2026-01-02 08:30:00
text = """
[not.a.table]
no = 3 \\""" still text"""
other = \'\'\'
it''s "text"\'\'\'\'

[[window]]
no = 1
serves = [ # why
  "a", "b",
  # nobody
  { service = "c", rank = 2 },
  [1, [2,
    3]],
]

[[window]]
no = 2
point = { x = 1, y = { z = [ 1,
  2 ] } }
[window.place]
floor = 3
[[window.sign]]
url = "one"
[[window.sign]]
url = "two"
[window.sign.size]
wide = 64
[hall.extra]
last = true'''


def paths(value: object, path: Path = ()) -> set[Path]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, each in value.items():
            found |= paths(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            found |= paths(each, (*path, place))
    return found


def test_every_value_of_a_thorny_document_has_its_line() -> None:
    found = lines(DOCUMENT)
    assert found.keys() == paths(tomllib.loads(DOCUMENT))
    text = ["", *DOCUMENT.split("\n")]
    for path, words in {
        ("title",): "title =",
        ("hall",): "[hall]",
        ("hall", "quoted.key"): '"quoted.key"',
        ("hall", "dotted", "under", "it"): "dotted.under.it",
        ("hall", "other"): "other =",
        ("window", 0): "[[window]]",
        ("window", 0, "serves"): "serves = [ # why",
        ("window", 0, "serves", 1): '"a", "b"',
        ("window", 0, "serves", 2, "rank"): "rank = 2",
        ("window", 0, "serves", 3, 1, 1): "    3]],",
        ("window", 1, "point", "y", "z", 1): "  2 ] } }",
        ("window", 1, "place", "floor"): "floor = 3",
        ("window", 1, "sign", 1, "url"): '"two"',
        ("window", 1, "sign", 1, "size"): "[window.sign.size]",
        ("hall", "extra", "last"): "last = true",
    }.items():
        assert words in text[found[path]], path


def test_a_path_without_a_line_gets_the_line_of_what_is_around_it() -> None:
    found = lines("a = 1\n[[b]]\nc = 2\n")
    assert line_of(found, ("b", 0, "missing", 3)) == 2
    assert line_of(found, ("nowhere",)) == 1


def test_windows_line_ends_count_as_one_line() -> None:
    assert lines("a = 1\r\n\r\nb = [\r\n2]\r\n") == {("a",): 1, ("b",): 3, ("b", 0): 4}


_KEYS = [*"abcdefgh", "no", "1-2_3", '"a.b"', "'#'", '"\\u5404"', '"]"']
_SCALARS = [
    *(
        "1",
        "-2.5e3",
        "true",
        "2026-01-02",
        "08:30:00",
        "2026-01-02 08:30:00Z",
        '"a]b"',
        "'}#'",
        '"\\""',
        '""',
        "''",
    ),
    *('"""\n[x]\n#"""', "'''\n]'''''", '"""\\"""""""', '"十\\\\"'),
]


def _array(parts: tuple[list[str], str, bool]) -> str:
    items, gap, trailing = parts
    return "[" + gap + f"{gap},{gap}".join(items) + gap + ("," if items and trailing else "") + gap + "]"


def _inline(items: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in items.items()) + " }"


_values = st.recursive(
    st.sampled_from(_SCALARS),
    lambda inner: st.one_of(
        st.tuples(
            st.lists(inner, max_size=3),
            st.sampled_from([" ", "\n", " # ] no end\n", "\r\n  "]),
            st.booleans(),
        ).map(_array),
        st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3).map(_inline),
    ),
    max_leaves=5,
)
_dotted = st.lists(st.sampled_from(_KEYS), min_size=1, max_size=3)
_header = st.tuples(_dotted, st.sampled_from(["[{}]", "[[{}]]", "  [ {} ] # [[why]]", "[[ {} ]]"])).map(
    lambda each: each[1].format(".".join(each[0]))
)
_pair = st.tuples(_dotted, st.sampled_from([".", " . "]), st.sampled_from(["=", " = "]), _values).map(
    lambda each: each[1].join(each[0]) + each[2] + each[3]
)
_documents = st.lists(st.tuples(_header, st.lists(_pair, max_size=2)), max_size=4).map(
    lambda tables: "\n".join("\n".join([head, *pairs, "# [end]"]) for head, pairs in tables)
)


@given(_documents)
def test_any_document_has_the_paths_that_tomllib_gives(text: str) -> None:
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        lines(text)  # says nothing, but ends
        return
    assert lines(text).keys() == paths(value)


@given(st.text(alphabet="a=[]{}\"'#.,\n\\ 1", max_size=60))
def test_a_text_that_is_not_toml_ends(text: str) -> None:
    with suppress(tomllib.TOMLDecodeError):  # a quoted key with an unknown escape is read by tomllib itself
        lines(text)
