# aiohttp: python3 aiohttp_peer.py PORT | URL
import asyncio
import sys

import aiohttp
from aiohttp import web

target = sys.argv[1]


async def echo(socket):
    async for message in socket:
        if message.type == aiohttp.WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        elif message.type == aiohttp.WSMsgType.TEXT and message.data == "close":
            await socket.close(code=4001, message=b"bye")
        elif message.type == aiohttp.WSMsgType.TEXT:
            await socket.send_str(message.data)


async def handle(request):
    socket = web.WebSocketResponse(max_msg_size=1 << 26)
    await socket.prepare(request)
    await echo(socket)
    return socket


async def connect():
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(target, max_msg_size=1 << 26, compress=15) as socket:
            await echo(socket)


if target.isdigit():
    app = web.Application()
    app.router.add_get("/", handle)
    web.run_app(app, host="127.0.0.1", port=int(target), print=None)
else:
    asyncio.run(connect())
