"""What is kept of a person's identity: a keyed hash and the class that comes with the age, and not even these where the
hall does not want them; for the board of a hall that wants it also the name's first character (app/callednames.py).

    fact = of_number(holders, "…", plan, today)      # typed at a staffed desk: CardFact, or WrongIdentity

The hash is app/holders.py's. The number itself lives for one call: it is never logged, never answered, never part of an
exception.
For: cards on readers (app/cards.py) and numbers typed at a desk (app/api/admission.py). Not for: whether the person
exists, or is the one who stands there.
What goes wrong: `WrongIdentity` says what is wrong with a number, and never which number.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.callednames import masked
from app.core.errors import WrongIdentity
from app.core.people import KeepOfCard
from app.core.plan import HallPlan, PriorityClass
from app.holders import Holders
from drivers.media import CardKind
from drivers.wire.idnumber import fault

FAULTS_ZH: Final = (
    ("characters, expected", "位数不对"),
    ("other than digits", "含有不应有的字符"),
    ("three letters", "应为三个字母和十二个数字"),
    ("day of birth", "出生日期不存在"),
    ("check digit", "校验位不对"),
    ("begins with 9", "永久居留证号码应以 9 开头"),
)
"""What drivers/wire/idnumber.py says, in Chinese."""


@dataclass(frozen=True, slots=True)
class CardFact:
    """What is left of a card: whose it is, as a keyed hash, the key of the class that comes with the age, and what a board
    may show of the name. Empty where the hall keeps none, or there is none."""

    holder: str = field(default="", repr=False)
    priority_class: str = ""
    masked_name: str = field(default="", repr=False)


def fact_of(
    holders: Holders,
    kind: CardKind,
    number: str,
    birth: date | None,
    plan: HallPlan,
    today: date,
    name: str = "",
) -> CardFact:
    """What a hall keeps of somebody with this number, born on `birth` (None: the number does not say), called `name`."""
    keep = plan.rules.holder.keep
    if keep is KeepOfCard.NOTHING:
        return CardFact()
    offered = class_by_age(plan, age(birth, today), today) if birth else None
    return CardFact(
        holders.card(number, kind) if keep is KeepOfCard.HASH else "",
        offered.key if offered else "",
        masked(name) if plan.rules.screens.masked_names else "",
    )


def of_number(holders: Holders, typed: str, plan: HallPlan, today: date) -> CardFact:
    """What is kept of a number that somebody typed. Raises WrongIdentity."""
    number = typed.strip().upper()
    kind = kind_of(number)
    wrong = fault(kind, number)
    if wrong:
        zh = next((words for part, words in FAULTS_ZH if part in wrong), "格式不对")
        raise WrongIdentity(why=wrong, why_zh=zh)
    birth = None
    if kind is not CardKind.FOREIGNER_2017:  # of the year it has two digits alone
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return fact_of(holders, kind, number, birth, plan, today)


def kind_of(number: str) -> CardKind:
    """The kind of card that has a number of this shape: residence permits of Hong Kong, Macao and Taiwan have the
    divisions 81, 82 and 83, permanent residents' begin with 9 or are 15 characters."""
    if len(number) == 15:
        return CardKind.FOREIGNER_2017
    if number[:1] == "9":
        return CardKind.FOREIGNER_2023
    return CardKind.PERMIT if number[:2] in ("81", "82", "83") else CardKind.RESIDENT


def age(birth: date, today: date) -> int:
    """Years completed on `today`; somebody born on a leap day is a year older on 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def class_by_age(plan: HallPlan, years: int, today: date) -> PriorityClass | None:
    """The class that comes by itself with this age today: that of the highest age reached."""
    reached = [
        each
        for each in plan.classes
        if each.from_age is not None and years >= each.from_age and each.valid(today)
    ]
    return max(reached, key=lambda each: each.from_age or 0, default=None)
