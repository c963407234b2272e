# websocket-client: python3 websocket_client_peer.py URL
import sys

import websocket

socket = websocket.create_connection(sys.argv[1], timeout=60)
while True:
    opcode, data = socket.recv_data()
    if opcode == websocket.ABNF.OPCODE_CLOSE:
        break
    if opcode == websocket.ABNF.OPCODE_TEXT and data == b"close":
        socket.close(4001, b"bye")
        break
    socket.send(data, opcode)
