/** The files of vectors, by name: the bundler puts them in. */
import close from '../../../test-vectors/vectors/close.json' with { type: 'json' };
import control from '../../../test-vectors/vectors/control.json' with { type: 'json' };
import deflate from '../../../test-vectors/vectors/deflate.json' with { type: 'json' };
import eof from '../../../test-vectors/vectors/eof.json' with { type: 'json' };
import fragmentation from '../../../test-vectors/vectors/fragmentation.json' with { type: 'json' };
import frames from '../../../test-vectors/vectors/frames.json' with { type: 'json' };
import handshake from '../../../test-vectors/vectors/handshake.json' with { type: 'json' };
import lengths from '../../../test-vectors/vectors/lengths.json' with { type: 'json' };
import limits from '../../../test-vectors/vectors/limits.json' with { type: 'json' };
import masking from '../../../test-vectors/vectors/masking.json' with { type: 'json' };
import precedence from '../../../test-vectors/vectors/precedence.json' with { type: 'json' };
import utf8 from '../../../test-vectors/vectors/utf8.json' with { type: 'json' };

const connection = { close, control, eof, fragmentation, frames, lengths, limits, masking, precedence, utf8 };

export const files: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries({ ...connection, deflate, handshake }).map(([name, file]) => [`${name}.json`, file]),
);

/** Those of a connection. */
export const connectionFiles: readonly unknown[] = Object.values(connection);
