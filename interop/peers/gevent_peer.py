# gevent-websocket: python3 gevent_peer.py PORT
import sys

from gevent.pywsgi import WSGIServer
from geventwebsocket.handler import WebSocketHandler


def app(environ, start_response):
    socket = environ["wsgi.websocket"]
    while (message := socket.receive()) is not None:
        if message == "close":
            socket.close(4001, b"bye")
            break
        socket.send(message)
    return []


WSGIServer(("127.0.0.1", int(sys.argv[1])), app, handler_class=WebSocketHandler, log=None).serve_forever()
