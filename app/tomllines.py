"""On which line of a TOML text each of its values stands.

For: telling the person who wrote a hall file where the mistake is. `tomllib` gives values and forgets their lines.
Not for: judging TOML. `lines` is handed a text that `tomllib` has already accepted, and only walks over it: it has to
know where a string, an array or a table ends, and nothing else. tests/app/test_tomllines.py holds it to tomllib: the
same paths, for any document.
What goes wrong: a text that is not TOML gives lines that mean nothing (and ends; it never hangs or raises).

    [[window]]              ("window", 0)               line 1
    no = 3                  ("window", 0, "no")         line 2
    serves = [              ("window", 0, "serves")     line 3
      "idcard",             ("window", 0, "serves", 0)  line 4
    ]
"""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
"""From the top of the document: keys of tables and places in arrays, counted from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\r\n]*")
_STRINGS = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # the closing three may be followed by two that belong to the text
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


def lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, key and array element of the valid TOML document `text`.

    A table that is opened again (`[a]`, later `[a.b]`) keeps the line on which it was first named.
    """
    return _Walk(text).document()


def line_of(found: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that has one; 1 where nothing has."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ends = [each.start() for each in re.finditer("\n", text)]
        self.found: dict[Path, int] = {}
        self.entries: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self.skip(_BLANK)
            start = self.at
            if start >= len(self.text):
                return self.found
            if self.take("[["):
                table = self.header(start, array=True)
            elif self.take("["):
                table = self.header(start, array=False)
            else:
                self.pair(table)
            if self.at == start:  # not TOML: go on, do not hang
                self.at += 1

    def header(self, start: int, *, array: bool) -> Path:
        *above, last = self.key() or [""]
        path: Path = ()
        for part in above:
            path = self.inside((*path, part), start)
        path = (*path, last)
        self.note(path, start)
        if array:
            self.entries[path] = self.entries.get(path, -1) + 1
            path = (*path, self.entries[path])
            self.note(path, start)
        self.take("]]" if array else "]")
        return path

    def inside(self, path: Path, start: int) -> Path:
        """A table on the way to another; of an array of tables it is the newest entry that is meant."""
        self.note(path, start)
        return (*path, self.entries[path]) if path in self.entries else path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table
        for part in self.key():
            path = (*path, part)
            self.note(path, start)
        self.skip(_SPACE)
        self.take("=")
        self.skip(_SPACE)
        self.value(path)

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            start = self.at
            if self.skip(_STRINGS):
                parts.append(str(tomllib.loads("key = " + self.text[start : self.at])["key"]))
            elif self.skip(_BARE_KEY):
                parts.append(self.text[start : self.at])
            self.skip(_SPACE)
            if not self.take("."):
                return parts

    def value(self, path: Path) -> None:
        if self.take("["):
            place = 0
            while not self.closed("]"):
                self.note((*path, place), self.at)
                self.value((*path, place))
                place += 1
        elif self.take("{"):
            while not self.closed("}"):
                self.pair(path)
        elif not self.skip(_STRINGS):
            self.skip(_BARE_VALUE)

    def closed(self, bracket: str) -> bool:
        """Steps over what separates two elements; True behind `bracket`, and where the text gives out."""
        before = self.at
        self.skip(_BLANK)
        if self.take(","):
            self.skip(_BLANK)
        if self.take(bracket) or self.at >= len(self.text):
            return True
        return self.at == before and self.text[self.at] in ",]}=\r\n#"

    def note(self, path: Path, at: int) -> None:
        self.found.setdefault(path, bisect_right(self.ends, at - 1) + 1)

    def take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def skip(self, what: re.Pattern[str]) -> bool:
        """Steps over `what`; True if that was anything."""
        match = what.match(self.text, self.at)
        if match is None or match.end() == self.at:
            return False
        self.at = match.end()
        return True
