# Qt 5 by PyQt: python3 qt_peer.py PORT | URL
import sys

from PyQt5.QtCore import QCoreApplication, QUrl
from PyQt5.QtNetwork import QHostAddress
from PyQt5.QtWebSockets import QWebSocket, QWebSocketServer

target = sys.argv[1]
app = QCoreApplication([])
kept = []


def echo(socket):
    kept.append(socket)
    closed = lambda text: socket.close(4001, "bye") if text == "close" else socket.sendTextMessage(text)
    socket.textMessageReceived.connect(closed)
    socket.binaryMessageReceived.connect(socket.sendBinaryMessage)
    if not target.isdigit():
        socket.disconnected.connect(app.quit)


if target.isdigit():
    server = QWebSocketServer("peer", QWebSocketServer.NonSecureMode)
    server.newConnection.connect(lambda: echo(server.nextPendingConnection()))
    server.listen(QHostAddress.LocalHost, int(target))
else:
    socket = QWebSocket()
    echo(socket)
    socket.open(QUrl(target))
app.exec_()
