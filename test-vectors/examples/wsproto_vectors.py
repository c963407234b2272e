"""The vectors on wsproto, from the JSON alone: python3 wsproto_vectors.py [FILE...]

Prints how many vectors wsproto passes, each in both roles and with its input cut in every way, and which it answers otherwise.
Needs nothing but wsproto (Debian: python3-wsproto). Only Endpoint is about wsproto: write your own, and the rest stays.
"""

import json
import pathlib
import sys

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

FOLDER = pathlib.Path(__file__).parent.parent / "vectors"
FILES = "frames lengths control close utf8 fragmentation masking limits precedence eof".split()


class Endpoint:
    """wsproto, which reports what came, and leaves answers to whoever uses it."""

    def __init__(self, role):
        kind = ConnectionType.SERVER if role == "server" else ConnectionType.CLIENT
        self.connection = Connection(kind)
        self.events = []
        self.output = b""
        self.message = None
        self.over = False

    def receive(self, chunk):
        if self.over:
            return
        self.connection.receive_data(chunk)
        for event in self.connection.events():
            self.handle(event)
            if self.over:
                break

    def eof(self):
        if not self.over:
            self.over = True
            self.events.append({"type": "end", "clean": False, "code": 1006})

    def handle(self, event):
        if isinstance(event, (TextMessage, BytesMessage)):
            self.message = event.data if self.message is None else self.message + event.data
            if event.message_finished:
                kind = "text" if isinstance(event, TextMessage) else "binary"
                data = self.message if kind == "text" else bytes(self.message)
                self.events.append({"type": kind, "data": data})
                self.message = None
        elif isinstance(event, (Ping, Pong)):
            kind = "ping" if isinstance(event, Ping) else "pong"
            self.events.append({"type": kind, "data": bytes(event.payload)})
            if kind == "ping":
                self.output += self.connection.send(event.response())
        elif isinstance(event, CloseConnection):
            self.over = True
            code = int(event.code)
            if self.connection.state is ConnectionState.REMOTE_CLOSING:
                self.events.append({"type": "close", "code": code, "reason": event.reason or ""})
                self.events.append({"type": "end", "clean": True, "code": code})
                self.output += self.connection.send(event.response())
            else:
                self.events.append({"type": "fail", "closeCode": code})
                self.output += self.connection.send(CloseConnection(code=code))


# What wsproto does not have: limits, and reserved bits that an extension claims.
def is_skipped(vector):
    return "options" in vector


def expand(segments):
    """Bytes are a list of segments: hexadecimal digits with spaces, or a pattern that is repeated."""
    return b"".join(
        bytes.fromhex(part) if isinstance(part, str) else bytes.fromhex(part["repeat"]) * part["times"]
        for part in segments
    )


def frame_starts(data):
    """Where each frame begins, and where its header ends, as far as headers can be followed."""
    at = 0
    while at + 2 <= len(data):
        width = {126: 2, 127: 8}.get(data[at + 1] & 127, 0)
        if at + 2 + width > len(data):
            return
        length = int.from_bytes(data[at + 2 : at + 2 + width], "big") if width else data[at + 1] & 127
        end = at + 2 + width + (4 if data[at + 1] & 128 else 0)
        yield at, end
        at = end + length


def splits(data):
    """The input whole, a byte at a time, and in two parts wherever something can go wrong."""
    size = len(data)
    if size == 0:
        yield []
        return
    yield [data]
    if size == 1:
        return
    yield [data[at : at + 1] for at in range(size)]
    cuts = set(range(1, size))
    if size > 1024:
        cuts = set(range(1, 33)) | set(range(size - 16, size))
        for start, end in frame_starts(data):
            cuts |= set(range(start - 1, end + 2))
    for at in sorted(cuts & set(range(1, size))):
        yield [data[:at], data[at:]]


def normalized(event):
    """An expected event with bytes in place of segments, without names, offsets and what else the RFC leaves open."""
    kind = event["type"]
    if kind == "text":
        return {"type": kind, "data": event["data"] if "data" in event else expand(event["bytes"]).decode()}
    if kind in ("binary", "ping", "pong"):
        return {"type": kind, "data": expand(event["data"])}
    if kind == "fail":
        return {"type": kind, "closeCode": event["closeCode"]}
    return {key: value for key, value in event.items() if key != "truncated"}


def frames(data):
    """First byte and unmasked payload of each frame; of a Close only the status code."""
    result = []
    for start, end in frame_starts(data):
        size = data[start + 1] & 127
        if size > 125:
            size = int.from_bytes(data[start + 2 : start + (4 if size == 126 else 10)], "big")
        key = data[end - 4 : end] if data[start + 1] & 128 else bytes(4)
        payload = bytes(byte ^ key[i & 3] for i, byte in enumerate(data[end : end + size]))
        result.append((data[start], payload[:2] if data[start] & 15 == 8 else payload))
    return result


def run(vector, role):
    """Why a vector is not passed; None if it is, however its input is cut."""
    events = vector["events"]
    expected = [normalized(event) for event in (events if isinstance(events, list) else events[role])]
    output = frames(expand(vector.get("output", {}).get(role, [])))
    for chunks in splits(expand(vector["input"][role])):
        endpoint = Endpoint(role)
        try:
            for chunk in chunks:
                endpoint.receive(chunk)
            if vector.get("eof"):
                endpoint.eof()
        except Exception as error:  # whatever it is, it must not be thrown for bytes of a peer
            return f"threw {error!r}"
        if endpoint.events != expected:
            return f"events {endpoint.events!r:.300}, not {expected!r:.300}"
        if frames(endpoint.output) != output:
            return f"output {frames(endpoint.output)!r:.300}, not {output!r:.300}"
    return None


def main(files):
    passed, skipped, differs = 0, 0, {}
    for name in files or FILES:
        for vector in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["vectors"]:
            for role in vector["input"]:
                if is_skipped(vector):
                    skipped += 1
                    continue
                problem = run(vector, role)
                if problem is None:
                    passed += 1
                else:
                    differs[f"{vector['id']} {role}"] = problem
    for name, problem in differs.items():
        print(f"{name}: {problem}")
    print(f"{passed} passed, {len(differs)} answered otherwise, {skipped} not asked")


if __name__ == "__main__":
    main(sys.argv[1:])
