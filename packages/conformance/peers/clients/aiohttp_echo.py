import asyncio
import pathlib
import sys

from aiohttp import ClientSession, WSMsgType

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from run_cases import run_cases  # noqa: E402


async def main():
    async with ClientSession() as session:

        async def echo(url):
            async with session.ws_connect(url, max_msg_size=2**26, compress=15) as socket:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        await socket.send_str(message.data)
                    elif message.type is WSMsgType.BINARY:
                        await socket.send_bytes(message.data)

        await run_cases(echo)


asyncio.run(main())
