"""Gateways: how facts from outside come in. They are not for people's requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from registratura.domain.clinics import Document, PatientRef
from registratura.domain.codes import draw_code
from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.domain.values import Secret, Value
from registratura.flows.attachment_code import AttachmentCode, Issue, Reissue, Revoke
from registratura.flows.clinic_right import DocumentDelivered, Resume, Suspend
from registratura.flows.consent_withdrawal import DataDestroyed, LawObligesToKeep
from registratura.flows.effects import IN_ORDER
from registratura.flows.engine import Engine, FlowView
from registratura.flows.engine.codec import micros
from registratura.flows.errors import StartRefused
from registratura.flows.event import Event, Origin
from registratura.flows.gosuslugi import AmbiguityResolved, Denial, FirstStagePassed, IdentityConfirmed, IdentityDenied
from registratura.flows.rows import EffectRow, SecurityRow
from registratura.storage import drop_digests, rekey_digests, rewrap_keys


class Gateway:
    """Sends facts to flows. `within` is the host's own transaction, as everywhere: then the host commits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _fact(self, flow_id: str, event: Event, within: Any, key: str | None = None) -> FlowView:
        return self._engine.send(flow_id, event, idempotency_key=key, within=within, origin=Origin.FACT)


class GosuslugiGateway(Gateway):
    """What Gosuslugi says. Whoever calls this has verified the answer."""

    def returned(self, flow_id: str, identity: Identity, answer_id: str, *, within: Any = None) -> FlowView:
        """A verified answer with a person. The same answer again gives the same result (U12).

        An organisation's or employee's account is no person's and is sent back (U15).
        """
        if identity.kind != "person":
            return self.denied(flow_id, Denial.ORGANISATION, within=within)
        event = IdentityConfirmed(identity=identity, answer_id=answer_id)
        return self._fact(flow_id, event, within, f"gosuslugi:{answer_id}")

    def denied(self, flow_id: str, reason: Denial, *, within: Any = None) -> FlowView:
        """A verified answer that says no, or none could be had."""
        return self._fact(flow_id, IdentityDenied(reason=reason), within)

    def progress(self, flow_id: str, method: Literal["password", "other"], *, within: Any = None) -> FlowView:
        """The person passed the first stage. Only a stand-in can know; nothing depends on it."""
        return self._fact(flow_id, FirstStagePassed(method=method), within)

    def rejected(self, flow_id: str | None, reason: str) -> None:
        """An answer that could not be verified: a security event, and no flow moves."""
        self._engine.security_event(flow_id, "answer_rejected", reason)

    def security_events(self, limit: int = 100) -> tuple[SecurityRow, ...]:
        """The latest security events."""
        return tuple(self._engine.storage.security_events(limit))


class IssuedCode(Value):
    """A code as the clinic prints it. It is known here and now only: the engine keeps no more than its digest."""

    id: str
    code: Annotated[str, Secret]


class ClinicGateway(Gateway):
    """What clinics do."""

    def issue_code(self, clinic: str, patient: PatientRef | None = None, *, within: Any = None) -> IssuedCode:
        """A new attachment code.

        Raises:
            StartRefused: the clinic is unknown, or codes are bound and no patient was named.
        """
        code = self._fresh_code(within)
        event = Issue(clinic=clinic, code=code, patient=patient)
        view = self._engine.start(AttachmentCode, event, within=within, origin=Origin.FACT)
        return IssuedCode(id=view.id, code=code)

    def reissue_code(self, code_id: str, *, within: Any = None) -> IssuedCode:
        """A new code for the same patient; the old one is dead (U43).

        Raises:
            StartRefused: the clinic has left the portal; the old code stays.
        """
        code = self._fresh_code(within)
        view = self._fact(code_id, Reissue(code=code), within)
        if view.refusals:
            refusals = tuple(Refusal(code=refusal.code, params=dict(refusal.params)) for refusal in view.refusals)
            raise StartRefused(AttachmentCode.name, refusals)
        return IssuedCode(id=view.started[AttachmentCode.name], code=code)

    def revoke_code(self, code_id: str, *, within: Any = None) -> FlowView:
        """The code is dead."""
        return self._fact(code_id, Revoke(), within)

    def deliver(self, right_id: str, delivery_id: str, document: Document, *, within: Any = None) -> FlowView:
        """A document for the record; none is kept twice.

        The same delivery under the same right gets its first answer again, under another right `delivery.repeated`.

        Raises:
            NotAllowedNow: the right is suspended or withdrawn.
        """
        event = DocumentDelivered(delivery_id=delivery_id, document=document)
        return self._fact(right_id, event, within, f"delivery:{delivery_id}")

    def suspend(self, right_id: str, *, within: Any = None) -> FlowView:
        """The clinic has left (U54)."""
        return self._fact(right_id, Suspend(), within)

    def resume(self, right_id: str, *, within: Any = None) -> FlowView:
        """The clinic is back (U54)."""
        return self._fact(right_id, Resume(), within)

    def _fresh_code(self, within: Any) -> str:
        with self._engine.asking(within=within) as ask:
            length = ask.settings.attachment_codes.length
            while True:
                code = draw_code(length, ask.number(10**length))
                if ask.claimed("attachment_code", code) is None:
                    return code


class Operator(Gateway):
    """What an operator of the portal decides."""

    def resolve_ambiguity(self, flow_id: str, card: str | None, *, within: Any = None) -> FlowView:
        """Which of the clinics' cards is this person's, or none of them (U19)."""
        return self._fact(flow_id, AmbiguityResolved(card=card), within)

    def data_destroyed(self, withdrawal_id: str, act: str, *, within: Any = None) -> FlowView:
        """Destroy the person's data; the act with this number stays (U40).

        The keys to the data go, and with them the account: sign-in, codes and cards lead nowhere, and whoever registers
        again begins anew. What the host keeps elsewhere is to be destroyed before.
        """
        return self._fact(withdrawal_id, DataDestroyed(act=act), within)

    def dead_effects(self, limit: int = 100) -> tuple[EffectRow, ...]:
        """What was tried to the end and waits for a decision, the longest waiting first. Personal data is sealed."""
        return tuple(self._engine.storage.effects("dead", limit))

    def retry_effect(self, effect_id: str) -> bool:
        """A dead effect is tried anew, at once and from the first try on; False if none by that id can be.

        One whose content was erased cannot, nor one that would arrive after a later one of its flow. Drop them.
        """
        return self._engine.storage.retry_dead(effect_id, micros(self._engine.tools.clock()), IN_ORDER)

    def drop_effect(self, effect_id: str) -> bool:
        """A dead effect is given up for good; False if there is none by that id.

        Its row stays, without what was sealed in it, and so does a security event that says when.
        """
        dropped = self._engine.storage.drop_dead(effect_id, micros(self._engine.tools.clock()))
        if dropped:
            self._engine.security_event(effect_id.split(":")[0], "effect_dropped", effect_id)
        return dropped

    def law_obliges_to_keep(self, withdrawal_id: str, law: str, *, within: Any = None) -> FlowView:
        """Part of the data must be kept; `law` names the rule (U40)."""
        return self._fact(withdrawal_id, LawObligesToKeep(law=law), within)

    def rewrap_keys(self) -> int:
        """Wrap every data key by the newest master key; how many were. It may be repeated, and run at any time."""
        return rewrap_keys(self._engine.storage, self._engine.tools.keys)

    def rekey_digests(self) -> None:
        """Have what is found by digests found by those under the newest key (docs/keys.md). It may be repeated.

        Raises:
            DigestKeyNotPrepared: there is no newer key.
        """
        rekey_digests(self._engine.storage, self._engine.tools.keys)

    def drop_digests(self) -> None:
        """Let go of digests that are not under the newest key; no process finds by them any more. It may be repeated.

        Raises:
            DigestKeyNotRotated: rows are still found by them.
        """
        drop_digests(self._engine.storage, self._engine.tools.keys)
