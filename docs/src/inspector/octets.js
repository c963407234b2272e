/**
 * Bytes as buttons, of which one is chosen, and the eight bits of that one. Arrows move, a digit replaces half of a byte, Insert
 * and Delete change their number.
 */
import { button, element } from './elements.js';

/** Bytes that are shown; a longer frame has the rest all the same. */
export const MAX_SHOWN = 512;

export class Octets {
  /** The group of bytes, and that of bits. */
  grid = element('div', {
    className: 'octets',
    aria: { role: 'group', label: 'Bytes, in hexadecimal digits' },
  });
  bits = element('div', { className: 'octet-bits', aria: { role: 'group' } });
  #bytes = new Uint8Array(0);
  #selected = 0;
  /** Whether the next digit is the second one of its byte. */
  #second = false;
  #onChange;
  #onSelect;

  /**
   * @param {(bytes: Uint8Array) => void} onChange - called with the bytes once they are others
   * @param {() => void} onSelect - called once another byte is chosen
   */
  constructor(onChange, onSelect) {
    this.#onChange = onChange;
    this.#onSelect = onSelect;
    this.grid.addEventListener('click', ({ target }) => {
      const found = target.closest('[data-index]');
      if (found !== null) this.select(Number(found.dataset.index), true);
    });
    this.grid.addEventListener('keydown', (event) => this.#onKey(event));
  }

  get selected() {
    return this.#selected;
  }

  select(index, focus) {
    this.#second = false;
    this.#selected = Math.max(0, Math.min(index, this.#bytes.length - 1));
    this.#onSelect();
    if (focus) this.focus();
  }

  focus() {
    this.grid.querySelector('[tabindex="0"]')?.focus();
  }

  /**
   * Shows bytes.
   *
   * @param {Uint8Array} bytes
   * @param {readonly { kind: string, name: string, bits: readonly string[], starts: boolean }[]} fields - of each byte
   * @param {ReadonlyMap<number, string>} faults - codes at their bytes
   */
  show(bytes, fields, faults) {
    this.#bytes = bytes;
    this.#selected = Math.max(0, Math.min(this.#selected, bytes.length - 1));
    const shown = bytes.subarray(0, MAX_SHOWN);
    this.grid.replaceChildren(
      ...Array.from(shown, (byte, index) => this.#octet(byte, index, fields[index], faults)),
    );
    if (bytes.length > 0) this.#showBits(fields[this.#selected], faults.get(this.#selected));
    else this.bits.replaceChildren();
  }

  #octet(byte, index, { kind, name, starts }, faults) {
    const fault = faults.get(index);
    const digits = byte.toString(16).padStart(2, '0');
    const words = `byte ${index}: ${digits}, ${name}${fault === undefined ? '' : `, ${fault}`}`;
    const isSelected = index === this.#selected;
    const classes = ['octet', `of-${kind}`, starts && 'starts', fault !== undefined && 'wrong'].filter(
      Boolean,
    );
    return element(
      'button',
      {
        type: 'button',
        className: classes.join(' '),
        tabIndex: isSelected ? 0 : -1,
        title: words,
        aria: { label: words, pressed: `${isSelected}` },
        data: { index, focus: `octet-${index}` },
      },
      digits,
    );
  }

  #showBits({ bits, name }, fault) {
    const index = this.#selected;
    const byte = this.#bytes[index];
    this.bits.setAttribute(
      'aria-label',
      `Bits of byte ${index}: ${name}${fault === undefined ? '' : `, ${fault}`}`,
    );
    const title = element('p', { className: 'octet-title' }, `Byte ${index}: ${name}`);
    const buttons = bits.map((words, place) => {
      const mask = 0x80 >> place;
      const isSet = (byte & mask) !== 0;
      const flip = () => this.flip(index, mask);
      const about = {
        aria: { pressed: `${isSet}`, label: `${words}: ${isSet ? 1 : 0}` },
        data: { focus: `bit-${place}` },
      };
      const made = button(isSet ? '1' : '0', flip, { className: 'octet-bit', ...about });
      return element(
        'span',
        { className: 'octet-bit-box' },
        made,
        element('span', { aria: { hidden: 'true' } }, words),
      );
    });
    this.bits.replaceChildren(title, element('div', { className: 'octet-bit-row' }, ...buttons));
  }

  /** Changes bits of a byte. */
  flip(index, mask) {
    const bytes = this.#bytes.slice();
    bytes[index] ^= mask;
    this.#selected = index;
    this.#onChange(bytes);
  }

  #onKey(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = Math.min(this.#bytes.length, MAX_SHOWN) - 1;
    const at = this.#selected;
    // Fewer on a narrow screen.
    const columns = getComputedStyle(this.grid).gridTemplateColumns.split(' ').length;
    const step = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: at + columns,
      Home: 0,
      End: last,
    }[key];
    if (step !== undefined) this.select(Math.min(last, Math.max(0, step)), true);
    else if (/^[0-9a-f]$/i.test(key)) this.#type(Number.parseInt(key, 16));
    else if (key === 'Insert') this.#splice(at, 0, [0]);
    else if (key === 'Delete' || key === 'Backspace') this.#splice(at, 1, []);
    else return;
    event.preventDefault();
  }

  /** The first digit replaces the upper half of the byte, the second one the lower half, and goes on to the next byte. */
  #type(digit) {
    const bytes = this.#bytes.slice();
    const at = this.#selected;
    const wasSecond = this.#second;
    bytes[at] = wasSecond ? (bytes[at] & 0xf0) | digit : (digit << 4) | (bytes[at] & 0x0f);
    if (wasSecond) this.#selected = Math.min(at + 1, bytes.length - 1);
    this.#onChange(bytes);
    this.#second = !wasSecond;
  }

  #splice(at, removed, inserted) {
    if (this.#bytes.length - removed < 1) return;
    const bytes = Array.from(this.#bytes);
    bytes.splice(at, removed, ...inserted);
    this.#onChange(Uint8Array.from(bytes));
  }
}
