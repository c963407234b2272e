/**
 * The echo server on the WebSocket that Deno has built in. Runs on Deno only.
 *
 *   deno.mjs PORT
 */
const { Deno } = globalThis;

Deno.serve(
  {
    port: Number(Deno.args[0]),
    hostname: '127.0.0.1',
    onListen: ({ port }) => console.log(`listening on ${port}`),
  },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  },
);
