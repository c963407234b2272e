/**
 * tshark's `-z follow,tcp,raw,N`, `follow,tls,raw,N`, `follow,http2,raw,N,M` and all as `yaml`: one stream.
 * The tab before a line tells the two ends apart, but not the client from the server: in
 * `follow,tls` the sides are swapped. The bytes themselves tell.
 */

import { parseBase64, parseHex } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import type { End } from '../protocol/conversation.js';
import { Followed } from './followed.js';
import { InputError, Lines, type Reader } from './reader.js';

/** Reads one stream, or several one after the other. */
export function followRaw(session: Session): Reader {
  const peers: [string | undefined, string | undefined] = [undefined, undefined];
  let stream: Followed | undefined;
  return new Lines(
    (line, number) => {
      const [, mode] = /^Follow: (.*)/.exec(line) ?? [];
      if (mode !== undefined) {
        if (!/^(?:tcp|tls|http2),raw$/.test(mode.trim())) throw new InputError(refusal(mode.trim()));
        stream?.finish();
        stream = undefined;
        return;
      }
      const [, node, address] = /^Node ([01]): (.*)/.exec(line) ?? [];
      if (node !== undefined) {
        peers[node === '0' ? 0 : 1] = address === ':0' ? undefined : address;
        return;
      }
      if (/^(?:=+|Filter: .*|)$/.test(line)) return;
      const bytes = parseHex(line);
      if (bytes === undefined)
        throw new InputError(`line ${number} is not hexadecimal: is this follow,...,raw?`);
      stream ??= new Followed(session, peers);
      stream.receive(line.startsWith('\t') ? 1 : 0, bytes, undefined);
    },
    () => stream?.finish(),
  );
}

/** The reason why a mode of `follow` is not read. */
function refusal(mode: string): string {
  if (/^http,/.test(mode)) return `follow,http ends behind the two heads: use \`-z follow,tcp,raw,N\``;
  return `follow,${mode.replace(/^.*,/, '...,')} loses bytes (all that is no printable character is a dot): use \`raw\` or \`yaml\``;
}

/** A packet of the YAML under way. */
interface Packet {
  end: End;
  timeMs: number | undefined;
  base64: string;
}

/** Reads `follow,tcp,yaml`: the two peers, then packets with times and Base64. */
export function followYaml(session: Session): Reader {
  const peers: [string | undefined, string | undefined] = [undefined, undefined];
  let stream: Followed | undefined;
  let packet: Packet | undefined;
  let peer: End = 0;
  let inPackets = false;
  const finishPacket = (): void => {
    if (packet === undefined || packet.base64 === '') return;
    stream ??= new Followed(session, peers);
    stream.receive(packet.end, parseBase64(packet.base64), packet.timeMs);
    packet = undefined;
  };
  return new Lines(
    (line) => {
      const [, name, value] = /^\s*(?:- )?([a-z]+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) {
        if (packet !== undefined && /^\s+[A-Za-z0-9+/=]+$/.test(line)) packet.base64 += line.trim();
        return;
      }
      if (name === 'peers') {
        finishPacket();
        stream?.finish();
        stream = undefined;
        inPackets = false;
      } else if (name === 'packets') inPackets = true;
      else if (name === 'packet') {
        finishPacket();
        packet = { end: 0, timeMs: undefined, base64: '' };
      } else if (name === 'peer') {
        peer = value === '0' ? 0 : 1;
        if (packet !== undefined && inPackets) packet.end = peer;
      } else if (name === 'host') peers[peer] = value;
      // The port of a client in TLS is 0, and its address empty.
      else if (name === 'port') peers[peer] = peers[peer] === '' ? undefined : `${peers[peer]}:${value}`;
      else if (name === 'timestamp' && packet !== undefined) packet.timeMs = Number(value) * 1000;
    },
    () => {
      finishPacket();
      stream?.finish();
    },
  );
}
