# libsoup by its GObject bindings: SOUP=2.4|3.0 python3 soup_peer.py PORT | URL
import os
import sys

import gi

version, target = os.environ["SOUP"], sys.argv[1]
gi.require_version("Soup", version)
from gi.repository import GLib, Soup

loop = GLib.MainLoop()
kept = []


def echo(socket):
    kept.append(socket)
    socket.set_max_incoming_payload_size(1 << 26)

    def message(socket, kind, data):
        if kind == Soup.WebsocketDataType.TEXT and data.get_data() == b"close":
            socket.close(4001, "bye")
        else:
            socket.send_message(kind, data)

    socket.connect("message", message)
    socket.connect("closed", lambda socket: None if target.isdigit() else loop.quit())


if target.isdigit():
    server = Soup.Server()
    connection = lambda arguments: next(a for a in arguments if isinstance(a, Soup.WebsocketConnection))
    server.add_websocket_handler("/", None, None, lambda *arguments: echo(connection(arguments)))
    server.listen_local(int(target), Soup.ServerListenOptions.IPV4_ONLY)
else:
    session = Soup.Session()
    message = Soup.Message.new("GET", target)
    done = lambda session, result, *rest: echo(session.websocket_connect_finish(result))
    priority = [] if version == "2.4" else [GLib.PRIORITY_DEFAULT]
    session.websocket_connect_async(message, None, None, *priority, None, done)
loop.run()
