import asyncio
import sys

import websockets


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]), max_size=2**26, ping_interval=None):
        await asyncio.Future()


asyncio.run(main())
