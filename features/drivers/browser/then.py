"""*Тогда* in Chromium: what people are shown is what stands on the page before them. What is stored: in process."""

from __future__ import annotations

from collections.abc import Mapping

from registratura.domain.card import CardField, FieldName
from registratura.features.cast import Person
from registratura.features.deeds import Deed
from registratura.features.drivers.browser.line import BrowserLine
from registratura.features.drivers.browser.shown import cards_on
from registratura.features.drivers.browser.sight import one_line
from registratura.features.drivers.engine.pages import said_in
from registratura.features.drivers.engine.people import Visitor
from registratura.features.drivers.engine.then import EngineThen
from registratura.features.drivers.engine.world import World


class BrowserThen(EngineThen):
    """Reads pages: words, buttons, the tables of cards."""

    def __init__(self, world: World, line: BrowserLine) -> None:
        super().__init__(world)
        self._line = line

    def shown(self, person: Person) -> str:
        who = self.world.visitor(person)
        sight = self._line.sight(who, who.flow)
        captions = [caption for button in sight.buttons for caption in button.captions]
        return one_line(" ".join([sight.words, *captions, *said_in(who.answers)]))

    def actions(self, person: Person) -> tuple[Deed, ...]:
        buttons = [button.name.partition(".") for action in self._view(person).actions for button in action.buttons]
        return tuple(Deed(event, variant) for event, _, variant in buttons)

    def fields(self, profile: Person) -> Mapping[FieldName, CardField]:
        """On the page of the registration, while it goes on; else on the card's own."""
        who = self._holder(profile)
        cards = cards_on(self._line.sight(who, self._card(profile).id if who.account else who.flow))
        mine = [card for card in cards if card[FieldName.FIRST_NAME].value == profile.first_name]
        # While Gosuslugi is asked once more, no page has it.
        return mine[0] if mine or who.account else super().fields(profile)

    def _holder(self, profile: Person) -> Visitor:
        """Who sees the card: the person, or who acts for them."""
        account = self._card(profile).account
        return next(who for who in self.world.visitors.values() if who.own == account)
