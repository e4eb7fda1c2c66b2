"""The index of a folder of slips: a piece of HTML without anything to load.

For: `--out`, which writes each slip as a picture. Not for: the bench's page (web/bench) nor the hall's own (displays/web).
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

_STYLE = """
  body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 1.5rem; color: #1b2733; background: #f3f5f7 }
  h1 { font-size: 1.3rem } small { color: #566573 }
  figure { display: inline-block; vertical-align: top; margin: 0 1rem 1rem 0; padding: 1rem; background: #fff; border: 1px solid #d5dbe1; border-radius: 6px }
  figure img { width: 288px; border: 1px solid #e5e8eb; padding: 0 12px; background: #fff }
"""


def index_page(files: Iterable[tuple[str, str, str]]) -> str:
    """An index of pictures of slips: (file name, printer, text), newest first."""
    figures = "\n".join(
        f'<figure><img src="{escape(quote(file))}" alt="{escape(text)}"><figcaption>{escape(name)}</figcaption></figure>'
        for file, name, text in files
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="5">\n'
        f"<title>小票 Slips</title>\n<style>{_STYLE}</style>\n<h1>小票 <small>Slips, newest first</small></h1>\n"
        f"{figures or '<p>还没有打印。 Nothing was printed yet.</p>'}\n"
    )
