"""The index of a folder of slips: a piece of HTML without anything to load.

For: `--out`, which writes each slip as a picture. Not for: the bench's page (web/bench) nor the hall's own (displays/web).
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

_STYLE = """
  body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 1.5rem; color: #1b2733; background: #f3f5f7 }
  h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin: 0 } small, code { color: #566573 }
  section, figure { background: #fff; border: 1px solid #d5dbe1; border-radius: 6px; padding: 1rem; margin: 0 0 1rem }
  figure { display: inline-block; vertical-align: top; margin-right: 1rem }
  figure img { width: 288px; border: 1px solid #e5e8eb; padding: 0 12px; background: #fff }
  button { font: inherit; margin: .15rem; padding: .2rem .7rem; border: 1px solid #8796a5; border-radius: 4px; background: #fff }
  button:hover { background: #e8f0f8 } input { font: inherit; width: 6rem }
  table { border-collapse: collapse; margin: .5rem 0 } td { padding: 0 1rem 0 0 } .bad { color: #b03a2e; font-weight: 600 }
  .seen { display: flex; gap: 2rem; align-items: flex-start }
  .slips { display: flex; gap: 1rem; overflow-x: auto; padding-top: .5rem }
  .slips img { width: 216px; border: 1px solid #d5dbe1; padding: 0 9px; background: #fff; align-self: flex-start }
  .strip { image-rendering: pixelated; max-width: 100%; background: #000 }
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
