/** An echo on the codec, with a fault between it and the transport. */
import type { Duplex } from 'node:stream';
import { Connection } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import type { Fault, OwnDeflate } from './fault.js';
import { type Frame, FrameLoop, writeFrame } from './frames.js';

/** What both ends offer and accept. */
export const deflate = permessageDeflate({ engine: nodeZlib(), level: 1 });

/** What was agreed upon, for the codec and for a fault. */
export interface Agreed {
  readonly extensions: NonNullable<ConstructorParameters<typeof Connection>[2]>;
  readonly deflate: OwnDeflate | undefined;
}

/** Nothing agreed. */
export const NOTHING_AGREED: Agreed = { extensions: [], deflate: undefined };

/** Reads from the value of Sec-WebSocket-Extensions in a response how an endpoint may compress. */
export function ownDeflate(response: string, role: 'client' | 'server'): OwnDeflate | undefined {
  const value = /^sec-websocket-extensions:(.*)$/im.exec(response)?.[1];
  if (value === undefined || !value.includes('permessage-deflate')) return undefined;
  const bits = new RegExp(`${role}_max_window_bits="?([0-9]+)`).exec(value)?.[1] ?? '15';
  return { windowBits: Number(bits), takeover: !value.includes(`${role}_no_context_takeover`) };
}

/** Carries a connection over a transport, and echoes what comes, with the fault. */
export function runFaultyEcho(
  transport: Duplex,
  role: 'client' | 'server',
  fault: Fault,
  agreed: Agreed,
  remaining: Uint8Array,
): void {
  const isClient = role === 'client';
  const isDeflated = agreed.deflate !== undefined;
  const both = fault.both?.(isDeflated);
  const hears = both?.hears ?? fault.hears?.(isDeflated);
  const says = both?.says ?? fault.says?.();
  const echoes = fault.echoes?.();
  const keyOf = fault.masksWith?.();
  const [heard, said] = [new FrameLoop(), new FrameLoop()];
  let nth = 0;

  const write = (octets: Uint8Array): void => {
    if (!transport.writableEnded && !transport.destroyed) transport.write(octets);
  };
  const writeFrames = (frames: readonly Frame[]): void => {
    // One write, so that what is wrong comes with what it is wrong about.
    const isMasked = isClient !== (fault.masksWrongly === true);
    if (frames.length > 0) write(Buffer.concat(frames.map((frame) => writeFrame(frame, isMasked, keyOf))));
  };
  const flush = (): void => {
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
      if (says !== undefined) writeFrames(said.read(chunk).flatMap((frame) => says(frame)));
      else if (fault.masksWrongly === true || keyOf !== undefined) writeFrames(said.read(chunk));
      else write(chunk);
    }
    if (connection.transportAction === 'end' && fault.neverEnds !== true) transport.end();
  };
  const echo = (opcode: 1 | 2, payload: Buffer): void => {
    if (fault.resets === true) {
      reset(transport);
      return;
    }
    if (echoes === undefined) {
      connection.sendSlice(opcode, { bytes: payload, start: 0, end: payload.length });
      return;
    }
    flush();
    writeFrames(echoes({ opcode, payload, nth: nth++, deflate: agreed.deflate }));
  };
  const connection = new Connection(
    { role },
    {
      text: (text) => echo(1, Buffer.from(text)),
      binary: (bytes) => echo(2, Buffer.from(bytes)),
      outputAvailable: () => queueMicrotask(flush),
    },
    agreed.extensions,
  );
  const receive = (chunk: Uint8Array): void => {
    if (hears === undefined) connection.receive(chunk);
    else {
      for (const frame of heard.read(chunk).flatMap((each) => hears(each))) {
        connection.receive(writeFrame(frame, !isClient));
      }
    }
    flush();
  };

  transport.on('error', () => {});
  transport.on('data', receive);
  transport.on('end', () => {
    if (fault.saysLast !== undefined) writeFrames(fault.saysLast);
    connection.receiveEof();
    flush();
    if (fault.neverEnds !== true) transport.end();
  });
  writeFrames(fault.saysFirst ?? []);
  if (remaining.length > 0) receive(remaining);
  flush();
  transport.resume();
}

/** TCP's RST, HTTP/2's RST_STREAM, or for TLS an end without a word. */
function reset(transport: Duplex): void {
  if ('resetAndDestroy' in transport && typeof transport.resetAndDestroy === 'function') {
    transport.resetAndDestroy();
  } else transport.destroy();
}
