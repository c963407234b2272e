// An echo server on nhooyr.io/websocket.
package main

import (
	"context"
	"net/http"
	"os"

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
		if err != nil || socket.Write(context.Background(), kind, message) != nil {
			return
		}
	}
}

func main() {
	http.HandleFunc("/", echo)
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
