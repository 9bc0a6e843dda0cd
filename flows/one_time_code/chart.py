"""Одноразовый код: six digits by SMS, good once, for five minutes and five guesses.

Feature: 11_one_time_code.feature. OWASP ASVS 5.0: 6.5.1, 6.5.4, 6.5.5, 6.6.2, 6.6.3.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


class OneTimeCodeChart(Chart):
    """The life of one request of a code."""

    sent = State("Код отправлен", initial=True)
    expired = State("Срок кода истёк")
    passed = State("Код принят", final=True)
    exhausted = State("Попытки исчерпаны", final=True)
    cancelled = State("Ввод кода прекращён", final=True)

    submit_one_time_code = refusable(sent) | sent.to(passed)
    resend = refusable(sent, expired) | inside(sent) | expired.to(sent)
    cancel = sent.to(cancelled) | expired.to(cancelled)

    attempts_exhausted = sent.to(exhausted)

    expire = sent.to(expired)
