/** The same echo server on the WebSocket that Bun has built in. Runs on Bun only. */
const server = globalThis.Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response(null, { status: 400 })),
  websocket: {
    message: (socket, message) => {
      socket.send(message);
    },
  },
});
console.log(server.port);
