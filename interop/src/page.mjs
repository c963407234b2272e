/** The page of the documentation: what came of it, and what is to be known of each implementation. */
import { peers } from './peers.mjs';

const HEAD = `---
title: Who talks to whom
group: Guide
---

# Who talks to whom, and what to know

Our client (\`connect\`) and our server (\`serve\`), on Node, with other implementations, and through proxies. The page is written by
\`npm run interop\` from runs against the versions that it names: those of Debian 12, and those of npm. \`npm run interop -- --only NAME\`
tries one of them again. Programs for all of them, an echo in a few lines each, are in \`interop/peers\`.

| column | what was tried |
|---|---|
| messages | 7 texts and 7 binary messages of 0 to 1,048,576 characters or bytes, with the lengths around each form of a header, and back |
| fragments | a text in three frames that part a letter, with a Ping between them; once more compressed, where that was agreed on |
| Ping | a Ping with 125 bytes, and its Pong |
| compression | permessage-deflate: whether it was agreed on, and whether the other side keeps its context (a text of 2,000 letters comes back three times, then two empty messages) |
| our Close | how the connection ends for us when we close it with 1000 and the reason \`bye\`: the code and reason of the answer |
| its Close | the same, when the other side closes with 4001 \`bye\` |

A cell that is not a plain yes is either a choice (no compression, no reason in the answer) or a fault of the other side, which the last
column names; it also has what was seen of the same versions in other tries. [When it goes wrong](when-it-goes-wrong.md) has the codes.
`;

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** @param {readonly string[]} cells */
const line = (cells) => `| ${cells.map(cell).join(' | ')} |\n`;

const FOUND = ['messages', 'fragments', 'Ping', 'compression', 'our Close', 'its Close'];

/**
 * @param {readonly string[]} names
 * @param {readonly (readonly string[])[]} rows
 */
function table(names, rows) {
  return line(names) + line(names.map(() => '---')) + rows.map(line).join('');
}

/**
 * @param {import('./conversation.mjs').Findings | { failed: string }} found
 * @returns {string[]}
 */
function cellsOf(found) {
  if ('failed' in found) return [`no connection: ${found.failed}`, ...FOUND.slice(1).map(() => '')];
  const { right, wrong, fragments, ping, compression, ourClose, theirClose } = found;
  const messages = wrong.length === 0 ? 'all' : `${right} of ${right + wrong.length}`;
  return [messages, fragments, ping, compression, ourClose, theirClose];
}

/**
 * @param {readonly import('./rows.mjs').Row[]} rows
 * @param {'server' | 'client'} role
 */
function peerTable(rows, role) {
  const noteOf = (/** @type {string} */ name) => {
    const peer = peers.find((one) => one.name === name);
    return (role === 'server' ? peer?.asServer : peer?.asClient) ?? '';
  };
  const sorted = rows
    .filter((row) => row.role === role)
    .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase(), 'en'));
  return table(
    ['implementation', 'version', ...FOUND, 'what to know', 'tried'],
    sorted.map(({ name, source, version, date, found }) => [
      name,
      `${version} (${source})`,
      ...cellsOf(found),
      noteOf(name),
      date,
    ]),
  );
}

/**
 * @param {{ rows: import('./rows.mjs').Row[], between: import('./proxies.mjs').Between[] }} results
 * @returns {string} the page
 */
export function pageOf({ rows, between }) {
  const proxies = table(
    ['proxy', 'way', ...FOUND, 'what to know', 'tried'],
    between.map(({ name, version, way, know, date, found }) => [
      `${name} ${version}`,
      way,
      ...cellsOf(found),
      know,
      date,
    ]),
  );
  return `${HEAD}
## Servers of others, our client

${peerTable(rows, 'server')}
## Clients of others, our server

${peerTable(rows, 'client')}
## Proxies between our ends

Settings are those of \`interop/src/proxies.mjs\`; [Proxies](proxies.md) tells more of what each does to a connection.

${proxies}`;
}
