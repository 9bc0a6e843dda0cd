"""`registratura serve`: the portal in a browser, if the libraries of the extra `web` are there."""

from __future__ import annotations

from registratura.host.terminal.failures import Complaint

MISSING = (
    "Не хватает библиотеки {name}: без неё портал в браузере не открыть.\n"
    "Установите всё, что нужно: pip install 'registratura[web]'"
)


def serve_portal(database: str, keys: str | None, ports: tuple[int, int, int]) -> int:
    """Run the three servers until Ctrl-C; gives the exit code."""
    try:
        from registratura.host.terminal.opening import table_names
        from registratura.host.web.ports import PortTaken
        from registratura.host.web.serve import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "registratura").startswith("registratura"):
            raise
        raise Complaint(MISSING.format(name=missing.name)) from missing
    try:
        return serve(database, keys, ports, names=table_names())
    except PortTaken as taken:
        raise Complaint(str(taken)) from None
