"""Personal data is marked, and what is marked is shown nowhere."""

import importlib
import pkgutil
import typing
from collections.abc import Iterator
from datetime import date
from types import UnionType
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError
from rich.pretty import pretty_repr
from support.people import identity

import registratura.domain
from registratura.domain.card import Card, card_from_identity
from registratura.domain.clinics import Document, PatientRef
from registratura.domain.identity import DocumentStatus, Identity, IdentityDocument, PersonName, Policy
from registratura.domain.matching import ClinicCard
from registratura.domain.values import REDACTED, Personal, Secret, Value, personal_fields, secret_fields

CANARY = "Канарейкина"


def models() -> list[type[Value]]:
    """Every value the domain has."""
    for module in pkgutil.iter_modules(registratura.domain.__path__):
        importlib.import_module(f"registratura.domain.{module.name}")
    return [model for model in _descendants(Value) if model.__module__.startswith("registratura.domain")]


def _descendants(model: type[Value]) -> Iterator[type[Value]]:
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)


def inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models anywhere inside an annotation: optional, in lists, in mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is not None:
        for argument in typing.get_args(annotation):
            yield from inner_models(argument)


def unmarked(model: type[BaseModel]) -> list[str]:
    """The fields that hold a model with marked fields and are not marked themselves."""
    marked = personal_fields(model) | secret_fields(model)
    return [
        name
        for name, field in model.model_fields.items()
        if name not in marked and any(_has_marks(inner) for inner in inner_models(field.annotation))
    ]


def _has_marks(model: type[BaseModel]) -> bool:
    marks = personal_fields(model) | secret_fields(model)
    return bool(marks) or any(_has_marks(i) for f in model.model_fields.values() for i in inner_models(f.annotation))


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_field_with_personal_data_inside_is_marked_itself(model: type[Value]) -> None:
    assert unmarked(model) == []


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_value_is_frozen_takes_nothing_unknown_and_hides_its_input(model: type[Value]) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"
    assert model.model_config["hide_input_in_errors"]


def test_the_walk_sees_through_everything_that_may_hold_a_model() -> None:
    class Plain(Value):
        one: PersonName
        perhaps: PersonName | None = None
        several: tuple[PersonName, ...] = ()
        by_key: dict[str, list[PersonName | None]]
        marked: Annotated[PersonName | None, Personal] = None
        text: str = ""

    class Outer(Value):
        inner: Plain

    assert unmarked(Plain) == ["one", "perhaps", "several", "by_key"]
    assert unmarked(Outer) == ["inner"]


def test_the_domain_marks_what_152_fz_calls_personal() -> None:
    marked = {model.__name__: set(personal_fields(model)) for model in models() if personal_fields(model)}
    person = {"oid", "name", "birth_date", "gender", "snils", "phone", "email", "policy", "documents"}
    assert marked == {
        "PersonName": {"last", "first", "middle"},
        "Policy": {"number"},
        "IdentityDocument": {"number"},
        "Identity": person,
        "CardField": {"value"},
        "Card": {"fields"},
        "PatientRef": {"name", "birth_date", "snils"},
        "ClinicCard": {"name", "birth_date", "snils", "policy"},
        "Document": {"title", "body"},
    }


NAME = PersonName(last=CANARY, first=CANARY, middle=CANARY)
SAMPLES: list[Value] = [
    NAME,
    Policy(number=CANARY, kind="old"),
    IdentityDocument(kind="RF_PASSPORT", status=DocumentStatus.VERIFIED, number=CANARY),
    identity(name=NAME, oid=CANARY, snils=CANARY, phone=CANARY, email=CANARY, policy=Policy(number=CANARY)),
    card_from_identity(identity(name=NAME, snils=CANARY)),
    PatientRef(name=NAME, birth_date=date(2000, 8, 12), snils=CANARY),
    ClinicCard(ref="1", name=NAME, birth_date=date(2000, 8, 12), snils=CANARY, policy=CANARY),
    Document(title=CANARY, kind="lab", issued_on=date(2026, 3, 2), body=CANARY),
]


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_no_way_of_showing_a_value_shows_the_person(value: Value) -> None:
    ways = [repr(value), str(value), f"{value}", "%s" % value, repr([value]), repr({"a": value})]  # noqa: UP031 -- a way
    assert all(CANARY not in way and REDACTED in way for way in ways)
    assert CANARY not in pretty_repr(value)


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_the_date_of_birth_is_shown_no_more_than_the_name(value: Value) -> None:
    assert "2000" not in repr(value)


def test_the_walk_of_samples_leaves_no_marked_model_out() -> None:
    shown = {type(value) for value in SAMPLES} | {type(field) for field in SAMPLES[4].fields.values()}  # type: ignore[attr-defined]
    assert {model for model in models() if personal_fields(model)} == shown
    assert CANARY not in "".join(map(repr, SAMPLES[4].fields.values()))  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_about_any_field_names_the_field_and_not_what_was_in_it(value: Value) -> None:
    with pytest.raises(ValidationError) as error:
        type(value).model_validate({name: [CANARY, CANARY] for name in type(value).model_fields})
    assert CANARY not in str(error.value)
    assert CANARY not in repr(error.value)
    assert all(CANARY not in str(problem) for problem in error.value.errors(include_input=False))


def test_an_error_deep_inside_a_value_does_not_show_it_either() -> None:
    card = card_from_identity(identity())
    broken = card.model_dump(mode="json")
    broken["fields"]["last_name"] |= {"value": CANARY, "status": "missing"}
    for parse in (
        lambda: Card.model_validate(broken),
        lambda: Identity.model_validate({"name": {"last": CANARY + "1"}}),
    ):
        with pytest.raises(ValidationError) as error:
            parse()
        assert CANARY not in f"{error.value} {error.value!r}"


def test_a_secret_is_hidden_like_a_person() -> None:
    class Pressed(Value):
        password: Annotated[str, Secret]
        button: str

    assert repr(Pressed(password=CANARY, button="сохранить")) == "Pressed(password='•••', button='сохранить')"
    assert secret_fields(Pressed) == {"password"}


def test_nothing_is_not_hidden_so_that_a_gap_shows() -> None:
    assert "snils=None" in repr(identity(snils=None))


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_a_value_is_the_same_after_it_was_stored(value: Value) -> None:
    assert type(value).model_validate_json(value.model_dump_json()) == value


def test_the_marks_are_told_apart_where_they_are_shown() -> None:
    assert (repr(Personal), repr(Secret)) == ("Personal", "Secret")
