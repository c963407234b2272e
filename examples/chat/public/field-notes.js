/** What each field of a frame is, in a sentence of the RFC that defines it. */

const FRAMING = 'RFC 6455, section 5.2';

const NOTES = {
  fin: {
    name: 'FIN',
    sentence:
      'Indicates that this is the final fragment in a message. The first fragment MAY also be the final fragment.',
    source: FRAMING,
  },
  rsv1: {
    name: 'RSV1',
    sentence:
      'On a WebSocket connection where a PMCE [per-message compression extension] is in use, this bit indicates whether a message is compressed or not.',
    source: 'RFC 7692, section 6',
  },
  rsv: {
    name: 'RSV2, RSV3',
    sentence: 'MUST be 0 unless an extension is negotiated that defines meanings for non-zero values.',
    source: FRAMING,
  },
  mask: {
    name: 'MASK',
    sentence:
      'Defines whether the “Payload data” is masked. All frames sent from client to server have this bit set to 1.',
    source: FRAMING,
  },
  length: {
    name: 'Payload length',
    sentence:
      'The length of the “Payload data”, in bytes: if 0-125, that is the payload length. If 126, the following 2 bytes interpreted as a 16-bit unsigned integer are the payload length.',
    source: FRAMING,
  },
  key: {
    name: 'Masking-key',
    sentence:
      'All frames sent from the client to the server are masked by a 32-bit value that is contained within the frame.',
    source: FRAMING,
  },
  payload: {
    name: 'Payload data',
    sentence: 'The “Payload data” is defined as “Extension data” concatenated with “Application data”.',
    source: FRAMING,
  },
};

const OPCODE_NOTES = [
  [0x0, 'a continuation frame'],
  [0x1, 'a text frame'],
  [0x2, 'a binary frame'],
  [0x8, 'a connection close'],
  [0x9, 'a ping'],
  [0xa, 'a pong'],
];
for (const [opcode, what] of OPCODE_NOTES) {
  NOTES[`opcode ${opcode}`] = {
    name: 'Opcode',
    sentence: `Defines the interpretation of the “Payload data”. %x${opcode.toString(16).toUpperCase()} denotes ${what}.`,
    source: FRAMING,
  };
}

/**
 * Shows the note on a field when it is pointed at, focused or tapped.
 *
 * @param {HTMLElement} fields - in which fields have `data-field`
 * @param {HTMLElement} note - where notes are shown; a live region, so that screen readers say them
 */
export function explainFields(fields, note) {
  const show = ({ target }) => {
    const key = target.closest?.('[data-field]')?.dataset.field;
    const found = NOTES[key];
    if (found === undefined || note.dataset.field === key) return;
    note.dataset.field = key;
    const name = document.createElement('strong');
    name.textContent = found.name;
    note.replaceChildren(name, ` ${found.sentence} (${found.source})`);
  };
  for (const type of ['pointerover', 'focusin', 'click']) fields.addEventListener(type, show);
}
