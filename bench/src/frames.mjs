/**
 * Inputs: payloads, frames and streams of them, the same in every run. Written without the
 * packages under test, so that a fault of theirs cannot hide in their input.
 */

/** Length of the chunks that streams are cut into: as much as Node reads from a socket at once. */
export const CHUNK_BYTES = 65536;

export const TEXT = 1;
export const BINARY = 2;
export const PING = 9;
export const PONG = 10;

/**
 * A small pseudo-random generator (xorshift32), for inputs that repeat.
 *
 * @param {number} seed - not 0
 * @returns {() => number} 32 bits a call, unsigned
 */
export function randomSource(seed) {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Words of one to four bytes a character, about half of them ASCII. */
const WORDS = [
  'frame',
  'naïve',
  'мир',
  'of',
  'données',
  '連線',
  'payload',
  'größe',
  '🙂',
  'text',
  'λόγος',
  'mask',
];

/**
 * A payload of exactly so many bytes.
 *
 * @param {'bytes' | 'ascii' | 'mixed'} kind - random bytes, lower-case letters, or words in
 * several scripts
 * @param {number} bytes
 * @param {() => number} random
 * @returns {Buffer}
 */
export function makePayload(kind, bytes, random) {
  const payload = Buffer.alloc(bytes, 'x');
  if (kind === 'bytes') for (let i = 0; i < bytes; i++) payload[i] = random();
  else if (kind === 'ascii') for (let i = 0; i < bytes; i++) payload[i] = 97 + (random() % 26);
  else for (let at = 0; at < bytes - 16; ) at += payload.write(`${WORDS[random() % WORDS.length]} `, at);
  return payload;
}

/**
 * One frame as bytes, RFC 6455 5.2.
 *
 * @param {number} first - FIN, RSV and opcode
 * @param {Uint8Array} payload
 * @param {Uint8Array} [key] - four bytes; without it the frame is not masked
 * @returns {Buffer}
 */
export function makeFrame(first, payload, key) {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const start = 2 + extended + (key === undefined ? 0 : 4);
  const frame = Buffer.alloc(start + length);
  frame[0] = first;
  frame[1] = (key === undefined ? 0 : 0x80) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  if (key !== undefined) frame.set(key, start - 4);
  for (let i = 0; i < length; i++) frame[start + i] = payload[i] ^ (key === undefined ? 0 : key[i & 3]);
  return frame;
}

/**
 * @typedef {object} Traffic
 * @property {Buffer[]} messages - the payloads, unmasked, a message each
 * @property {Buffer[]} frames - the same messages as frames
 */

/**
 * Messages of one kind and the frames that carry them.
 *
 * @param {object} options
 * @param {number} options.count - messages
 * @param {number} options.bytes - of each
 * @param {'bytes' | 'ascii' | 'mixed'} [options.kind]
 * @param {boolean} [options.masked]
 * @param {number} [options.fragment] - cut each message into fragments of so many bytes
 * @returns {Traffic}
 */
export function makeTraffic({ count, bytes, kind = 'bytes', masked = true, fragment = bytes }) {
  const random = randomSource(0x5eed + bytes);
  const opcode = kind === 'bytes' ? BINARY : TEXT;
  const messages = [];
  const frames = [];
  for (let i = 0; i < count; i++) {
    const message = makePayload(kind, bytes, random);
    messages.push(message);
    for (let at = 0; at < bytes; at += fragment) {
      const first = (at === 0 ? opcode : 0) | (at + fragment >= bytes ? 0x80 : 0);
      const key = masked ? Buffer.from(Uint32Array.of(random()).buffer) : undefined;
      frames.push(makeFrame(first, message.subarray(at, at + fragment), key));
    }
  }
  return { messages, frames };
}

/**
 * Chunks that can be read again and again although reading changes them: ws unmasks in the chunk
 * it is given, and so may we. Before each pass their bytes are put back, as the kernel would write
 * them, on nobody's time.
 */
export class Feed {
  /** @type {{ pristine: Buffer, memory: Buffer }[]} */
  #reads = [];
  /** @type {Buffer[]} */
  #chunks = [];

  /**
   * A stream in chunks of 64 KiB, or in shorter ones that share the memory of such a read.
   *
   * @param {Buffer} stream
   * @param {number} [bytes] - of each chunk
   */
  static ofStream(stream, bytes = CHUNK_BYTES) {
    const feed = new Feed();
    for (let from = 0; from < stream.length; from += CHUNK_BYTES) {
      feed.#add(stream.subarray(from, from + CHUNK_BYTES), bytes);
    }
    return feed;
  }

  /**
   * A chunk for each frame, or several where a frame is longer than a read.
   *
   * @param {Buffer[]} frames
   */
  static ofFrames(frames) {
    const feed = new Feed();
    for (const frame of frames) {
      for (let from = 0; from < frame.length; from += CHUNK_BYTES) {
        feed.#add(frame.subarray(from, from + CHUNK_BYTES));
      }
    }
    return feed;
  }

  #add(pristine, bytes = pristine.length) {
    // Memory of its own, as of a read by Node's sockets: neither pooled nor shared.
    const memory = Buffer.allocUnsafeSlow(pristine.length);
    this.#reads.push({ pristine, memory });
    for (let at = 0; at < memory.length; at += bytes) this.#chunks.push(memory.subarray(at, at + bytes));
  }

  /** Puts the bytes back. */
  restore = () => {
    for (const { pristine, memory } of this.#reads) memory.set(pristine);
  };

  /**
   * Gives all chunks, one after the other.
   *
   * @param {(chunk: Buffer) => void} receive
   */
  pass(receive) {
    const chunks = this.#chunks;
    for (let i = 0; i < chunks.length; i++) receive(chunks[i]);
  }
}

/**
 * The output of a sender, with its masking keys taken out: each frame unmasked and its key
 * zeroed. Two senders that draw their keys at random have written the same if these are the same
 * bytes.
 *
 * @param {Buffer} stream - whole frames
 * @returns {Buffer}
 */
export function withoutKeys(stream) {
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; ) {
    const length7 = bytes[at + 1] & 0x7f;
    const extended = length7 < 126 ? 0 : length7 === 126 ? 2 : 8;
    const length =
      extended === 0
        ? length7
        : extended === 2
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    let start = at + 2 + extended;
    if ((bytes[at + 1] & 0x80) !== 0) {
      const key = Buffer.from(bytes.subarray(start, start + 4));
      bytes.fill(0, start, start + 4);
      start += 4;
      for (let i = 0; i < length; i++) bytes[start + i] ^= key[i & 3];
    }
    at = start + length;
  }
  return bytes;
}
