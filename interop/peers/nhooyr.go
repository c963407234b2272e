// nhooyr.io/websocket: nhooyr PORT | URL
package main

import (
	"context"
	"net/http"
	"os"
	"strings"

	"nhooyr.io/websocket"
)

func echo(socket *websocket.Conn) {
	socket.SetReadLimit(1 << 26)
	for {
		kind, data, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		if string(data) == "close" {
			socket.Close(4001, "bye")
		} else if socket.Write(context.Background(), kind, data) != nil {
			return
		}
	}
}

func main() {
	if target := os.Args[1]; strings.HasPrefix(target, "ws:") {
		options := &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover}
		socket, _, err := websocket.Dial(context.Background(), target, options)
		if err != nil {
			panic(err)
		}
		echo(socket)
	} else {
		options := &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover}
		panic(http.ListenAndServe("127.0.0.1:"+target, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if socket, err := websocket.Accept(w, r, options); err == nil {
				echo(socket)
			}
		})))
	}
}
