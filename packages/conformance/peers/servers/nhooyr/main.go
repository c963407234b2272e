// An echo server on nhooyr.io/websocket. The package hands text over as it came, so that it is checked here.
package main

import (
	"context"
	"net/http"
	"os"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

func echo(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify:   true,
		CompressionMode:      websocket.CompressionContextTakeover,
		CompressionThreshold: 1,
	})
	if err != nil {
		return
	}
	defer socket.Close(websocket.StatusInternalError, "")
	socket.SetReadLimit(1 << 26)
	for {
		kind, message, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		if kind == websocket.MessageText && !utf8.Valid(message) {
			socket.Close(websocket.StatusInvalidFramePayloadData, "")
			return
		}
		if socket.Write(context.Background(), kind, message) != nil {
			return
		}
	}
}

func main() {
	http.HandleFunc("/", echo)
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
