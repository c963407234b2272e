/**
 * The states of a connection as data (RFC 6455 7.1). Reading and writing are two machines that
 * share only these states, and walking the table would be slow: `test/connection/states.test.ts`
 * holds them to it, each transition and no other, and draws the pictures from it. These are the
 * states by our Close and the peer's, with `transportAction`:
 *
 * ```
 *   state    ours     peer's  action
 *   open     -        -       none
 *   closing  sent     -       none    its messages are still delivered (7.1.3)
 *   closing  in line  heard   none    an asynchronous extension holds the answer back
 *   closing  -        heard   none    the answer is the application's (`autoClose: false`)
 *   closed   sent     heard   server end, client await-eof  the server closes TCP first (7.1.1)
 *   closed   sent     heard   end     TCP has ended, too
 *   closed   sent     -       end     failed (7.1.7)
 *   closed   any      -       end     the transport ended (7.1.4)
 * ```
 */

/** A state of a connection, by the two Close frames. */
export type CloseState = 'open' | 'sent' | 'in line' | 'heard' | 'clean' | 'ended' | 'failed' | 'lost';

/** A thing that happens to a connection. */
export type CloseCause = 'close()' | 'a Close' | 'a fault, fail()' | 'encoded' | 'receiveEof()';

/** A state as a caller sees it. */
interface SeenState {
  readonly state: 'open' | 'closing' | 'closed';
  readonly ours: string;
  readonly peers: string;
  /** `transportAction`, of a server and of a client. */
  readonly action: readonly ['none' | 'end', 'none' | 'await-eof' | 'end'];
  readonly about: string;
}

/** Each state as a caller sees it. */
export const CLOSE_STATES: Readonly<Record<CloseState, SeenState>> = {
  open: { state: 'open', ours: '-', peers: '-', action: ['none', 'none'], about: '' },
  sent: {
    state: 'closing',
    ours: 'sent',
    peers: '-',
    action: ['none', 'none'],
    about: 'its messages are still delivered (7.1.3)',
  },
  'in line': {
    state: 'closing',
    ours: 'in line',
    peers: 'heard',
    action: ['none', 'none'],
    about: 'an asynchronous extension holds the answer back',
  },
  heard: {
    state: 'closing',
    ours: '-',
    peers: 'heard',
    action: ['none', 'none'],
    about: "the answer is the application's (`autoClose: false`)",
  },
  clean: {
    state: 'closed',
    ours: 'sent',
    peers: 'heard',
    action: ['end', 'await-eof'],
    about: 'the server closes TCP first (7.1.1)',
  },
  ended: {
    state: 'closed',
    ours: 'sent',
    peers: 'heard',
    action: ['end', 'end'],
    about: 'TCP has ended, too',
  },
  failed: { state: 'closed', ours: 'sent', peers: '-', action: ['end', 'end'], about: 'failed (7.1.7)' },
  lost: {
    state: 'closed',
    ours: 'any',
    peers: '-',
    action: ['end', 'end'],
    about: 'the transport ended (7.1.4)',
  },
};

/**
 * From each state, by each cause, to the next one. A cause that is not listed changes nothing. A
 * Close that is heard in `open` leads to `clean`, unless something holds the answer back.
 */
export const CLOSE_TRANSITIONS: readonly (readonly [CloseState, CloseCause, CloseState])[] = [
  ['open', 'close()', 'sent'],
  ['open', 'a Close', 'clean'],
  ['open', 'a Close', 'in line'],
  ['open', 'a Close', 'heard'],
  ['open', 'a fault, fail()', 'failed'],
  ['open', 'receiveEof()', 'lost'],
  ['sent', 'a Close', 'clean'],
  ['sent', 'a fault, fail()', 'failed'],
  ['sent', 'receiveEof()', 'lost'],
  ['in line', 'encoded', 'clean'],
  ['in line', 'a fault, fail()', 'failed'],
  ['clean', 'receiveEof()', 'ended'],
  ['heard', 'close()', 'clean'],
  ['heard', 'a fault, fail()', 'failed'],
];
