import asyncio
import logging
import pathlib
import sys

from tornado.websocket import websocket_connect

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from run_cases import run_cases  # noqa: E402


async def echo(url):
    socket = await websocket_connect(url, compression_options={}, max_message_size=2**26)
    while (message := await socket.read_message()) is not None:
        await socket.write_message(message, binary=isinstance(message, bytes))


logging.disable(logging.CRITICAL)
asyncio.run(run_cases(echo))
