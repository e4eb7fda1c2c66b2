"""The pages as they lie run in Chromium 90, which is what machines of 2021 have: nothing newer stands in their sources."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "displays" / "web"

NEWER = {
    ".js": {
        r"\.at\(-?\d": 92,
        r"structuredClone\(": 98,
        r"Object\.(hasOwn|groupBy)\(": 93,
        r"\.(findLast|findLastIndex|toSorted|toReversed|toSpliced)\(": 97,
        r"\bstatic \{": 94,
        r"crypto\.randomUUID\(": 92,
        r"AbortSignal\.(timeout|any)\(": 103,
        r"#\w+ in \w": 91,
        r"Promise\.withResolvers": 119,
        r"\.(showPopover|startViewTransition|showPicker)\(": 99,
        r"import .* (with|assert) \{": 91,
        r"/[dgimsuy]*v[dgimsuy]*\.test": 112,
    },
    ".css": {
        r":has\(": 105,
        r"@(layer|container|scope|starting-style)\b": 99,
        r"\b\d+[dsl]v[hw]\b": 108,
        r"\b(accent-color|text-wrap|scrollbar-gutter|translate|rotate|scale|container-type|text-box)\s*:": 93,
        r"color-mix\(|oklch\(|light-dark\(|\bround\(": 111,
        r"^\s+&": 112,
        r"subgrid": 117,
    },
    ".html": {r"\s(inert|popover|blocking)[\s>=]": 102},
}
"""What a source must not hold, and with which version of Chromium it came."""


@pytest.mark.parametrize("kind", NEWER)
def test_nothing_in_the_pages_is_newer_than_chromium_90(kind: str) -> None:
    sources = sorted(WEB.rglob(f"*{kind}"))
    assert sources
    found = [
        f"{source.relative_to(WEB)}: {match.group(0).strip()} needs Chromium {version}"
        for source in sources
        for pattern, version in NEWER[kind].items()
        for match in re.finditer(pattern, source.read_text(), re.MULTILINE)
    ]
    assert found == []
