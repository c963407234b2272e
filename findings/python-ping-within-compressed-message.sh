#!/usr/bin/env bash
# A Ping between the frames of a compressed message, in servers of Python.
#
# Version:   aiohttp 3.14.3, Tornado 6.5.10, wsproto 1.3.2 (PyPI), websockets 17.1 beside them; Python 3.11
# Expected:  control frames may stand between the frames of a message (RFC 6455 5.4), and have nothing to do with its compression
#            (RFC 7692 6.1): a compressed text in two frames arrives, whether or not a Ping is between them
# Behaviour: Tornado ends TCP without a Close; wsproto (under uvicorn, hypercorn, trio-websocket) answers with a Close 1007. Plain messages
#            in frames are not concerned. aiohttp 3.8.4 of Debian 12 answered 1007 too, 3.14.3 does not; websockets is right
# Seen:      aiohttp: echo, with a Ping echo | tornado: echo, with a Ping connection lost | wsproto: echo, with a Ping Close 1007
#            | websockets: echo, with a Ping echo
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --quiet --retries 0 --disable-pip-version-check aiohttp==3.14.3 tornado==6.5.10 wsproto==1.3.2 websockets==17.1

cat >main.py <<'PY'
import asyncio
import zlib

import tornado.web
import tornado.websocket
import websockets
import wsproto
from aiohttp import web
from wsproto.events import AcceptConnection, CloseConnection, Message, Ping, Request
from wsproto.extensions import PerMessageDeflate


async def aiohttp_server():
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    app = web.Application()
    app.router.add_get("/", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site._server.sockets[0].getsockname()[1]


async def tornado_server():
    class Echo(tornado.websocket.WebSocketHandler):
        def get_compression_options(self):
            return {}

        async def on_message(self, message):
            await self.write_message(message)

    server = tornado.web.Application([("/", Echo)]).listen(0, "127.0.0.1")
    return next(iter(server._sockets.values())).getsockname()[1]


async def wsproto_server():
    async def serve(reader, writer):
        socket = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        text = ""
        while data := await reader.read(4096):
            socket.receive_data(data)
            for event in socket.events():
                if isinstance(event, Request):
                    writer.write(socket.send(AcceptConnection(extensions=[PerMessageDeflate()])))
                elif isinstance(event, (Ping, CloseConnection)):
                    writer.write(socket.send(event.response()))
                elif isinstance(event, Message):
                    text += event.data
                    if event.message_finished:
                        writer.write(socket.send(Message(text)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


async def websockets_server():
    async def echo(socket):
        async for message in socket:
            await socket.send(message)

    server = await websockets.serve(echo, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


def frame(first, payload):
    return bytes([first, 0x80 | len(payload), 0, 0, 0, 0]) + payload


async def ask(port, between):
    """Says whether a compressed text in two frames comes back, with these bytes between them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"permessage-deflate" in head, head
    deflate = zlib.compressobj(wbits=-15)
    data = (deflate.compress(b"a text in two frames") + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
    writer.write(frame(0x41, data[:5]) + between + frame(0x80, data[5:]))
    try:
        while True:
            first, length = await asyncio.wait_for(reader.readexactly(2), 3)
            payload = await reader.readexactly(length)
            if first & 15 == 1:
                return "echo"
            if first & 15 == 8:
                return f"Close {int.from_bytes(payload[:2], 'big')}"
    except asyncio.IncompleteReadError:
        return "connection lost"
    except asyncio.TimeoutError:
        return "no answer"
    finally:
        writer.close()


async def main():
    for start in (aiohttp_server, tornado_server, wsproto_server, websockets_server):
        port = await start()
        alone, pinged = await ask(port, b""), await ask(port, frame(0x89, b"?"))
        print(f"{start.__name__.removesuffix('_server')}: {alone}, with a Ping {pinged}")


asyncio.run(main())
PY
venv/bin/python main.py 2>errors.txt | tee seen.txt || { cat errors.txt; exit 1; }
diff - seen.txt <<'TXT'
aiohttp: echo, with a Ping echo
tornado: echo, with a Ping connection lost
wsproto: echo, with a Ping Close 1007
websockets: echo, with a Ping echo
TXT
