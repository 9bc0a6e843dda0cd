"""What Gosuslugi's error codes mean to the portal: the classes of what the person can do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi.answers import Denied

_CODE = re.compile(r"ESIA-([0-9]{6})(?![0-9])")

_CLASSES: Mapping[Denial, tuple[str, ...]] = {
    Denial.CANCELLED: ("007004", "007019"),
    Denial.OUTAGE: ("007007", "007008"),
    Denial.CODE_DEAD: ("007011",),
    Denial.UNCONFIRMED: ("007055",),
    Denial.NO_SECOND_FACTOR: ("007046",),
    Denial.CONFIGURATION: ("007003", "007006", "007013", "007014", "007023", "007038"),
}
ALARMS = frozenset({"007015", "007002", "007053", "008010"})
"""Our certificate, or our clock."""

CODES: Mapping[str, Denial] = {
    **{code: denial for denial, codes in _CLASSES.items() for code in codes},
    **dict.fromkeys(ALARMS, Denial.CONFIGURATION),
}

# RFC 6749, 4.1.2.1 and 5.2: where no code of Gosuslugi's own is given.
WORDS: Mapping[str, Denial] = {
    "access_denied": Denial.CANCELLED,
    "server_error": Denial.OUTAGE,
    "temporarily_unavailable": Denial.OUTAGE,
    "invalid_grant": Denial.CODE_DEAD,
}


def denial_of(error: str, description: str = "") -> Denied:
    """The class of an error, from its code or, without one, from its word.

    What nobody knows is our configuration to mend, and an alarm: Gosuslugi has something new to say.
    """
    found = _CODE.search(description) or _CODE.search(error)
    if found:
        code = found[1]
        known = CODES.get(code)
        return Denied(reason=known or Denial.CONFIGURATION, code=f"ESIA-{code}", alarm=known is None or code in ALARMS)
    return Denied(reason=WORDS.get(error, Denial.CONFIGURATION), alarm=error not in WORDS)


OUTAGE = Denied(reason=Denial.OUTAGE)
