# Tornado: python3 tornado_peer.py PORT | URL
import asyncio
import sys

from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

target = sys.argv[1]


class Echo(WebSocketHandler):
    def get_compression_options(self):
        return {}

    async def on_message(self, message):
        if message == "close":
            self.close(4001, "bye")
        else:
            await self.write_message(message, isinstance(message, bytes))


async def main():
    if target.isdigit():
        Application([("/", Echo)], websocket_max_message_size=1 << 26).listen(int(target), "127.0.0.1")
        await asyncio.Future()
    socket = await websocket_connect(target, compression_options={}, max_message_size=1 << 26)
    while (message := await socket.read_message()) is not None:
        if message == "close":
            socket.close(4001, "bye")
        else:
            await socket.write_message(message, isinstance(message, bytes))


asyncio.run(main())
