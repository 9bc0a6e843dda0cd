"""The faults, in the words of the features: property tests name them by the same members."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What may go wrong outside the person's hands. The value is the sentence of the features, word for word."""

    SMS_MISSING = "СМС не приходит"
    SMS_TWICE = "СМС приходит дважды"
    ANSWER_TWICE = "ответ Госуслуг приходит дважды"
    GOSUSLUGI_DOWN = "Госуслуги временно недоступны"
    CLOCK_BACK = "часы ушли назад на сутки"
    CLOCK_FORWARD = "часы ушли вперёд на сутки"
    KILLED_BEFORE_COMMIT = "портал остановится до записи"
    KILLED_AFTER_COMMIT = "портал остановится после записи"
    DOCUMENT_TWICE = "документ приходит дважды"
    CLINIC_DOWN = "клиника не отвечает"
    CLINIC_UP = "клиника снова отвечает"
