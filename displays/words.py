"""A text in the two languages of a hall: the smallest word that the hall and its displays share.

For: names and sentences for people. Not for: what stands in a scene (scene.py), or our own sentences on pages (web/shared).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in Chinese and English. Which comes first, and how large, is the page's setting."""

    zh: str
    en: str
