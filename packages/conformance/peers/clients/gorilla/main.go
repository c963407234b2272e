// An echo client on gorilla/websocket: PROGRAM URL COUNT AGENT. The package leaves the validity of text to its user, who checks it here.
package main

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

func atATime() int {
	if number, err := strconv.Atoi(os.Getenv("AT_A_TIME")); err == nil {
		return number
	}
	return 16
}

func echo(target string) {
	dialer := websocket.Dialer{EnableCompression: true}
	socket, _, err := dialer.Dial(target, nil)
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
	count, _ := strconv.Atoi(os.Args[2])
	cases := make(chan int)
	var workers sync.WaitGroup
	for i := atATime(); i > 0; i-- {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for number := range cases {
				echo(fmt.Sprintf("%s/runCase?case=%d&agent=%s", os.Args[1], number, url.QueryEscape(os.Args[3])))
			}
		}()
	}
	for number := 1; number <= count; number++ {
		cases <- number
	}
	close(cases)
	workers.Wait()
}
