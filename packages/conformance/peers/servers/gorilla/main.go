// An echo server on gorilla/websocket. The package leaves the validity of text to its user, who checks it here.
package main

import (
	"net/http"
	"os"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}

func echo(w http.ResponseWriter, r *http.Request) {
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	for {
		kind, message, err := socket.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			reason := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			socket.WriteMessage(websocket.CloseMessage, reason)
			return
		}
		if socket.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func main() {
	http.HandleFunc("/", echo)
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
