# SPDX-License-Identifier: Apache-2.0
"""As much of oneM2M over HTTP (TS-0009) as an application needs. Shares nothing with the CSE."""
import http.client
import itertools
import json
import threading
import urllib.parse

_numbers = itertools.count(1)


class Refused(Exception):
    """The CSE answered something that is no 2xxx, or nothing."""

    def __init__(self, what: str, code: int, detail: str):
        super().__init__(f"{what}: {code} {detail}"[:300])
        self.code = code


class Answer:
    def __init__(self, code: int, content, headers):
        self.code, self.content, self.headers = code, content, headers


class Client:
    """One originator at one CSE. A connection per thread; thread-safe."""

    def __init__(self, point_of_access: str, originator: str, timeout_s: float = 15):
        self.url = urllib.parse.urlsplit(point_of_access)
        self.originator, self.timeout_s = originator, timeout_s
        self._local = threading.local()

    def create(self, to, member, attributes, identifier=None):
        types = {"m2m:ae": 2, "m2m:cnt": 3, "m2m:cin": 4, "m2m:acp": 1, "m2m:sub": 23}
        return self.request("POST", to, {member: attributes}, f"application/json;ty={types[member]}", identifier=identifier)

    def retrieve(self, to, **query):
        return self.request("GET", to, query=query)

    def delete(self, to):
        return self.request("DELETE", to)

    def request(self, method, to, content=None, content_type="application/json", query=None, identifier=None) -> Answer:
        path = "/~" + to if to.startswith("/") else "/" + to
        if query:
            path += "?" + urllib.parse.urlencode(query)
        headers = {"X-M2M-Origin": self.originator, "X-M2M-RVI": "3", "Accept": "application/json",
                   "X-M2M-RI": identifier or f"{self.originator}-{next(_numbers)}"}
        body = None
        if content is not None:
            body = json.dumps(content)
            headers["Content-Type"] = content_type
        try:
            response, text = self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise Refused(f"{method} {to}", 0, repr(error)) from error
        code = int(response.headers.get("X-M2M-RSC", 0))
        try:
            answer = json.loads(text) if text else None
        except ValueError as error:
            raise Refused(f"{method} {to}", code, "the answer is no JSON") from error
        if not 2000 <= code < 3000:
            raise Refused(f"{method} {to}", code, text.decode(errors="replace"))
        return Answer(code, answer, response.headers)

    def _exchange(self, method, path, body, headers):
        for attempt in (1, 2):  # an idle connection may have been closed meanwhile
            connection = getattr(self._local, "connection", None)
            fresh = connection is None
            if fresh:
                connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=self.timeout_s)
                self._local.connection = connection
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                return response, response.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._local.connection = None
                connection.close()
                if fresh or attempt == 2:
                    raise
            except OSError:
                self._local.connection = None
                connection.close()
                raise
        raise AssertionError("not reached")
