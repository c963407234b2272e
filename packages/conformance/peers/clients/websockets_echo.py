import asyncio
import pathlib
import sys

import websockets

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from run_cases import run_cases  # noqa: E402


async def echo(url):
    async with websockets.connect(url, max_size=2**26, ping_interval=None) as socket:
        async for message in socket:
            await socket.send(message)


asyncio.run(run_cases(echo))
