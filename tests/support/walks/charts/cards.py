"""What a person keeps at the portal: the card and the password."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from support.portal import PASSWORD, accepting
from support.walks.charts.common import (
    CHILD,
    HER,
    POLICIES,
    UNDATED,
    add_child,
    begin,
    comes_in_again,
    deed,
    enter,
    fact,
    found,
    in_time,
    issued,
    known,
    other_than,
    person,
    rest,
    sends,
    shown,
    window,
)
from support.walks.paths import Act, Plan, Ready, Way
from support.walks.world import World

from registratura.domain.card import FieldName
from registratura.domain.identity import Identity
from registratura.flows.clinic_right import ClinicRight, Withdraw
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.errors import StartRefused
from registratura.flows.patient_card import (
    AddRelative,
    CameOfAge,
    ClinicAttached,
    Confirm,
    Delete,
    Edit,
    GosuslugiDataChanged,
    KeepCurrent,
    OpenCard,
    PatientCard,
    TakeNew,
)
from registratura.flows.portal_password import (
    ChangePassword,
    ForgetPassword,
    OpenPassword,
    PortalPassword,
    SetPassword,
)
from registratura.flows.registration import ConfirmCard, SkipPassword
from registratura.host import Caller

OWN = "Совершеннолетия ждут только в карте ребёнка."
CHILDS = "Новости Госуслуг бывают только о своей карте, а 18 лет ждут только в карте ребёнка."
COMPLETE = "Карту ребёнка без обязательных полей не завести."
NOTHING_NEW = "После отзыва согласия ничего нового не берут."
WITHDRAWN = Way(needs="withdrawn", why="consent.withdrawn")
UNDATED_CARD = Way(needs="undated", why="card.required_invalid")


def _own(person: Identity) -> Callable[[World], str]:
    def prepare(world: World) -> str:
        card = known(world, person)
        add_child(world)
        return card

    return prepare


def _edits(field: FieldName, *values: str, late: int = 0) -> Ready:
    """A change to the card as it is shown, or as it was before."""

    def edit(world: World) -> Edit:
        card = shown(world)
        changes: dict[FieldName, str | None] = {field: other_than(card["fields"][field]["value"], *values)}
        return Edit(changes=changes, revision=card["revision"] - late)

    return sends(edit)


def _news(of: Identity) -> Callable[[World], Identity]:
    """She has another mailbox each time."""
    return lambda world: of.model_copy(update={"email": f"news{world.version}@example.org"})


def _withdraw_rights(world: World) -> None:
    with world.portal.engine.asking() as ask:
        rights = ask.of_account(world.record.account or "", ClinicRight)
    for right in rights:
        if right.state != "withdrawn" and right.data.card == world.flow:
            world.portal.send(right.id, Withdraw())


def _attaches(world: World) -> Act:
    """A clinic that has no right to it just now, by a code that is for whoever has it."""
    _withdraw_rights(world)
    with suppress(StartRefused):
        return fact(partial(enter, world, window(world, world.flow), issued(world)))
    return lambda: None


def _withdraw_consent(world: World) -> None:
    with suppress(StartRefused):
        world.portal.start(ConsentWithdrawal, caller=Caller(account=world.record.account))


CARD = Plan(
    PatientCard,
    begins=(
        found("has a card", OpenCard, _own(HER)),
        found("has a card without a date of birth", OpenCard, _own(UNDATED), Way(adds="undated")),
        begin(
            "adds her child",
            AddRelative(fields=CHILD, **accepting().model_dump()),
            PatientCard,
            known,
            Way(adds="child"),
        ),
    ),
    deeds=(
        person(Confirm, UNDATED_CARD, Way()),
        deed("edits the policy", Edit, _edits(FieldName.POLICY, *POLICIES), WITHDRAWN, Way()),
        deed("edits an old card", Edit, _edits(FieldName.POLICY, *POLICIES, late=1), WITHDRAWN, Way(why="card.stale")),
        deed(
            "edits the date of birth",
            Edit,
            _edits(FieldName.BIRTH_DATE, "2019-05-13", "2019-05-14"),
            WITHDRAWN,
            Way(needs="undated", adds="typed", drops="undated"),
            Way(needs="typed"),
            Way(needs="child"),
            Way(why="card.field_verified"),
        ),
        deed(
            "Gosuslugi has news",
            GosuslugiDataChanged,
            comes_in_again(_news(HER)),
            Way(needs="child", nothing=True),
            Way(needs="withdrawn", nothing=True),
            Way(at="unverified", drops="undated typed"),
            Way(),
        ),
        deed(
            "Gosuslugi no longer knows the date of birth",
            GosuslugiDataChanged,
            comes_in_again(_news(UNDATED)),
            Way(needs="child", nothing=True),
            Way(needs="withdrawn", nothing=True),
            Way(at="unverified", needs="typed"),
            Way(at="unverified", adds="undated"),
        ),
        person(TakeNew, WITHDRAWN, Way(drops="typed")),
        deed(
            "takes what is new, having withdrawn the consent",
            TakeNew,
            sends(lambda world: TakeNew(), _withdraw_consent),
            Way(why="consent.withdrawn", adds="withdrawn", drops="right"),
        ),
        person(KeepCurrent),
        deed(
            "a clinic is attached",
            ClinicAttached,
            _attaches,
            Way(needs="withdrawn", nothing=True),
            Way(effects="StartExport", adds="right"),
        ),
        person(Delete(confirmed=True), Way(needs="right", why="card.has_right"), Way()),
        person(
            Delete(),
            Way(needs="right", why="card.has_right card.not_confirmed"),
            Way(why="card.not_confirmed"),
            name="deletes and is not sure",
        ),
        deed(
            "deletes, having withdrawn the rights",
            Delete,
            sends(lambda world: Delete(confirmed=True), _withdraw_rights),
        ),
        deed(
            "half a life goes by",
            CameOfAge,
            in_time,
            Way(needs="child right", effects="NotifyPerson StopExport"),
            Way(needs="child", effects="NotifyPerson"),
            Way(nothing=True),
        ),
    ),
    barred={"confirm": "undated"},
    never={
        "begin/open_card/* > */came_of_age/*": OWN,
        "unverified/gosuslugi_data_changed/* > */came_of_age/*": CHILDS,
        "confirmed/gosuslugi_data_changed/* > */came_of_age/*": CHILDS,
        "differs/* > */came_of_age/*": CHILDS,
        "begin/add_relative/* > */gosuslugi_data_changed/*": CHILDS,
        "differs/take_new/refused > differs/take_new/confirmed": NOTHING_NEW,
        "differs/take_new/refused > differs/gosuslugi_data_changed/*": NOTHING_NEW,
        "differs/take_new/refused > differs/clinic_attached/*": NOTHING_NEW,
        "begin/add_relative/* > unverified/confirm/refused": COMPLETE,
        "unverified/confirm/refused > */came_of_age/*": COMPLETE,
        "unverified/confirm/refused > unverified/confirm/confirmed": (
            "Чего не хватало, того не хватает и сразу после: дополнить карту — это уже переход."
        ),
    },
)


def _no_password(world: World) -> str:
    known(world, HER, (ConfirmCard(), SkipPassword()))
    return world.scene.flow_of(Caller(account=world.notes["account"]), "portal_password")


def _changes(current: str, repeat: str) -> Ready:
    return sends(lambda world: ChangePassword(current=current, password=PASSWORD, repeat=repeat), rest)


PASSWORD_PLAN = Plan(
    PortalPassword,
    begins=(found("has no password", OpenPassword, _no_password),),
    deeds=(
        person(SetPassword(password=PASSWORD, repeat=PASSWORD)),
        person(SetPassword(password=PASSWORD, repeat="2"), Way(why="password.differ"), name="mistypes the password"),
        deed(
            "changes the password",
            ChangePassword,
            _changes(PASSWORD, PASSWORD),
            Way(effects="EndOtherSessions NotifyPerson"),
        ),
        deed("mistypes the new password", ChangePassword, _changes(PASSWORD, "2"), Way(why="password.differ")),
        deed("does not know the password", ChangePassword, _changes("2", PASSWORD), Way(why="password.wrong_current")),
        deed("has forgotten the password", ForgetPassword, comes_in_again(lambda _: HER, forgot=True)),
    ),
)
