"""What is walked: all ten charts."""

from __future__ import annotations

from collections.abc import Mapping

from support.walks.charts import cabinet, cards, clinics, others, registration, sign_in
from support.walks.paths import Plan

PLANS: Mapping[str, Plan] = {
    plan.flow.name: plan
    for plan in (
        *(registration.PLAN, sign_in.PLAN, cabinet.PLAN, cards.CARD, cards.PASSWORD_PLAN),
        *(clinics.CODE, clinics.WINDOW_PLAN, clinics.RIGHT, others.WITHDRAWAL, others.SMS),
    )
}
