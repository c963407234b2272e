// gorilla/websocket: gorilla PORT | URL
package main

import (
	"net/http"
	"os"
	"strings"

	"github.com/gorilla/websocket"
)

func echo(socket *websocket.Conn) {
	defer socket.Close()
	socket.EnableWriteCompression(true)
	for {
		kind, data, err := socket.ReadMessage()
		if err != nil {
			return
		}
		if string(data) == "close" {
			socket.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4001, "bye"))
		} else if socket.WriteMessage(kind, data) != nil {
			return
		}
	}
}

func main() {
	if target := os.Args[1]; strings.HasPrefix(target, "ws:") {
		dialer := websocket.Dialer{EnableCompression: true}
		socket, _, err := dialer.Dial(target, nil)
		if err != nil {
			panic(err)
		}
		echo(socket)
	} else {
		upgrader := websocket.Upgrader{EnableCompression: true}
		panic(http.ListenAndServe("127.0.0.1:"+target, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if socket, err := upgrader.Upgrade(w, r, nil); err == nil {
				echo(socket)
			}
		})))
	}
}
