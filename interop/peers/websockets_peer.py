# websockets: python3 websockets_peer.py PORT | URL
import asyncio
import sys
import websockets

target = sys.argv[1]


async def echo(socket, path=None):
    async for message in socket:
        if message == "close":
            await socket.close(4001, "bye")
        else:
            await socket.send(message)


async def main():
    if target.isdigit():
        async with websockets.serve(echo, "127.0.0.1", int(target), max_size=1 << 26):
            await asyncio.Future()
    async with websockets.connect(target, max_size=1 << 26) as socket:
        await echo(socket)


asyncio.run(main())
