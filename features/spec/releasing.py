"""The release that runs here, as a ledger carries it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from registratura.features.spec.arrows import arrows
from registratura.features.spec.declared import refusals
from registratura.features.spec.release import ChartThen, Release, Way
from registratura.features.spec.terms import terms
from registratura.features.spec.words import title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.flow import AnyFlow
from registratura.flows.settings import Settings
from registratura.flows.texts import Texts
from registratura.host.terminal.drawings import path_of


def release(
    flows: Iterable[AnyFlow] = tuple(FLOWS.values()), texts: Texts | None = None, settings: Settings | None = None
) -> Release:
    """What these flows, texts and settings declare; those that are shipped, if nothing else is said."""
    known, chosen = texts or Texts.russian(), settings or Settings()
    consents = {f"consent.{purpose}": consent.text for purpose, consent in chosen.consents.items()}
    return Release(
        version=version("registratura"),
        charts={flow.name: _chart(flow) for flow in flows},
        texts={key: known(key) for key in sorted(known.keys())} | consents,
        terms=terms(chosen),
    )


def _chart(flow: AnyFlow) -> ChartThen:
    return ChartThen(
        title=title_of(flow),
        version=flow.version,
        states={path_of(state): str(state.name) for state in flow.chart.states_map.values()},
        final=tuple(path for path, place in flow.answers.places.items() if place.final),
        events={name: event.title() for name, event in flow.by_name.items()},
        ways=tuple(Way(id=arrow.id, condition=arrow.condition) for arrow in arrows(flow)),
        refusals=tuple(sorted(refusals(flow))),
    )
