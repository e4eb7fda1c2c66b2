"""The numbers on identity cards, and the digit by which each proves itself.

    resident, J, Y   18 characters   division 6 | birth YYYYMMDD | serial 3 | check      GB 11643
              of Y:                  9, province 2, country 3 (numeric) | birth | serial 3 | check
    I (2017)         15 characters   country 3 letters | division 4 | birth YYMMDD | serial 1 | check

The check of the first is ISO 7064 MOD 11-2; that of the last the sum of all values (A = 10 ... Z = 35) times 7, 3, 1,
7, 3, 1 ..., modulo 10.
For: cards as readers give them, and numbers as people type them. Not for: whether a person of that number exists.
What goes wrong: `fault` says what, and never repeats the number: it goes into logs.
"""

from datetime import date

from drivers.media import CardKind

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SHORT_WEIGHTS = (7, 3, 1)
DIGITS = frozenset("0123456789")
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def check_of_18(first: str) -> str:
    """The last character (0 to 9 or X) for the first 17 digits of a resident, J or Y number."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def check_of_15(first: str) -> str:
    """The last digit for the first 14 characters of an I number."""
    total = sum(int(character, 36) * SHORT_WEIGHTS[at % 3] for at, character in enumerate(first))
    return str(total % 10)


def fault(kind: CardKind, number: str) -> str:
    """What is wrong with `number` as the number of a card of `kind`; empty when nothing is."""
    return _fault_of_15(number) if kind is CardKind.FOREIGNER_2017 else _fault_of_18(kind, number)


def _fault_of_18(kind: CardKind, number: str) -> str:
    if len(number) != 18:
        return f"the number has {len(number)} characters, expected 18"
    if not set(number[:17]) <= DIGITS or number[17] not in CHECKS:
        return "the number has characters other than digits and a closing X"
    if kind is CardKind.FOREIGNER_2023 and number[0] != "9":
        return "the number of a permanent resident of 2023 begins with 9"
    if not _is_a_day(number[6:10], number[10:14]):
        return "the number names a day of birth that no calendar has"
    if check_of_18(number[:17]) != number[17]:
        return "the check digit of the number is wrong"
    return ""


def _fault_of_15(number: str) -> str:
    if len(number) != 15:
        return f"the number has {len(number)} characters, expected 15"
    if not set(number[:3]) <= LETTERS or not set(number[3:]) <= DIGITS:
        return "the number is not three letters and twelve digits"
    if not _is_a_day("2000", number[9:13]):  # the century is not in it; a leap year lets 29 February pass
        return "the number names a day of birth that no calendar has"
    if check_of_15(number[:14]) != number[14]:
        return "the check digit of the number is wrong"
    return ""


def _is_a_day(year: str, month_and_day: str) -> bool:
    try:
        date(int(year), int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return False
    return True


def old_number(number: str, country: str, item: str) -> str:
    """The I number that the holder of the Y number `number` had before, from the card's old-number `item` (city 2,
    serial 1) and the three letters of `country`; empty when the card has none or they do not fit together."""
    if len(item) != 3 or not set(item) <= DIGITS or len(country) != 3 or not set(country) <= LETTERS:
        return ""
    if _fault_of_18(CardKind.FOREIGNER_2023, number):
        return ""
    first = country + number[1:3] + item[:2] + number[8:14] + item[2]
    return first + check_of_15(first)
