"""The driver that plays the portal over HTTP: `behave -D driver=http`, and `-D progress=no` as in production.

*Дано*   in process, on the same storage; what the browser would remember is put into its session
*Когда*  people: the JSON API, Gosuslugi's site and the callback, over a socket; clinics and time: in process
*Тогда*  what people are shown: over the socket. What is stored: in process
"""

from registratura.features.drivers.http.driver import HttpDriver, driver

__all__ = ["HttpDriver", "driver"]
