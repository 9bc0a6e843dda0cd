"""What must hold in every move of every world, in the words of the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from support.explorer import Moved, Promise, ended

OWN = "self"


def no_card_without_consent(moved: Moved) -> bool:
    """R29: a card of one's own belongs to a registration that has the evidence of an accepted consent."""
    given = {
        record.data.card
        for record in moved.after.of("registration")
        if record.data.accepted and moved.after.evidence[record.id] == ("accepted", "bound")
    }
    cards = [card for card in moved.after.of("patient_card") if card.data.card.kind == OWN]
    return all(card.id in given for card in cards)


def no_delivery_without_a_right(moved: Moved) -> bool:
    """A15: a document is taken only under a right that is in force."""
    before = {right.id: right for right in moved.before.of("clinic_right")}
    more = [
        r for r in moved.after.of("clinic_right") if r.id in before and r.data.delivered > before[r.id].data.delivered
    ]
    return all(before[right.id].state == "granted" for right in more)


def no_right_without_consent(moved: Moved) -> bool:
    """A3: each right belongs to one window in which the consent to it was recorded.

    What the window knew of a person may be destroyed since: then it did not happen in this move.
    """
    if moved.after.destroyed:
        return {right.id for right in moved.after.of("clinic_right")} <= moved.before.flows.keys()
    attached = [
        a for a in moved.after.of("attachment") if a.state == "attached" and "accepted" in moved.after.evidence[a.id]
    ]
    return {right.id for right in moved.after.of("clinic_right")} <= {a.data.right for a in attached}


def nothing_after_the_end(moved: Moved) -> bool:
    """R4, U31: what is declined, expired, cancelled or done stays as it is."""
    before = moved.before.flows.items()
    over = {flow: record for flow, record in before if ended(record) and flow not in moved.after.destroyed}
    return all(moved.after.flows[flow_id] == record for flow_id, record in over.items())


def nothing_after_its_time(moved: Moved) -> bool:
    """U8: of a flow whose life is over comes nothing more, whatever is sent to it."""
    before = moved.before.flows.get(moved.act.flow)
    life = before.timers.get("expire") if before else None
    if before is None or life is None or ended(before) or life.due > moved.before.now:
        return True
    return before.id in moved.after.destroyed or ended(moved.after.flows[before.id])


def one_account_for_one_person(moved: Moved) -> bool:
    """U21: whoever registers twice, from wherever, has one account and one card of their own."""
    accounts = {r.account for r in moved.after.of("registration") if r.account}
    cards = Counter(c.account for c in moved.after.of("patient_card") if c.data.card.kind == OWN and not ended(c))
    return len(accounts) <= 1 and all(count == 1 for count in cards.values())


def a_used_code_never_works_again(moved: Moved) -> bool:
    """U44: of one code comes one right."""
    return all(count == 1 for count in Counter(right.data.code for right in moved.after.of("clinic_right")).values())


PROMISES: Mapping[str, Promise] = {
    promise.__name__: promise
    for promise in (
        *(no_card_without_consent, no_delivery_without_a_right, no_right_without_consent, nothing_after_the_end),
        *(nothing_after_its_time, one_account_for_one_person, a_used_code_never_works_again),
    )
}
