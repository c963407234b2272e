// An echo client on nhooyr.io/websocket: PROGRAM URL COUNT AGENT. The package hands text over as it came, so that it is checked here.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

func atATime() int {
	if number, err := strconv.Atoi(os.Getenv("AT_A_TIME")); err == nil {
		return number
	}
	return 16
}

func echo(target string) {
	socket, _, err := websocket.Dial(context.Background(), target, &websocket.DialOptions{
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
