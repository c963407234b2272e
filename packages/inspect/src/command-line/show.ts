/** Events on their way to the output: chosen, and written as lines of a table or of JSON. */

import pc from 'picocolors';
import type { InspectEvent } from '../model/event.js';
import { type FilterOptions, matches } from './filter.js';
import { jsonLine, type Output } from './output.js';
import { linesOf, type TableOptions } from './table.js';

/** Options of both commands: the choice of events, and how they are shown. */
export interface ShowOptions {
  readonly json?: boolean;
  readonly frames?: boolean;
  readonly messages?: boolean;
  readonly from?: 'client' | 'server';
  readonly opcode?: readonly number[];
  readonly connection?: readonly number[];
  readonly grep?: RegExp;
  readonly preview: number;
  readonly headers?: boolean;
  readonly color?: boolean;
}

/** A function that shows an event, if it is among those that are wanted. */
export function showing(options: ShowOptions, output: Output): (event: InspectEvent) => Promise<void> {
  const view = options.frames ? 'frames' : options.messages ? 'messages' : options.json ? 'all' : 'both';
  const { from, opcode, connection, grep } = options;
  const filter: FilterOptions = {
    view,
    ...(from === undefined ? {} : { from }),
    ...(opcode === undefined ? {} : { opcode }),
    ...(connection === undefined ? {} : { connection }),
    ...(grep === undefined ? {} : { grep }),
  };
  const colors = options.color === undefined ? pc : pc.createColors(options.color);
  const table: TableOptions = { colors, preview: options.preview, headers: options.headers === true };
  return async (event) => {
    if (matches(event, filter)) await output.write(options.json ? jsonLine(event) : linesOf(event, table));
  };
}
