// Deno.serve: deno run --allow-net deno-serve.mjs PORT
Deno.serve({ port: Number(Deno.args[0]), hostname: '127.0.0.1' }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (data === 'close') socket.close(4001, 'bye');
    else socket.send(data);
  };
  return response;
});
