"""Registration: who comes back from Gosuslugi, and everything before and after."""

from __future__ import annotations

from functools import partial

from support.portal import AT_HOME, BORIS, PASSWORD, accepting
from support.walks.charts.common import (
    HER,
    POLICIES,
    STALE,
    TWO_CARDS,
    TWO_CARDS_UNDATED,
    UNDATED,
    begin,
    deed,
    fact,
    other_than,
    person,
    sends,
    shown,
    untrusted,
)
from support.walks.charts.leg import LEG, SMS_NEVER, comes_back, somebody_at_gosuslugi, support_finds, time_is_over
from support.walks.paths import Act, Plan, Ready, Way
from support.walks.world import World

from registratura.domain.card import FieldName
from registratura.flows.gosuslugi import AmbiguityResolved
from registratura.flows.patient_card import Edit
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import (
    AcceptConsent,
    BeginRegistration,
    ChangeRegion,
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ConfirmLater,
    CorrectCard,
    DeclineConsent,
    Register,
    Registration,
    ReloadFromGosuslugi,
    SignIn,
    SkipPassword,
)

ANOTHER = Way(needs="card", why="gosuslugi.another_person")
"""Once the flow has a card, it is for nobody else."""
SEVERAL = "several_cards_match"


def _prepare(world: World) -> None:
    world.scene.registered(BORIS)
    somebody_at_gosuslugi(world)


def _registers_elsewhere(world: World) -> Act:
    """In another browser she was quicker."""
    other = world.scene.at_gosuslugi(AT_HOME).id
    world.portal.gosuslugi.returned(other, TWO_CARDS, f"elsewhere {world.version}")
    world.portal.operator.resolve_ambiguity(other, "a")
    return fact(partial(world.portal.operator.resolve_ambiguity, world.flow, "a"))


def _corrects(field: FieldName, *values: str, late: int = 0) -> Ready:
    """A change to the card that is on the screen, or to one that it was before."""

    def correction(world: World) -> CorrectCard:
        card = shown(world)
        changes: dict[FieldName, str | None] = {field: other_than(card["fields"][field]["value"], *values)}
        return CorrectCard(changes=changes, revision=card["revision"] - late)

    return sends(correction)


def _confirms_what_was_missing(world: World) -> Act:
    """The date of birth was entered meanwhile, in «Мои карты»."""
    items = shown(world)
    if items["fields"]["birth_date"]["value"] is None:
        dated = Edit(changes={FieldName.BIRTH_DATE: "12.08.2000"}, revision=items["revision"])
        world.portal.send(items["card"], dated)
    return partial(world.send, ConfirmCard())


PLAN = Plan(
    Registration,
    begins=(begin("opens the portal", BeginRegistration(), Registration, _prepare),),
    deeds=(
        *LEG,
        person(ChooseRegion(region="74")),
        person(ChooseRegion(region="00"), Way(why="region.unknown"), name="chooses no region"),
        person(ChooseRegion(region="77"), Way(why="region.closed"), name="chooses a region that is not served"),
        person(ChangeRegion),
        person(Register),
        person(SignIn),
        person(CloseConsent),
        person(accepting()),
        person(AcceptConsent(**STALE), Way(why="consent.stale"), name="accepts an old text"),
        person(DeclineConsent(**accepting().model_dump())),
        person(DeclineConsent(**STALE), Way(why="consent.stale"), name="declines an old text"),
        comes_back("she comes back", HER, Way(adds="card", drops="undated")),
        comes_back("she comes back without a date of birth", UNDATED, Way(adds="card undated")),
        comes_back("she comes back, not confirmed", untrusted(HER), Way(yes="account_unconfirmed")),
        comes_back("somebody registered comes back", BORIS, ANOTHER, Way(yes="registered_before")),
        comes_back(
            "somebody registered comes back, not confirmed",
            untrusted(BORIS),
            ANOTHER,
            Way(yes="account_unconfirmed registered_before"),
        ),
        comes_back(
            "she comes back, with two cards",
            TWO_CARDS,
            Way(needs="card", drops="undated"),
            Way(yes=SEVERAL, effects="AlarmAmbiguousCard"),
        ),
        comes_back(
            "she comes back, with two cards and no date of birth",
            TWO_CARDS_UNDATED,
            Way(needs="card", adds="undated"),
            Way(yes=SEVERAL, effects="AlarmAmbiguousCard", adds="undated"),
        ),
        support_finds(Way(adds="card")),
        deed("support is slower than she", AmbiguityResolved, _registers_elsewhere, Way(yes="registered_before")),
        deed("corrects the policy", CorrectCard, _corrects(FieldName.POLICY, *POLICIES)),
        deed("corrects the name", CorrectCard, _corrects(FieldName.LAST_NAME, "Иная"), Way(why="card.field_verified")),
        deed(
            "corrects an old card", CorrectCard, _corrects(FieldName.POLICY, *POLICIES, late=1), Way(why="card.stale")
        ),
        person(ReloadFromGosuslugi),
        person(ConfirmCard, Way(needs="undated", why="card.required_invalid"), Way()),
        deed("confirms what was missing", ConfirmCard, _confirms_what_was_missing, Way(drops="undated")),
        person(ConfirmLater),
        person(SetPassword(password=PASSWORD, repeat=PASSWORD)),
        person(SetPassword(password=PASSWORD, repeat="2"), Way(why="password.differ"), name="mistypes the password"),
        person(SkipPassword),
        time_is_over(Way(needs="card", yes="account_exists"), Way()),
    ),
    never=SMS_NEVER
    | {
        "consent/accept_consent/* > gosuslugi/expire/registered": "Учётной записи ещё нет: истекает без неё.",
        "card_review/reload_from_gosuslugi/* > gosuslugi/expire/expired": "Учётная запись уже есть, и она остаётся.",
        "card_review/reload_from_gosuslugi/* > gosuslugi/identity_confirmed/a*": (
            "Карта уже открыта этой регистрацией: её не ищут заново, и вернуться может лишь её хозяин."
        ),
    },
)
