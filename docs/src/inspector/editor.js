/** The frames that were chosen: drawn bit by bit, with the verdict of the codec, and open to changes. */
import { explainFields } from '../../../examples/chat/public/field-notes.js';
import { drawFrame, opcodeName } from '../../../examples/chat/public/frame-diagram.js';
import { button, count, element, labelled, select } from './elements.js';
import { drawnFieldOf, fieldsOf, readFrames } from './frame-list.js';
import { MAX_SHOWN, Octets } from './octets.js';
import { faultWords } from './rows.js';
import { bytesOf, concat, MAX_TEXT, reportOf, safe, spaced } from './wire.js';

/** Frames that are drawn. */
const MAX_DRAWN = 12;

/** The key of RFC 6455 5.7, for frames that are masked here: 37 fa 21 3d. */
const EXAMPLE_KEY = 0x3d21fa37;

/** The bit of a field of one bit, by its place among those of the first byte. */
const FLAGS = [0x80, 0x40, 0x20, 0x10];

export class Editor {
  root = element('section', { className: 'editor', hidden: true, aria: { label: 'Chosen frames' } });
  #octets = new Octets(
    (bytes) => this.#change(bytes),
    () => this.#show(),
  );
  #heading = element('h2', { tabIndex: -1 });
  #about = element('p', { className: 'hint' });
  #from = select(
    [
      ['client', 'the client (masked)'],
      ['server', 'the server (not masked)'],
    ],
    { name: 'from' },
  );
  #deflate = element('input', { type: 'checkbox', name: 'deflate' });
  #verdict = element('div', { className: 'verdict', aria: { role: 'status' } });
  #drawings = element('div', { className: 'drawings' });
  #fieldNote = element(
    'p',
    { className: 'field-note', aria: { live: 'polite' } },
    'A field explains itself when it is pointed at or focused.',
  );
  #bytes = new Uint8Array(0);
  #original = this.#bytes;
  #before = this.#bytes;
  #parameters = '';
  #list = { frames: [], messages: [], faults: [], notes: [] };

  constructor() {
    for (const field of [this.#from, this.#deflate]) field.addEventListener('change', () => this.#show());
    const controls = element(
      'div',
      { className: 'controls' },
      labelled('Sent by', this.#from),
      element('label', { className: 'check' }, this.#deflate, 'permessage-deflate agreed'),
      button('Mask', () => this.#rewrite(true)),
      button('Unmask', () => this.#rewrite(false)),
      button('Undo changes', () => this.#change(this.#original)),
    );
    const keys = 'Arrows move among the bytes, digits replace them, Insert and Delete add and remove one.';
    this.root.append(
      this.#heading,
      this.#about,
      controls,
      this.#verdict,
      this.#octets.grid,
      element('p', { className: 'hint' }, keys),
      this.#octets.bits,
      this.#fieldNote,
      this.#drawings,
    );
    explainFields(this.#drawings, this.#fieldNote);
    this.#drawings.addEventListener('click', (event) => this.#onDrawing(event));
  }

  /**
   * Opens frames.
   *
   * @param {{ bytes: Uint8Array, before: Uint8Array, from: 'client' | 'server', extensions: string, title: string, about: string }}
   * choice - `extensions` is the value of the header in the response; empty where no compression was agreed
   */
  open({ bytes, before, from, extensions, title, about }) {
    this.#original = bytes;
    this.#bytes = bytes;
    this.#before = before;
    this.#from.value = from;
    this.#deflate.checked = extensions !== '';
    this.#parameters = extensions === '' ? 'permessage-deflate' : extensions;
    this.#heading.textContent = title;
    this.#about.textContent = about;
    this.root.hidden = false;
    this.#octets.select(0, false);
  }

  close() {
    this.root.hidden = true;
  }

  focus() {
    this.#heading.focus();
  }

  #change(bytes) {
    this.#bytes = bytes;
    this.#show();
  }

  /** Masks all whole frames, or takes the mask off; other bytes stay as they are. */
  #rewrite(masked) {
    const parts = [];
    let at = 0;
    for (const frame of this.#list.frames) {
      const end = frame.offset + frame.headerBytes + frame.payloadLength;
      const maskingKey = masked ? (frame.maskingKey ?? EXAMPLE_KEY) : undefined;
      // The field of the length keeps its size, as the header's own form is worth to be seen.
      const headerBytes = frame.headerBytes + (masked ? 4 : 0) - (frame.masked ? 4 : 0);
      const bytes = bytesOf({ ...frame, masked, maskingKey, headerBytes });
      if (bytes === undefined) continue;
      parts.push(this.#bytes.subarray(at, frame.offset), bytes);
      at = end;
    }
    this.#change(concat([...parts, this.#bytes.subarray(at)]));
  }

  #show() {
    // The element that has the focus is made anew.
    const focused = this.root.contains(document.activeElement)
      ? document.activeElement.dataset.focus
      : undefined;
    const inOctets = focused?.startsWith('octet-');
    const extensions = this.#deflate.checked ? this.#parameters : '';
    this.#list = readFrames(this.#bytes, this.#before, { from: this.#from.value, extensions });
    const { frames, faults } = this.#list;
    const marked = new Map(
      faults.map(({ offset, code }) => [Math.min(offset, this.#bytes.length - 1), code]).reverse(),
    );
    this.#octets.show(this.#bytes, fieldsOf(frames, this.#bytes.length), marked);
    this.#showVerdict();
    this.#draw();
    if (inOctets) this.#octets.focus();
    else if (focused !== undefined) this.root.querySelector(`[data-focus="${focused}"]`)?.focus();
  }

  #showVerdict() {
    const { messages, faults, notes } = this.#list;
    const receiver = this.#from.value === 'client' ? 'server' : 'client';
    const [first] = faults;
    const words =
      first === undefined
        ? 'No rule is broken.'
        : `A ${receiver} fails the connection at byte ${first.offset}${first.closeCode === undefined ? '' : `, with Close ${first.closeCode}`}.`;
    const lines = [
      ...faults.map((fault) =>
        element('li', { className: 'fault' }, this.#jump(fault), ' ', faultWords(fault)),
      ),
      ...messages.map((message) => element('li', {}, messageWords(message))),
      ...notes.map(({ message }) => element('li', {}, safe(message))),
    ];
    const left = this.#bytes.length - MAX_SHOWN;
    if (left > 0) lines.push(element('li', {}, `${count(left, 'more byte')} are read, and not shown below.`));
    this.#verdict.classList.toggle('broken', first !== undefined);
    this.#verdict.replaceChildren(element('p', {}, words), element('ul', {}, ...lines));
  }

  /** A button that leads to the byte of a fault. */
  #jump({ offset }) {
    const go = () => this.#octets.select(offset, true);
    return button(`byte ${offset}`, go, { className: 'jump' });
  }

  #draw() {
    const { frames, faults } = this.#list;
    const drawn = frames.slice(0, MAX_DRAWN).map((frame, index) => this.#drawing(frame, index, faults));
    const left = frames.length - drawn.length;
    if (left > 0)
      drawn.push(element('p', { className: 'hint' }, `${count(left, 'more frame')} are not drawn.`));
    this.#drawings.replaceChildren(...drawn);
  }

  #drawing(frame, index, faults) {
    const { offset, headerBytes, payloadLength, opcode } = frame;
    const figure = drawFrame(reportOf(frame));
    for (const [place, field] of figure.querySelectorAll('button').entries())
      field.dataset.focus = `field-${index}-${place}`;
    const end = offset + headerBytes + payloadLength;
    for (const { code, offset: at } of faults) {
      if (at < offset || at >= Math.max(end, offset + 1)) continue;
      for (const field of figure.querySelectorAll(drawnFieldOf(code))) field.classList.add('wrong');
    }
    const words = `Frame at byte ${offset}: ${opcodeName(opcode)}, ${count(payloadLength, 'byte')}`;
    return element('div', { className: 'drawing', data: { frame: index } }, element('h3', {}, words), figure);
  }

  /** A field of one bit is flipped; the byte of any other one is chosen. */
  #onDrawing({ target }) {
    const field = target.closest('.field');
    const drawing = target.closest('.drawing');
    if (field === null || drawing === null) return;
    const frame = this.#list.frames[Number(drawing.dataset.frame)];
    const flags = [...drawing.querySelectorAll('.flag')];
    const flag = flags.indexOf(field);
    if (flag >= 0) this.#octets.flip(frame.offset, FLAGS[flag]);
    else if (field.classList.contains('mask')) this.#octets.flip(frame.offset + 1, 0x80);
    else this.#octets.select(Math.min(frame.offset + byteOf(field, drawing, frame), MAX_SHOWN - 1), false);
  }
}

/** The byte of a frame that a field of its drawing begins with. */
function byteOf(field, drawing, { headerBytes, masked }) {
  if (field.classList.contains('opcode')) return 0;
  if (field.classList.contains('key')) return headerBytes - 4;
  if (field.classList.contains('payload'))
    return headerBytes + [...drawing.querySelectorAll('.payload')].indexOf(field);
  const isFirst = field === drawing.querySelector('.length');
  return isFirst ? 1 : Math.min(2, headerBytes - (masked ? 5 : 1));
}

function messageWords({ opcode, text, payload, frames, wireBytes, compression, problem }) {
  const inflated = compression !== 'none' && problem === undefined;
  const size = inflated
    ? `${count(payload.length, 'byte')} inflated from ${wireBytes}`
    : count(payload.length, 'byte');
  const joined = frames > 1 ? `, ${frames} frames` : '';
  const shown =
    text === undefined
      ? spaced(payload)
      : `“${safe(text.slice(0, MAX_TEXT))}”${text.length > MAX_TEXT ? ' …' : ''}`;
  const cannot = problem === undefined ? '' : ` (not readable: ${problem})`;
  return `${opcodeName(opcode)} message, ${size}${joined}: ${shown}${cannot}`;
}
