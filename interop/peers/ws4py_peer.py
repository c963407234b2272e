# ws4py on wsgiref, and its threaded client: python3 ws4py_peer.py PORT | URL
import sys
from wsgiref.simple_server import make_server

from ws4py.client.threadedclient import WebSocketClient
from ws4py.server.wsgirefserver import WebSocketWSGIRequestHandler, WSGIServer
from ws4py.server.wsgiutils import WebSocketWSGIApplication
from ws4py.websocket import WebSocket

target = sys.argv[1]


class Echo:
    def received_message(self, message):
        if message.data == b"close" and not message.is_binary:
            self.close(4001, "bye")
        else:
            self.send(message.data, message.is_binary)


class Server(Echo, WebSocket):
    pass


class Client(Echo, WebSocketClient):
    pass


if target.isdigit():
    app = WebSocketWSGIApplication(handler_cls=Server)
    server = make_server("127.0.0.1", int(target), app, WSGIServer, WebSocketWSGIRequestHandler)
    server.initialize_websockets_manager()
    server.serve_forever()
else:
    client = Client(target)
    client.connect()
    client.run_forever()
