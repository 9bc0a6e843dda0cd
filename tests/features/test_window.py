"""A window that was closed is given out again, and whoever gets it finds nothing of who had it before."""

import json
import subprocess
import sys

import pytest

from registratura.features.drivers.browser.chromium import MISSING, found

pytestmark = pytest.mark.skipif(found() is None, reason=MISSING)

# In a process of its own: Playwright's loop is for ever in the thread in which it was started.
PROGRAM = """
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from registratura.features.drivers.browser.window import EMPTY, opened

cookies = []


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        cookies.append(self.headers["cookie"])
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", "session=I was; HttpOnly")
        self.end_headers()
        self.wfile.write(b"<a target=_blank href=/other>other</a><input>")

    def log_message(self, *_):
        pass


LEAVE = '''async () => {
  document.cookie = 'here=I was; path=/';
  localStorage.here = sessionStorage.here = 'I was';
  await caches.open('I was');
  await new Promise(done => indexedDB.open('I was').onsuccess = done);
}'''
FIND = '''async () => ({
  cookie: document.cookie,
  localStorage: {...localStorage},
  sessionStorage: {...sessionStorage},
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map(known => known.name),
  history: history.length,
  typed: document.querySelector('input').value,
})'''
sites = [ThreadingHTTPServer(("127.0.0.1", 0), Site) for _ in range(2)]
for site in sites:
    Thread(target=site.serve_forever, daemon=True).start()


def found(window):
    seen = []
    for host, site in zip(("127.0.0.1", "localhost"), sites):
        window.page.goto(f"http://{host}:{site.server_port}/")
        seen.append(window.page.evaluate(FIND))
        window.page.evaluate(LEAVE)
        window.page.fill("input", "I was")
        with window.page.context.expect_page() as other:
            window.page.click("a")
        other.value.wait_for_load_state()
    return seen


first = opened()
found(first)
left = found(first)
asked = len(first.asked)
first.close()
cookies.clear()
second = opened()
print(json.dumps({
    "left": left,
    "asked": asked,
    "same": second is first,
    "there": [second.page.url, len(second.page.context.pages), [r.url for r in second.asked]],
    "found": found(second),
    "sent": cookies[:1],
    "another": opened() is second,
}))
"""
NOTHING = {"cookie": "", "localStorage": {}, "sessionStorage": {}, "caches": [], "databases": [], "typed": ""}


def test_nothing_is_left_in_a_window_that_was_closed() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    # All of this would be there, if nobody had wiped it.
    for site in seen["left"]:
        assert all(site[name] for name in NOTHING if name != "typed")
    assert seen["asked"] > 4
    assert seen["same"]
    assert seen["there"] == ["about:blank", 1, []]
    assert seen["found"] == [{**NOTHING, "history": 1 + n} for n in (1, 2)]
    assert seen["sent"] == [None]
    assert not seen["another"]
