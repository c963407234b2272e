# Autobahn on asyncio: python3 autobahn_peer.py PORT | URL
import asyncio
import sys
from urllib.parse import urlparse

from autobahn.asyncio import websocket as ws
from autobahn.websocket import compress as c

target = sys.argv[1]


class Echo:
    def onMessage(self, payload, isBinary):
        if payload == b"close" and not isBinary:
            self.sendClose(4001, "bye")
        else:
            self.sendMessage(payload, isBinary)

    def onClose(self, clean, code, reason):
        if not target.isdigit():
            asyncio.get_running_loop().stop()


class Server(Echo, ws.WebSocketServerProtocol):
    pass


class Client(Echo, ws.WebSocketClientProtocol):
    pass


def accept_offer(offers):
    return next((c.PerMessageDeflateOfferAccept(o) for o in offers if isinstance(o, c.PerMessageDeflateOffer)), None)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
if target.isdigit():
    factory = ws.WebSocketServerFactory()
    factory.protocol = Server
    factory.setProtocolOptions(perMessageCompressionAccept=accept_offer)
    loop.run_until_complete(loop.create_server(factory, "127.0.0.1", int(target)))
else:
    factory = ws.WebSocketClientFactory(target)
    factory.protocol = Client
    factory.setProtocolOptions(
        perMessageCompressionOffers=[c.PerMessageDeflateOffer()],
        perMessageCompressionAccept=c.PerMessageDeflateResponseAccept,
    )
    loop.run_until_complete(loop.create_connection(factory, "127.0.0.1", urlparse(target).port))
loop.run_forever()
