// Hex dumps of all kinds: the column of text is never data, whatever it looks like.
import { describe, expect, it } from 'vitest';
import {
  fromClient,
  fromServer,
  inspectAll,
  join,
  messagesOf,
  ofType,
  REQUEST,
  response,
} from './support/events.js';
import { isInstalled, run, write } from './support/tools.js';

/** Text that looks like hexadecimal digits, in rows that end anywhere. */
const TEXT = 'be ef ca fe 00 11 22 ';
const lengths = Array.from({ length: 40 }, (_, index) => index);

describe.each([
  ['xxd', ['xxd']],
  ['xxd -g1', ['xxd', '-g1']],
  ['xxd -c 8 -g 1', ['xxd', '-c', '8', '-g', '1']],
  ['xxd -c 32', ['xxd', '-c', '32']],
  ['xxd -p', ['xxd', '-p']],
  ['xxd -i', ['xxd', '-i']],
  ['hexdump -C', ['hexdump', '-C']],
  ['od -A x -t x1z', ['od', '-A', 'x', '-t', 'x1z']],
  ['od -A x -t x1', ['od', '-A', 'x', '-t', 'x1']],
  ['od -t x1', ['od', '-t', 'x1']],
  ['od -A d -t x1', ['od', '-A', 'd', '-t', 'x1']],
  ['base64', ['base64']],
])('%s', (_, [command, ...args]) => {
  it.skipIf(!isInstalled(command!))('reads what it writes', async () => {
    for (const length of lengths) {
      const text = TEXT.repeat(2).slice(0, length);
      const file = write('dump.bin', join(fromServer(text), fromServer(`${TEXT}${text}`), fromServer('e')));
      const events = await inspectAll(run(command!, ...args, file));
      expect(messagesOf(events)).toEqual([`server: ${text}`, `server: ${TEXT}${text}`, 'server: e']);
    }
  });

  it.skipIf(!isInstalled(command!))('repeats the rows in the place of a star', async () => {
    const text = 'a'.repeat(500);
    const file = write('dump.bin', fromServer(text));
    expect(messagesOf(await inspectAll(run(command!, ...args, file)))).toEqual([`server: ${text}`]);
  });
});

describe('refused, with the reason and another way', () => {
  it.skipIf(!isInstalled('hexdump')).each([
    ['hexdump', /bare hexdump swaps the octets of each pair: use `hexdump -C`/],
    ['od', /bare od prints octal words: use `od -A x -t x1`/],
  ])('bare %s', async (command, words) => {
    const file = write('dump.bin', fromServer('abc'));
    await expect(inspectAll(run(command, file))).rejects.toThrow(words);
  });

  it('curl --trace-ascii', async () => {
    const trace = '<= Recv data, 7 bytes (0x7)\n0000: ..hello\n';
    await expect(inspectAll(trace)).rejects.toThrow(/use `--trace FILE`/);
  });

  it.each([
    ['words', 'some words\nthat are no dump\n', /line 1 is neither/],
    ['a line among digits', '81 05\n68 65 zz\n', /line 2 is neither.*"68 65 zz"/],
    ['rows of fields', '1\thello\n2\tworld\n', /-T jsonraw --no-duplicate-keys/],
    ['JSON of another kind', '{"a": 1}', /JSON or XML of an unknown kind/],
  ])('%s', async (_, text, words) => {
    await expect(inspectAll(text)).rejects.toThrow(words);
  });
});

describe('directions', () => {
  it('curl --trace', async () => {
    const rows = [
      '== Info: Trying 127.0.0.1:8080...',
      '=> Send header, 48 bytes (0x30)',
      ...rowsOf(REQUEST, (at) => `${at.toString(16).padStart(4, '0')}: `),
      '<= Recv header, 34 bytes (0x22)',
      ...rowsOf(response(), (at) => `${at.toString(16).padStart(4, '0')}: `),
      '<= Recv data, 7 bytes (0x7)',
      '0000: 81 05 68 65 6c 6c 6f                            ..hello',
    ];
    // The counts of the head's blocks are those of its rows.
    rows[1] = `=> Send header, ${REQUEST.length} bytes (0x30)`;
    rows[rows.findIndex((row) => row.startsWith('<= Recv header'))] =
      `<= Recv header, ${response().length} bytes (0x22)`;
    expect(messagesOf(await inspectAll(rows.join('\n')))).toEqual(['server: hello']);
  });

  it('socat -x -v: rows end behind 0a, and nine digits of a fraction are microseconds', async () => {
    const text = 'be ef\nca fe';
    const events = await inspectAll(
      [
        '> 2026/11/30 13:40:11.000989917  length=17 from=0 to=16',
        ...socatRows(fromClient(text)),
        '--',
        '< 2026/11/30 13:40:11.000990017  length=13 from=0 to=12',
        ...socatRows(fromServer(text)),
        '--',
      ].join('\n'),
    );
    expect(messagesOf(events)).toEqual([`client: ${text}`, `server: ${text}`]);
    expect(
      ofType(events, 'message').map(({ timeMs }) => timeMs! - Date.parse('2026-11-30T13:40:11')),
    ).toEqual([expect.closeTo(989.917, 2), expect.closeTo(990.017, 2)]);
  });

  it('ngrep -x: rows of 8 and 8 without an offset', async () => {
    const events = await inspectAll(
      [
        'T 127.0.0.1:37128 -> 127.0.0.1:47101 [AP] #4',
        ...ngrepRows(fromClient(TEXT)),
        '',
        'T 127.0.0.1:47101 -> 127.0.0.1:37128 [AP] #5',
        ...ngrepRows(fromServer(TEXT)),
        '',
      ].join('\n'),
    );
    expect(messagesOf(events)).toEqual([`client: ${TEXT}`, `server: ${TEXT}`]);
    expect(ofType(events, 'connection')[0]).toMatchObject({ client: '127.0.0.1:37128' });
  });

  it("I and O as text2pcap's -D has them", async () => {
    const rows = (bytes: Uint8Array): string[] =>
      rowsOf(bytes, (at) => `${at.toString(16).padStart(6, '0')} `);
    const dump = ['O', ...rows(fromClient('question')), 'I', ...rows(fromServer('answer'))].join('\n');
    expect(messagesOf(await inspectAll(dump))).toEqual(['client: question', 'server: answer']);
  });
});

it.each([
  ['digits alone', '8185 37fa213d 7f9f4d5158'],
  ['with colons', '81:85:37:fa:21:3d:7f:9f:4d:51:58'],
  ['capitals', '8185 37FA213D 7F9F4D5158'],
  [
    'an array of C',
    'static const char frame[] = {\n  0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, // head\n  0x7f, 0x9f, 0x4d, 0x51, 0x58 };',
  ],
  ['escapes of a string', '"\\x81\\x85\\x37\\xfa\\x21\\x3d\\x7f\\x9f\\x4d\\x51\\x58"'],
  ['Base64', 'gYU3+iE9f59NUVg='],
])('%s', async (_, text) => {
  expect(messagesOf(await inspectAll(text))).toEqual(['client: Hello']);
});

function hex(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
}

function ascii(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
}

function rowsOf(bytes: Uint8Array, offset: (at: number) => string): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    rows.push(`${offset(at)}${hex(row).join(' ').padEnd(48)} ${ascii(row)}`);
  }
  return rows;
}

/** As socat writes: at most 16 octets, and a new row behind 0a. */
function socatRows(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(10, at);
    const end = Math.min(at + 16, bytes.length, newline < 0 ? bytes.length : newline + 1);
    const row = bytes.subarray(at, end);
    rows.push(` ${hex(row).join(' ').padEnd(49)} ${ascii(row)}`);
    at = end;
  }
  return rows;
}

function ngrepRows(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const [left, right] = [hex(row.subarray(0, 8)).join(' '), hex(row.subarray(8)).join(' ')];
    rows.push(`  ${left.padEnd(23)}    ${right.padEnd(23)}    ${ascii(row)}`);
  }
  return rows;
}

it('Base64 of some megabytes is read', async () => {
  const payload = new Uint8Array(4_000_000).fill(0x61);
  const frame = Buffer.concat([
    Uint8Array.of(0x82, 127, 0, 0, 0, 0),
    Uint8Array.of(0, 0x3d, 0x09, 0),
    payload,
  ]);
  const events = await inspectAll(new TextEncoder().encode(frame.toString('base64')));
  expect(ofType(events, 'frame').map(({ payloadLength }) => payloadLength)).toEqual([4_000_000]);
});
