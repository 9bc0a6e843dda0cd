"""What can be wrong with a request before any flow is asked; they are told as problems like all other errors."""

from __future__ import annotations

from registratura.flows.errors import CallerError, Conflict


class RequestInvalid(CallerError):
    """The request as a whole does not fit: an unknown field, a header of the wrong form. `problems` lists them."""

    cause = "The request is not valid: {summary}."
    cure = "See the OpenAPI document."

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        self.problems = problems
        super().__init__(summary="; ".join(f"{field or 'body'}: {code}" for field, code in problems))


class MethodUnknown(CallerError):
    """The address is right and the method is not."""

    cause = "This address has no such method."
    cure = "It has: {allow}."


class BodyNotJson(CallerError):
    """The body is no JSON, or JSON that can be understood in two ways."""

    cause = "The body is not JSON in UTF-8 with each name once and finite numbers."
    cure = "Send an object as RFC 8259 and RFC 7493 (I-JSON) have it."


class BodyTooLarge(CallerError):
    """The body is longer than any event."""

    cause = "The body is longer than {limit} bytes."
    cure = "No event needs as much."


class MediaTypeUnknown(CallerError):
    """The body is not declared as JSON."""

    cause = "The body is not declared as application/json."
    cure = "Send `Content-Type: application/json`."


class SessionRequired(CallerError):
    """The host knows neither a session nor an account, so there is nobody a flow could belong to."""

    cause = "There is neither a session nor an account."
    cure = "Open the portal first, and send its cookie."


class VersionStale(Conflict):
    """`If-Match` names a version that is no longer the flow's."""

    cause = "The version in If-Match is not the flow's."
    cure = "Read the flow again and repeat what is still wanted."
