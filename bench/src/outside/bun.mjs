/**
 * The echo server on the WebSocket that Bun has built in. Runs on Bun only.
 *
 *   bun.mjs PORT
 */
const server = globalThis.Bun.serve({
  port: Number(process.argv[2]),
  hostname: '127.0.0.1',
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response(null, { status: 400 })),
  websocket: {
    message: (socket, message) => {
      socket.send(message);
    },
  },
});
console.log(`listening on ${server.port}`);
