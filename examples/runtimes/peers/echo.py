"""Says what it hears: echo.py MODULE URL... is a client, which takes one URL after the other; without URL a server.

MODULE is one of Debian's packages: websockets, aiohttp or tornado.
"""

import asyncio
import sys


async def websockets_client(url):
    from websockets.legacy.client import connect

    async with connect(url, max_size=None) as socket:
        async for message in socket:
            await socket.send(message)


async def websockets_server():
    from websockets.legacy.server import serve

    async def echo(socket, path=None):
        async for message in socket:
            await socket.send(message)

    server = await serve(echo, "127.0.0.1", 0, max_size=None)
    return server.sockets[0].getsockname()[1]


async def aiohttp_echo(socket):
    from aiohttp import WSMsgType

    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        else:
            raise message.data


async def aiohttp_client(url):
    from aiohttp import ClientSession

    async with ClientSession() as session:
        async with session.ws_connect(url, compress=15, max_msg_size=0) as socket:
            await aiohttp_echo(socket)


async def aiohttp_server():
    from aiohttp import web

    async def echo(request):
        socket = web.WebSocketResponse(compress=True, max_msg_size=0)
        await socket.prepare(request)
        await aiohttp_echo(socket)
        return socket

    app = web.Application()
    app.router.add_get("/{name}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site._server.sockets[0].getsockname()[1]


async def tornado_client(url):
    from tornado.websocket import websocket_connect

    socket = await websocket_connect(url, compression_options={})
    while True:
        message = await socket.read_message()
        if message is None:
            break
        await socket.write_message(message, binary=isinstance(message, bytes))


async def tornado_server():
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def get_compression_options(self):
            return {}

        async def on_message(self, message):
            await self.write_message(message, binary=isinstance(message, bytes))

    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([(r"/.*", Echo)])).add_sockets(sockets)
    return sockets[0].getsockname()[1]


async def main(module, urls):
    if not urls:
        print("port", await globals()[f"{module}_server"](), flush=True)
        await asyncio.Event().wait()
    for url in urls:
        await globals()[f"{module}_client"](url)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
