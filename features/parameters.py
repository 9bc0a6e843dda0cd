"""The parameter types of the sentences. An unknown word leaves its step undefined, so a dry run finds every typo."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from behave.cucumber_expression import define_parameter_type_with  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features import codes, passwords, words
from registratura.features.cast import BY_FORM
from registratura.features.deeds import INFINITIVES, PASTS, PRESENTS
from registratura.features.faults import Fault
from registratura.features.places import PLACES, SECTIONS
from registratura.features.reasons import REASONS
from registratura.features.spec.words import count as counted

_UNITS = {"секунд": "seconds", "минут": "minutes", "час": "hours", "день": "days", "дн": "days"}
_DURATION = r"\d+ (?:секунд|минут|час|день|дн)[а-я]*"


def duration(said: str) -> timedelta:
    """«23 часа 59 минут 59 секунд» as a timedelta."""
    parts = re.findall(r"(\d+) (секунд|минут|час|день|дн)", said)
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})


def lasting(duration: timedelta) -> str:
    """The same, the other way round."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours > 24 else (0, hours)
    parts = ((days, "день", "дня", "дней"), (hours, "час", "часа", "часов"), (minutes, "минута", "минуты", "минут"))
    said = (counted(*part) for part in (*parts, (seconds, "секунда", "секунды", "секунд")) if part[0])
    return " ".join(said)


def _define(name: str, pattern: str, transform: Callable[[str], Any]) -> None:
    define_parameter_type_with(name, pattern, object, transform, use_for_snippets=False)


def _define_words(name: str, meanings: Mapping[str, Any], quoted: bool = False) -> None:
    # The longest first: a phrase may begin with another one.
    phrases = "|".join(re.escape(word).replace(r"\ ", " ") for word in sorted(meanings, key=len, reverse=True))
    _define(name, f"«(?:{phrases})»" if quoted else phrases, lambda said: meanings[said.strip("«»")])


@cache
def define_once() -> None:
    """Make every type known to behave, which refuses to hear of one twice."""
    _define_words("person", BY_FORM)
    _define_words("place", PLACES, quoted=True)
    _define_words("section", SECTIONS, quoted=True)
    _define_words("deed", INFINITIVES)
    _define_words("does", PRESENTS)
    _define_words("did", PASTS)
    _define_words("fault", {fault.value: fault for fault in Fault})
    _define_words("reason", REASONS)
    for name, meanings in WORDS.items():
        _define_words(name, meanings)
    _define("quoted", "«[^»]*»", lambda said: said[1:-1])
    _define("duration", f"{_DURATION}(?: {_DURATION})*", duration)
    _define("password", passwords.PATTERN, passwords.chosen_password)
    _define("code", codes.ATTACHMENT, codes.typed_code)
    _define("sms", codes.ONE_TIME, codes.typed_code)


WORDS: dict[str, Mapping[str, Any]] = {
    "channel": words.CHANNELS,
    "entry": words.ENTRIES,
    "method": words.METHODS,
    "answer": words.ANSWERS,
    "flaw": words.FLAWS,
    "purpose": words.PURPOSES,
    "evidence": words.EVIDENCE,
    "field": words.FIELDS,
    "field_status": words.FIELD_STATUSES,
    "card_state": words.CARD_STATES,
    "code_state": words.CODE_STATES,
    "sms_state": words.SMS_STATES,
    "order": words.CLINIC_ORDERS,
    "ordered": words.CLINIC_ORDERS_DONE,
    "move": words.CLINIC_MOVES,
    "secret": words.SECRETS,
    "view": words.VIEWS,
    "count": words.COUNTS,
    "ordinal": words.ORDINALS,
    "alarm": words.ALARMS,
    "documents": words.DOCUMENTS,
    "export": words.EXPORTS,
    **words.YES_NO,
}
