"""The portal as web pages: FastAPI and Jinja2 over the flows' screens, plain forms that work without JavaScript."""

from registratura.host.web.app import create_app
from registratura.host.web.options import WebOptions

__all__ = ["WebOptions", "create_app"]
