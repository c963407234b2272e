// Bun.serve: bun bun-serve.mjs PORT
Bun.serve({
  port: Number(process.argv[2]),
  hostname: '127.0.0.1',
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('', { status: 400 })),
  websocket: {
    perMessageDeflate: true,
    maxPayloadLength: 1 << 26,
    message(socket, data) {
      if (data === 'close') socket.close(4001, 'bye');
      else socket.send(data, true);
    },
  },
});
