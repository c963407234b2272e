/** The rows that the README shows, in groups, with a few words for each. */

/**
 * @typedef {object} Group
 * @property {string} title
 * @property {[id: string, words: string][]} rows
 * @property {'ratio' | 'both'} [cells] - the ratio to the peer, or the figures of both sides
 * @property {boolean} [rates] - whether the rows have messages a second
 * @property {boolean} [charted] - whether the chart has them
 */

/** @type {Group[]} */
export const GROUPS = [
  {
    title: "The README's server from outside: CPU time of its process a message",
    rates: true,
    charted: true,
    rows: [
      ['outside/64x1/text/16B', '64 connections, one text of 16 B in flight on each'],
      ['outside/64x1/text/125B', 'the same, text of 125 B'],
      ['outside/64x1/binary/125B', 'the same, binary of 125 B'],
      ['outside/64x1/binary/1KiB', 'the same, binary of 1 KiB'],
      ['outside/16x1/binary/16KiB', '16 connections, one binary of 16 KiB in flight on each'],
      ['outside/4x1/text/1MiB', '4 connections, one text of 1 MiB in flight on each'],
      ['outside/64x16/text/16B', '64 connections, 16 texts of 16 B in flight on each'],
    ],
  },
  {
    title: 'The same against servers that know no rule, and against reading and writing alone',
    rates: true,
    rows: [
      [
        'outside/64x1/text/16B/floor',
        '64 x 1, text of 16 B: ten lines that unmask in the chunk and write it back',
      ],
      ['outside/64x16/text/16B/floor', '64 x 16, the same'],
      ['outside/64x16/text/16B/limit', '64 x 16: reads, counts, and writes as many bytes'],
    ],
  },
  {
    title: 'Memory',
    rows: [
      ['outside/idle/resident', 'resident memory of a connection of that server'],
      ['memory/idle', 'heap of a connection over its bare socket'],
      ['memory/kept/head', 'heap where 60,000 bytes came with the request, against ours with 16'],
      ['memory/kept/chunk', 'heap after a message of 60,000 bytes, against ours after 16'],
    ],
  },
  {
    title: 'Programs written for `ws`, on `@sanssocket/ws`, from outside: CPU time a message, and memory',
    rows: [
      ['facade/64x16/text/16B', 'an echo, 64 connections, 16 texts of 16 B in flight on each'],
      ['facade/64x1/text/16B', 'the same, one in flight'],
      ['facade/16x1/binary/16KiB', '16 connections, one binary of 16 KiB in flight on each'],
      ['facade/4x1/text/1MiB', '4 connections, one text of 1 MiB in flight on each'],
      ['facade/socket.io/64x16', 'an echo of socket.io, 64 connections, 16 texts in flight on each'],
      ['facade/socket.io/64x1', 'the same, one in flight'],
      ['facade/idle', 'heap of a connection over its bare socket'],
    ],
  },
  {
    title: 'One message a chunk, received',
    charted: true,
    rows: [
      ['receive/single/binary/65B', 'binary of 65 B, as array'],
      ['receive/single/binary/125B', 'of 125 B'],
      ['receive/single/binary/1KiB', 'of 1 KiB'],
      ['receive/single/binary/4KiB', 'of 4 KiB'],
      ['receive/single/binary/16KiB', 'of 16 KiB'],
      ['receive/single/binary/64KiB', 'of 64 KiB'],
      ['receive/single/binary/1MiB', 'of 1 MiB'],
      ['receive/single/binary/1KiB/transferInput', 'of 1 KiB, with `transferInput` and `allocate`'],
      ['receive/single/binary/16KiB/transferInput', 'of 16 KiB, with the same'],
      ['receive/single/text/16B', 'text of 16 B, as string'],
      ['receive/single/text/125B', 'of 125 B'],
      ['receive/single/text/1KiB', 'of 1 KiB'],
      ['receive/single/borrowed/16B', '16 B, as borrowed slice'],
      ['receive/single/reply/16B', '16 B, and the same sent back'],
    ],
  },
  {
    title: 'Full chunks of 64 KiB, received',
    rows: [
      ['receive/16B/borrowed', '16 B, as borrowed slices'],
      ['receive/16B/array', '16 B, as arrays'],
      ['receive/16B/string', '16 B, as strings'],
      ['receive/125B/string', '125 B, as strings'],
      ['receive/1KiB/array', '1 KiB, as arrays'],
      ['receive/16KiB/array', '16 KiB, as arrays'],
      ['receive/16KiB/array/transferInput', '16 KiB, with `transferInput` and `allocate`'],
      ['receive/1MiB/text/ascii', '1 MiB of ASCII text, read once'],
      ['receive/1MiB/text/mixed', '1 MiB of text in many scripts, read once'],
      ['receive/1MiB/fragments64B', '1 MiB in fragments of 64 B'],
      ['receive/1MiB/streamed', '1 MiB, streamed; ws assembles it'],
      ['receive/16B/drip', '16 B, one byte a chunk'],
      ['receive/client/16B/borrowed', 'client: 16 B, as borrowed slices'],
      ['receive/client/125B/string', 'client: 125 B, as strings'],
    ],
  },
  {
    title: 'Sent, in batches unless said otherwise',
    charted: true,
    rows: [
      ['send/16B/text/server', 'text of 16 B, as server'],
      ['send/16B/text/client', 'as client'],
      ['send/single/16B/text/server', 'as server, each written at once'],
      ['send/1KiB/binary/client', 'binary of 1 KiB, as client'],
      ['send/64KiB/binary/client', 'of 64 KiB, as client'],
      ['send/64KiB/binary/client/allocate', 'of 64 KiB, as client, with `allocate`'],
      ['send/16KiB/binary/server', 'of 16 KiB, as server, copied; ws sends by reference'],
      ['send/16KiB/binary/server/zeroCopy', 'by reference'],
      ['broadcast/128B/1000', 'a text of 128 B to 1,000 connections'],
    ],
  },
  {
    title: 'Opening handshake, against websocket-driver',
    rows: [
      ['handshake/server', 'server, bytes to bytes'],
      ['handshake/client', 'client, bytes to bytes'],
    ],
  },
  {
    title: 'permessage-deflate, both ways',
    rows: [
      ['deflate/1KiB/1', 'JSON of 1 KiB on one connection'],
      ['deflate/16KiB/1', 'of 16 KiB'],
      ['deflate/1KiB/1000', 'of 1 KiB on 1,000 connections'],
      ['deflate/memory', 'resident memory of a connection'],
    ],
  },
  {
    title: 'Native code',
    rows: [
      ['receive/16B/borrowed/wslay', '16 B received, against wslay in C'],
      ['mask/64B', '64 B masked in place, against bufferutil'],
      ['mask/1KiB', '1 KiB'],
      ['mask/16KiB', '16 KiB'],
    ],
  },
  {
    title: 'Ours right after a full collection, against itself before',
    rows: [
      ['after-gc/receive/16B/borrowed', '16 B received, as borrowed slices'],
      ['after-gc/receive/client/16B/borrowed', 'the same as client'],
      ['after-gc/receive/16B/string', '16 B received, as strings'],
      ['after-gc/receive/single/binary/125B', '125 B received, one a chunk'],
      ['after-gc/send/16B/text/server', 'text of 16 B sent, as server'],
      ['after-gc/send/16B/text/client', 'as client'],
      ['after-gc/broadcast/128B/1000', 'broadcast'],
      ['after-gc/handshake/server', 'handshake, server'],
      ['after-gc/handshake/client', 'handshake, client'],
    ],
  },
  {
    title: 'Full collections during 100,000 echoes of 16 KiB, ours / `ws`',
    cells: 'both',
    rows: [['outside/16KiB/collections', "the README's server"]],
  },
  {
    title: 'Times as slow in a process that does all of these as in one of its own, ours / `ws`',
    cells: 'both',
    rows: [
      ['mixed/receive/16B/borrowed', '16 B received, as borrowed slices'],
      ['mixed/receive/16B/array', '16 B received, as arrays'],
      ['mixed/receive/125B/string', '125 B received, as strings'],
      ['mixed/receive/1MiB/streamed', '1 MiB received, streamed'],
      ['mixed/receive/16B/drip', '16 B received, one byte a chunk'],
      ['mixed/receive/client/16B/borrowed', 'client: 16 B received'],
      ['mixed/receive/single/binary/125B', '125 B received, one a chunk'],
      ['mixed/receive/single/text/16B', 'text of 16 B received, one a chunk'],
      ['mixed/send/16B/text/server', 'text of 16 B sent, as server'],
      ['mixed/send/16B/text/client', 'as client'],
      ['mixed/send/1KiB/binary/client', '1 KiB sent, as client'],
      ['mixed/deflate/1KiB/1', 'compressed JSON of 1 KiB, both ways'],
    ],
  },
];
