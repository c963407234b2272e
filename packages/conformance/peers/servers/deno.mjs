Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.args[0]), onListen: () => {} }, (request) => {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
    return new Response('a WebSocket is wanted', { status: 400 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  socket.onerror = () => {};
  return response;
});
