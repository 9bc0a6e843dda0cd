"""The person at the keyboard: what they see, what they may do, and what is done when they do it."""

from __future__ import annotations

import secrets
from functools import partial

from registratura.domain.consent import Purpose
from registratura.flows.cabinet import Cabinet
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.engine import Action, FlowView
from registratura.flows.engine.view import Button
from registratura.flows.errors import InvalidPayload, RegistraturaError, StartRefused, UnknownFlow
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.ports import Caller
from registratura.flows.registration import Registration
from registratura.flows.sign_in import SignIn
from registratura.host.terminal.console import console, put, say
from registratura.host.terminal.items import name_of
from registratura.host.terminal.opening import World
from registratura.host.terminal.pages import MENU, complain_of, field_labels, flowing, refusals, show_page
from registratura.host.terminal.play.ask import Option, confirmed, pick
from registratura.host.terminal.play.clinic import visit_desk
from registratura.host.terminal.play.forms import GoesBack, filled, relatives_fields
from registratura.host.terminal.play.gosuslugi import PORTAL_WAITS, confirm_account, phone, visit, write_to_support
from registratura.host.terminal.play.memory import Memory

LEAVING = ("back", "cancel", "close_cabinet", "close_consent")
SIGNED_IN = ("registered", "already_registered", "signed_in")


class Player:
    """One person's evening at the portal."""

    def __init__(self, world: World, memory: Memory) -> None:
        self.world, self.memory = world, memory
        self.portal, self.texts = world.portal, world.portal.engine.texts
        self._seen = ""
        self._read: set[str] = set()

    @property
    def caller(self) -> Caller:
        place = self.memory.place
        return Caller(session=place.session, account=place.account)

    def turn(self) -> None:
        """Show where the person is, let them choose, and do it."""
        view = self._view()
        self._show(view)
        options, menu = self._options(view) if view else (self._entrance(), [])
        letters = {
            "к": Option("клиника", partial(visit_desk, self.world)),
            "т": Option("телефон", partial(phone, self.world.gosuslugi)),
            "?": Option("ещё раз", self._forget_page),
        }
        option = pick(options, letters, menu)
        try:
            option.do()
        except GoesBack:
            say("Ничего не отправлено.", "dim")
        except RegistraturaError as error:
            complain_of(error, self.texts)
        self.portal.run_due()

    def _view(self) -> FlowView | None:
        path = self.memory.place.path
        if not path:
            return None
        try:
            view = self.portal.get(path[-1], caller=self.caller)
        except UnknownFlow:
            self.memory.keep(path=(), cabinet=None, account=None)
            say("Прежней страницы в этой базе нет. Начнём сначала.", "yellow")
            return None
        if view.state in SIGNED_IN and view.account != self.memory.place.account:
            self.memory.keep(account=view.account, cabinet=None)
        return view

    def _show(self, view: FlowView | None) -> None:
        """The page, unless it stands there already. A consent is shown in full once."""
        face = f"{view.id} {view.state} {view.screen}" if view else "entrance"
        if face == self._seen:
            return
        self._seen = face
        say("")
        if view is None:
            say("Медицинский портал", "bold")
            return
        sha = view.screen.items.get("text_sha256", "")
        show_page(console(), view, self.texts, consent=0 if sha in self._read else None, buttons=False)
        self._read.add(sha)

    def _forget_page(self) -> None:
        self._seen = ""
        self._read.clear()

    def _entrance(self) -> list[Option]:
        if self.memory.place.account:
            return [
                Option("Открыть личный кабинет", self._to_cabinet),
                Option("Выйти из учётной записи", self._sign_out),
            ]
        return [
            Option("Открыть портал", partial(self._begin, Registration)),
            Option("Войти в личный кабинет", partial(self._begin, SignIn)),
        ]

    def _options(self, view: FlowView) -> tuple[list[Option], list[Option]]:
        options: list[Option] = []
        menu: list[Option] = []
        leaving: list[Option] = []
        for action in view.actions:
            target = leaving if action.name in LEAVING else menu if len(action.buttons) > MENU else options
            for button in action.buttons:
                fields = ", ".join(field_labels(action, self.texts))
                caption = f"{button.caption}  ({fields})" if fields else button.caption
                target.append(Option(caption, partial(self._press, view, action, button), action.refusals))
        beside = self._beside(view)
        # On the pages where Gosuslugi asks, Gosuslugi come first; on those that help, the help.
        first = [*beside, *options] if view.state.endswith(("first_stage", "sms_code")) else [*options, *beside]
        return [*first, *leaving, *self._after(view)], menu

    def _press(self, view: FlowView, action: Action, button: Button) -> None:
        """Fill in the form and send it; what is not valid is asked for again."""
        for refusal in refusals(action.refusals):
            put(console(), refusal)
        if action.refusals:
            return
        self._ask_again(action.name, button.caption, view)
        while True:
            payload = filled(action, button, view, self.texts)
            try:
                event = self.portal.parse(view.id, action.name, payload)
                key = secrets.token_hex(8)
                after = self.portal.send(view.id, event, caller=self.caller, idempotency_key=key)
            except InvalidPayload as error:
                complain_of(error, self.texts)
                continue
            return self._went(after, action.name)

    def _ask_again(self, event: str, caption: str, view: FlowView | None = None) -> None:
        """Before what cannot be taken back: what it means, and whether the person wants it."""
        before = self.texts.own(f"confirm.{event}", view.screen.items if view else {})
        if before:
            say(flowing(before), "yellow")
        if before and not confirmed(f"{caption}?"):
            raise GoesBack

    def _went(self, view: FlowView, event: str) -> None:
        for refusal in refusals(view.refusals):
            put(console(), refusal)
        if not view.refusals and (done := self.texts.own(f"done.{event}", view.screen.items)):
            say(flowing(done), "green")
        if "attachment" in view.started:
            self._open(view.started["attachment"])

    def _begin(self, flow: AnyFlow, event: Event | None = None) -> None:
        view = self.portal.start(flow, event, caller=self.caller)
        over = self.memory.place.path if flow in (PatientCard, ConsentWithdrawal) else ()
        self.memory.keep(path=(*over, view.id))

    def _open(self, flow_id: str) -> None:
        self.memory.keep(path=(*self.memory.place.path, flow_id))

    def _close(self) -> None:
        self.memory.keep(path=self.memory.place.path[:-1])

    def _to_cabinet(self) -> None:
        """This device's cabinet, as it was left."""
        cabinet = self.memory.place.cabinet
        if cabinet is None:
            cabinet = self.portal.start(Cabinet, caller=self.caller).id
        self.memory.keep(cabinet=cabinet, path=(cabinet,))

    def _sign_out(self) -> None:
        self.memory.keep(account=None, cabinet=None, path=())

    def _beside(self, view: FlowView) -> list[Option]:
        """What belongs to the page, and is no action of its flow: other flows' pages, and the world outside."""
        items, found = view.screen.items, []
        if view.state in PORTAL_WAITS:
            found.append(Option("→ Страница Госуслуг (учебная)", partial(visit, self.world.gosuslugi, view)))
        if view.state.endswith("_support"):
            found.append(Option("→ Написать в поддержку", partial(write_to_support, self.world.gosuslugi, view)))
        if view.state == "unconfirmed_account":
            found.append(Option("→ Подтвердить учётную запись на Госуслугах", partial(self._confirm_account, view)))
        if view.flow == "cabinet":
            for card in items.get("cards", {}).values():
                found.append(Option(f"Карта: {name_of(card)}", partial(self._open, card["card"])))
            for right, shown in items.get("rights", {}).items():
                found.append(Option(f"Право: {shown['clinic']}", partial(self._open, right)))
        if view.state == "cards":
            found.append(Option(self.texts("button.add_relative"), self._add_relative))
        if view.state == "settings.password" and "password" in items:
            found.append(Option("Задать или сменить пароль", partial(self._open, items["password"])))
        if view.state == "settings.overview":
            found.append(Option(self.texts("button.request_withdrawal"), self._withdraw))
        return found

    def _after(self, view: FlowView) -> list[Option]:
        """Where one goes from here when the page itself leads nowhere."""
        begins: dict[str, AnyFlow] = {"sign_in_chosen": SignIn, "not_registered": Registration}
        if len(self.memory.place.path) > 1:
            return [] if view.actions and view.flow == "attachment" else [Option("← Вернуться", self._close)]
        if view.state == "closed":
            return [Option("Выйти из учётной записи", self._sign_out)]
        if not view.ended:
            return []
        if view.state in SIGNED_IN:
            return [Option("Открыть личный кабинет", self._to_cabinet)]
        if view.state in begins:
            return [Option("Дальше", partial(self._begin, begins[view.state]))]
        return [Option("На главную страницу", self._close)]

    def _confirm_account(self, view: FlowView) -> None:
        confirm_account(self.world.gosuslugi, view)

    def _add_relative(self) -> None:
        text = self.portal.parts.settings.consents[Purpose.PERSONAL_DATA]
        say(text.text)
        if not confirmed("Вы согласны от имени близкого?"):
            raise GoesBack
        while True:
            fields = relatives_fields(self.texts)
            try:
                event = AddRelative(fields=fields, text_version=text.version, text_sha256=text.sha256)
                return self._begin(PatientCard, event)
            except (InvalidPayload, StartRefused) as error:
                complain_of(error, self.texts)

    def _withdraw(self) -> None:
        self._ask_again("request_withdrawal", self.texts("button.request_withdrawal"))
        self._begin(ConsentWithdrawal)
