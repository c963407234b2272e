import asyncio
import logging
import sys

from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    def get_compression_options(self):
        return {}

    def check_origin(self, origin):
        return True

    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def main():
    logging.disable(logging.CRITICAL)
    Application([("/", Echo)], websocket_max_message_size=2**26).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Future()


asyncio.run(main())
