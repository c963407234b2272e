// Clients for load: a socket each, and a reader of the server's frames that makes no object for one.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const SAID = Buffer.from('{"type":"said"');
const PRESENCE = Buffer.from('{"type":"presence"');
const WELCOME = Buffer.from('{"type":"welcome"');
const TEXT = Buffer.from('"text":"');
const NOTHING = Buffer.alloc(0);

/** A masked frame, as a client sends it (RFC 6455 5.2). */
function frame(first, payload) {
  const head = payload.length < 126 ? 2 : 4;
  const bytes = Buffer.allocUnsafe(head + 4 + payload.length);
  bytes[0] = first;
  if (head === 2) bytes[1] = 0x80 | payload.length;
  else {
    bytes[1] = 0xfe;
    bytes.writeUInt16BE(payload.length, 2);
  }
  const key = randomBytes(4);
  key.copy(bytes, head);
  for (let at = 0; at < payload.length; at++) bytes[head + 4 + at] = payload[at] ^ key[at & 3];
  return bytes;
}

/** One client. */
export class Client {
  /** When it was let in; undefined before. */
  joinedAt;
  /** Why it is gone: an error, or the code of a Close. */
  gone;
  said = 0;
  bytes = 0;
  #rest = NOTHING;
  #isOpen = false;
  #n = 0;

  /**
   * @param {number} port
   * @param {{ name: string, session?: string, since?: number, onSaid?: (text: string) => void }} options
   */
  constructor(port, options) {
    this.options = options;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const key = randomBytes(16).toString('base64');
    this.socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    this.socket.on('data', (chunk) => this.#receive(chunk));
    this.socket.on('error', (error) => {
      this.gone ??= error.code;
    });
    this.socket.on('close', () => {
      this.gone ??= 'closed';
    });
  }

  say(text) {
    this.#send({ type: 'say', text, n: ++this.#n });
  }

  end() {
    this.gone ??= 'ended';
    this.socket.destroy();
  }

  #send(message) {
    this.socket.write(frame(0x81, Buffer.from(JSON.stringify(message))));
  }

  #receive(chunk) {
    this.bytes += chunk.length;
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#isOpen) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = bytes;
        return;
      }
      const status = bytes.toString('latin1', 9, 12);
      if (status !== '101') this.gone = status;
      this.#isOpen = true;
      bytes = bytes.subarray(end + 4);
      const { name, session, since } = this.options;
      this.#send({ type: 'join', name, ...(session && { session, since }) });
    }
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      if (left < 2) break;
      const short = bytes[at + 1];
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (left < head) break;
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      if (left < head + length) break;
      this.#frame(bytes[at], bytes.subarray(at + head, at + head + length));
      at += head + length;
    }
    this.#rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  #frame(first, payload) {
    if (first === 0x89) this.socket.write(frame(0x8a, payload));
    else if (first === 0x88) {
      this.gone ??= payload.length < 2 ? 'close' : String(payload.readUInt16BE(0));
      this.socket.end(frame(0x88, payload.subarray(0, 2)));
    } else if (begins(payload, SAID)) {
      this.said++;
      const { onSaid } = this.options;
      if (onSaid === undefined) return;
      const start = payload.indexOf(TEXT) + TEXT.length;
      onSaid(payload.toString('latin1', start, payload.indexOf(0x22, start)));
    } else if (!begins(payload, PRESENCE) && begins(payload, WELCOME)) {
      this.joinedAt = performance.now();
      // The session stands in front of the list of people: the rest need not be read.
      const text = payload.toString('latin1', 0, 250);
      this.session = /"session":"([^"]+)"/.exec(text)?.[1];
      this.seq = Number(/"seq":(\d+)/.exec(text)?.[1]);
    }
  }
}

function begins(payload, word) {
  return payload.length >= word.length && payload.compare(word, 0, word.length, 0, word.length) === 0;
}

/** Waits until something holds, or the time is over. */
export async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Clients that come evenly over a time. */
export async function come(count, seconds, make) {
  const clients = [];
  const begin = performance.now();
  while (clients.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - begin) / (seconds * 1000)) * count));
    while (clients.length < due) clients.push(make(clients.length));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return clients;
}

/** The value below which a share of all lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
