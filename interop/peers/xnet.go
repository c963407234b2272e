// golang.org/x/net/websocket: xnet PORT | URL
package main

import (
	"net/http"
	"os"
	"strings"

	"golang.org/x/net/websocket"
)

type message struct {
	data []byte
	kind byte
}

var codec = websocket.Codec{
	Marshal: func(v interface{}) ([]byte, byte, error) { m := v.(*message); return m.data, m.kind, nil },
	Unmarshal: func(data []byte, kind byte, v interface{}) error {
		*v.(*message) = message{data, kind}
		return nil
	},
}

func echo(socket *websocket.Conn) {
	for {
		var m message
		if codec.Receive(socket, &m) != nil {
			return
		}
		if string(m.data) == "close" {
			socket.WriteClose(4001)
			return
		}
		codec.Send(socket, &m)
	}
}

func main() {
	if target := os.Args[1]; strings.HasPrefix(target, "ws:") {
		socket, err := websocket.Dial(target, "", "http://127.0.0.1/")
		if err != nil {
			panic(err)
		}
		echo(socket)
		socket.Close()
	} else {
		// A Server without a function of its own does not ask for an Origin.
		panic(http.ListenAndServe("127.0.0.1:"+target, websocket.Server{Handler: echo}))
	}
}
