/**
 * Draws the README's chart from results: how many times as fast (or small) as the peer, on a
 * logarithmic scale.
 *
 *   npm run chart [-- RESULTS.json CHART.svg]       results/results.json and results/chart.svg by default
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rows of the chart, in groups. A row that the results lack is left out. */
const GROUPS = [
  [
    'Receiving, against ws',
    [
      ['receive/16B/binary/span', '16 B, as borrowed bytes'],
      ['receive/16B/binary/view', '16 B, an array each'],
      ['receive/16B/text/string', '16 B, a string each'],
      ['receive/125B/binary/view', '125 B, an array each'],
      ['receive/1KiB/binary/view', '1 KiB, an array each'],
      ['receive/64KiB/binary/view', '64 KiB, an array each'],
      ['receive/1MiB/binary/streamed', '1 MiB, in pieces'],
      ['receive/1MiB/text/mixed', '1 MiB of mixed text'],
      ['receive/16B/drip', '16 B, one byte a read'],
    ],
  ],
  [
    'Sending, against ws',
    [
      ['send/16B/text/server', '16 B of text, server'],
      ['send/16B/text/client', '16 B of text, client'],
      ['send/1KiB/binary/client', '1 KiB, client'],
      ['send/64KiB/binary/client', '64 KiB, client'],
      ['broadcast/128B/1000', '128 B to 1,000 connections'],
    ],
  ],
  [
    'Echo over TCP, messages a second',
    [
      ['echo/64x16', '64 x 16 in flight, against ws'],
      ['echo/64x1', '64 x 1 in flight, against ws'],
      ['echo/bun/64x16', "64 x 16, against Bun's own server"],
    ],
  ],
  [
    'Memory, handshake',
    [
      ['memory/idle', 'idle connection, against ws'],
      ['handshake/server', 'server, against websocket-driver'],
    ],
  ],
];

const WIDTH = 760;
const LABELS = 250;
const RIGHT = 60;
const ROW = 20;
const TITLE = 30;
const TOP = 14;
const BOTTOM = 30;

/**
 * Colours by the reader's own preference; text and lines in both have a contrast of 4.5 to 1 or
 * more.
 */
const STYLE = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .axis { fill: #59636e; text-anchor: middle; }
  .label, .slow { text-anchor: end; }
  .grid { stroke: #d1d9e0; }
  .one { stroke: #59636e; stroke-width: 1.5; }
  .bar { fill: #0969da; }
  .behind { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .axis { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .one { stroke: #9198a1; }
    .bar { fill: #4493f8; }
    .behind { fill: #db6d28; }
  }`;

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Ticks at 1, 2, 5, 10, ... around the ratios, 1 always among them. */
function ticksFor(ratios) {
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];
  const from = ticks.findLastIndex((tick) => tick <= Math.min(1, ...ratios));
  const to = ticks.findIndex((tick) => tick >= Math.max(2, ...ratios));
  return ticks.slice(Math.max(from, 0), to < 0 ? undefined : to + 1);
}

/**
 * @param {import('./runner.mjs').Row[]} results
 * @returns {string} the SVG
 */
export function drawChart(results) {
  const byId = new Map(results.map((row) => [row.case, row.ratio]));
  const groups = GROUPS.map(([title, rows]) => [title, rows.filter(([id]) => byId.has(id))]).filter(
    ([, rows]) => rows.length > 0,
  );
  const shown = groups.flatMap(([, rows]) => rows.map(([id]) => byId.get(id)));
  const ticks = ticksFor(shown);
  const [low, high] = [Math.log(ticks[0]), Math.log(ticks.at(-1))];
  const x = (ratio) => LABELS + ((Math.log(ratio) - low) / (high - low)) * (WIDTH - LABELS - RIGHT);

  const marks = [];
  let y = TOP;
  for (const [title, rows] of groups) {
    y += TITLE;
    marks.push(`<text class="title" x="0" y="${y - 10}">${escapeXml(title)}</text>`);
    for (const [id, label] of rows) {
      marks.push(bar(byId.get(id), label, y, x));
      y += ROW;
    }
  }
  const grid = ticks.map((tick) => {
    const at = x(tick).toFixed(1);
    const name = tick === 1 ? 'equal' : `${tick}x`;
    return `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP}" y2="${y + 4}"/>
<text class="axis" x="${at}" y="${y + 20}">${name}</text>`;
  });
  const height = y + BOTTOM;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="How many times as fast or small as the peer">
<style>${STYLE}
</style>
${[...grid, ...marks].join('\n')}
</svg>
`;
}

/** A bar from 1 to the ratio: to the right where we are ahead, to the left where we are behind. */
function bar(ratio, label, y, x) {
  const [from, to] = [x(Math.min(1, ratio)), x(Math.max(1, ratio))];
  const behind = ratio < 1;
  const value = `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}x`;
  return `<text class="label" x="${LABELS - 12}" y="${y + 12}">${escapeXml(label)}</text>
<rect class="${behind ? 'behind' : 'bar'}" x="${from.toFixed(1)}" y="${y + 2}" width="${Math.max(1, to - from).toFixed(1)}" height="${ROW - 7}" rx="2"/>
<text${behind ? ' class="slow"' : ''} x="${(behind ? from - 5 : to + 5).toFixed(1)}" y="${y + 12}">${value}</text>`;
}

const results = fileURLToPath(new URL('../results/', import.meta.url));
const here = (file) => resolve(process.env.INIT_CWD ?? '.', file);
const [source = `${results}results.json`, target = `${results}chart.svg`] = process.argv.slice(2).map(here);
writeFileSync(target, drawChart(JSON.parse(readFileSync(source, 'utf8'))));
console.log(`wrote ${target}`);
