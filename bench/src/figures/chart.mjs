/**
 * Draws the README's chart from results: how many times as fast (or small) as the peer on the
 * reference Node, on a logarithmic scale.
 *
 *   npm run chart       results/chart.svg from results/results.json
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHART, RESULTS, readJson } from '../results.mjs';
import { REFERENCE_NODE } from '../runtimes.mjs';
import { GROUPS } from './rows.mjs';

/** Rows with tuned options are in the table only. */
const TUNED = /\/(?:transferInput|allocate|zeroCopy)$/;

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
 * @param {import('../runner.mjs').Row[]} results
 * @returns {string} the SVG
 */
function chartOf(results) {
  const ofNode = results.filter(({ runtime }) => runtime === `node ${REFERENCE_NODE}`);
  const byId = new Map(ofNode.map((row) => [row.case, row.ratio]));
  const groups = GROUPS.filter(({ charted }) => charted)
    .map(({ title, rows }) => [title, rows.filter(([id]) => byId.has(id) && !TUNED.test(id))])
    .filter(([, rows]) => rows.length > 0);
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

/** Draws the chart of the committed results. */
export function drawChart() {
  writeFileSync(CHART, chartOf(readJson(RESULTS)));
  console.log('wrote results/chart.svg');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) drawChart();
