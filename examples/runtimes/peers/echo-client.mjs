// Says on every connection what it hears, with the runtime's own WebSocket or undici's: `echo-client.mjs [--undici] URL...`.
const args = globalThis.Deno?.args ?? process.argv.slice(2);
const isUndici = args[0] === '--undici';
const WebSocket = isUndici ? (await import('undici')).WebSocket : globalThis.WebSocket;

for (const url of args.slice(isUndici ? 1 : 0)) {
  await new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = resolve;
  });
}
