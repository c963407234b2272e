// A client and a server in memory, as somebody would write them: prints what both heard.
import { Connection } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { fflate } from '@sanssocket/deflate/fflate';
import { pako } from '@sanssocket/deflate/pako';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import { maskInPlace } from '@sanssocket/mask';

const extension = (engine) => permessageDeflate({ engine, threshold: 0 });
const client = new ClientHandshake('ws://example.com/', { extensions: [extension(pako())] });
const server = new ServerHandshake();
server.receive(client.request.bytes);
const accepted = server.accept({ extensions: [extension(fflate())] });
const outcome = client.receive(accepted.bytes);

const heard = [];
const agreed = (list) => list.map(({ extension }) => extension);
const here = new Connection(
  { role: 'client' },
  { text: (text) => heard.push(text) },
  agreed(outcome.extensions),
);
const there = new Connection(
  { role: 'server' },
  { text: (text) => there.sendText(`${text}!`) },
  agreed(accepted.extensions),
);
here.sendText('la '.repeat(200));
here.sendText('second');
for (const [from, to] of [
  [here, there],
  [there, here],
]) {
  for (let chunk = from.dataToSend(); chunk !== undefined; chunk = from.dataToSend()) to.receive(chunk);
}
const bytes = new Uint8Array(300).fill(1);
maskInPlace(bytes, 0x01010102);
console.log(
  JSON.stringify({
    heard: heard.map((text) => text.length),
    deflated: outcome.extensions.length,
    masked: [bytes[296], bytes[297]],
  }),
);
