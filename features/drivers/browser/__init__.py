"""The driver that plays the portal in Chromium: `behave -D driver=browser`.

*Дано*   in process, on the same storage; what the browser would remember is put into its session
*Когда*  people: by clicking and typing on the pages, at Gosuslugi too; clinics, operators and time: in process
*Тогда*  what people are shown: on the page. What is stored: in process

One browser for the run; a person has a window of their own in every scenario, in which nobody has been, as far as it
remembers: see `window.py`. What many devices send in one moment goes by the API beside the windows, in which people
press one button after the other: Playwright serves one thread, and whoever is first must not be decided by it.
"""

from registratura.features.drivers.browser.driver import BrowserDriver, driver

__all__ = ["BrowserDriver", "driver"]
