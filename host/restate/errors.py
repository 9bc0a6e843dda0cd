"""What can go wrong between the host and Restate."""

from registratura.flows.errors import CallerError, OperatorError


class RestateMissing(OperatorError):
    """The libraries of the extra are not installed."""

    cause = "The library {name} is not installed."
    cure = "Install what Restate needs: pip install 'registratura[restate]'."


class RestateUnavailable(OperatorError):
    """Restate did not answer. What was sent may be on its way all the same."""

    cause = "The Restate at {where} did not answer: {reason}."
    cure = (
        "Look whether its server and the service run; repeat the request under the same idempotency key,"
        " or give it to `portal.send`: it happens once."
    )


class RestateUnregistered(OperatorError):
    """The server knows no such service."""

    cause = "The Restate at {where} does not know the service {service}."
    cure = "Serve `restate_app(portal)` and register it: `register(admin, service)`; docs/restate.md."


class RestateFailed(OperatorError):
    """Restate, or the service behind it, answered that it cannot."""

    cause = "The Restate at {where} answered {status}: {reason}."
    cure = "Look into the log of the service, or of Restate; nothing was written unless the flow says so."


class RequestTooOld(CallerError):
    """Restate delivered it after so long that the answer to its key may have been forgotten."""

    cause = "The request waited in Restate for longer than answers are kept."
    cure = "Look at the flow; if the event is still wanted, send it anew. Nothing was written now."
