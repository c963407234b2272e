// The runtime's own WebSocket, as a client: sends texts of several sizes, prints the agreed
// extensions and whether all came back.
const [url] = globalThis.Deno?.args ?? process.argv.slice(2);
const texts = [
  '',
  'short',
  'la '.repeat(100),
  JSON.stringify({ values: Array.from({ length: 5000 }, (_, i) => i) }),
];
const socket = new WebSocket(url);
const heard = [];
socket.onopen = () => {
  for (const text of texts) socket.send(text);
};
socket.onmessage = ({ data }) => {
  heard.push(data);
  if (heard.length === texts.length) socket.close(1000, 'enough');
};
socket.onclose = ({ code, wasClean }) => {
  const same = heard.every((text, i) => text === texts[i]);
  console.log(
    JSON.stringify({ extensions: socket.extensions, same, messages: heard.length, code, wasClean }),
  );
};
