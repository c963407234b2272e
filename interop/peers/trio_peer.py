# trio-websocket over wsproto: python3 trio_peer.py PORT | URL
import sys

import trio
from trio_websocket import ConnectionClosed, open_websocket_url, serve_websocket

target = sys.argv[1]


async def echo(socket):
    try:
        while True:
            message = await socket.get_message()
            if message == "close":
                await socket.aclose(4001, "bye")
            else:
                await socket.send_message(message)
    except ConnectionClosed:
        pass


async def accept(request):
    await echo(await request.accept())


async def connect():
    async with open_websocket_url(target, max_message_size=1 << 26) as socket:
        await echo(socket)


if target.isdigit():
    trio.run(lambda: serve_websocket(accept, "127.0.0.1", int(target), None, max_message_size=1 << 26))
else:
    trio.run(connect)
