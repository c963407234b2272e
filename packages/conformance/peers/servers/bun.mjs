Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response('a WebSocket is wanted', { status: 400 }),
  websocket: {
    perMessageDeflate: true,
    maxPayloadLength: 2 ** 26,
    backpressureLimit: 2 ** 26,
    message: (socket, message) => {
      socket.send(message, true);
    },
  },
});
