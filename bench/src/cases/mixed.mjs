/**
 * One process that is server and client at once, with every form of messages, and with compression:
 * how many times slower each side is there than in a process that does one thing only.
 */
const OF = [
  'receive/16B/borrowed',
  'receive/16B/array',
  'receive/125B/string',
  'receive/1MiB/streamed',
  'receive/16B/drip',
  'receive/client/16B/borrowed',
  'receive/single/binary/125B',
  'receive/single/text/16B',
  'send/16B/text/server',
  'send/16B/text/client',
  'send/1KiB/binary/client',
  'deflate/1KiB/1',
];

/** @type {import('../runner.mjs').Case[]} */
export const mixedCases = OF.map((of) => ({ id: `mixed/${of}`, of, peer: 'ws', unit: 'times alone' }));
