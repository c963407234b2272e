/**
 * The inspector as a page: digits that are pasted, or a file, through the readers of `@sanssocket/inspect`, as a table; a frame of it is
 * opened, and changed. Nothing is loaded, and nothing leaves the page.
 */
import { chosen } from './choice.js';
import { Editor } from './editor.js';
import { button, count, element, labelled, select } from './elements.js';
import { EXAMPLES } from './examples.js';
import { chunksOf, MAX_ROWS, Reading } from './reading.js';
import { rowsOf } from './rows.js';
import { safe } from './wire.js';

const HEADINGS = ['conn.', 'time', 'side', 'frame', 'bytes', 'payload'];

class Inspector {
  #text = element('textarea', { id: 'inspector-text', rows: 4, spellcheck: false, value: EXAMPLES[0][1] });
  #file = element('input', { type: 'file', id: 'inspector-file' });
  #status = element('p', { className: 'status', aria: { role: 'status' } });
  #progress = element('progress', { hidden: true, max: 1, value: 0, aria: { label: 'Read of the file' } });
  #stop = button('Stop', () => this.#reading?.stop(), { hidden: true });
  #earlier = button('Earlier rows', () =>
    this.#read(this.#source, Math.max(0, this.#reading.first - MAX_ROWS)),
  );
  #later = button('Later rows', () => this.#read(this.#source, this.#reading.first + MAX_ROWS));
  #body = element('tbody');
  #table = element(
    'div',
    { className: 'rows', tabIndex: 0, hidden: true, aria: { role: 'region', label: 'What the input holds' } },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, ...HEADINGS.map((text) => element('th', { scope: 'col' }, text))),
      ),
      this.#body,
    ),
  );
  #editor = new Editor();
  /** The input that is shown: its name, its size, and how it is opened. */
  #source;
  #reading;

  constructor(root) {
    const example = select([['', 'An example …'], ...EXAMPLES.map(([name], index) => [`${index}`, name])]);
    example.addEventListener('change', () => {
      if (example.value === '') return;
      this.#text.value = EXAMPLES[Number(example.value)][1];
      this.#readText();
    });
    this.#file.addEventListener('change', () => this.#readFile(this.#file.files[0]));
    const form = element(
      'form',
      { className: 'input' },
      labelled('Bytes in hexadecimal digits, a dump, or any other text that the command reads', this.#text),
      element(
        'div',
        { className: 'controls' },
        element('button', { type: 'submit' }, 'Decode'),
        labelled('or', example),
        labelled('or a file, chosen or dropped here', this.#file),
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#readText();
    });
    this.#takeDrops(root);
    const pager = element(
      'div',
      { className: 'controls' },
      this.#progress,
      this.#stop,
      this.#earlier,
      this.#later,
    );
    root.replaceChildren(form, this.#status, pager, this.#table, this.#editor.root);
    this.#readText();
  }

  #takeDrops(root) {
    const stopAt = (event) => {
      event.preventDefault();
      root.classList.toggle('dropping', event.type === 'dragover');
    };
    for (const type of ['dragover', 'dragleave']) root.addEventListener(type, stopAt);
    root.addEventListener('drop', (event) => {
      stopAt(event);
      const [file] = event.dataTransfer.files;
      if (file !== undefined) this.#readFile(file);
      else this.#paste(event.dataTransfer.getData('text/plain'));
    });
  }

  #paste(text) {
    this.#text.value = text;
    this.#readText();
  }

  #readText() {
    const bytes = new TextEncoder().encode(this.#text.value);
    this.#read({ name: 'The text', size: bytes.length, open: () => [bytes] }, 0);
  }

  #readFile(file) {
    if (file === undefined) return;
    this.#read({ name: file.name, size: file.size, open: () => chunksOf(file) }, 0);
  }

  async #read(source, first) {
    this.#reading?.stop();
    const reading = new Reading(source.open, first);
    this.#source = source;
    this.#reading = reading;
    this.#editor.close();
    this.#showProgress(source, true);
    await reading.run(() => {
      if (this.#reading === reading) this.#showProgress(source, true);
    });
    if (this.#reading !== reading) return;
    this.#showProgress(source, false);
    this.#showRows(reading);
    this.#showStatus(source, reading);
    const frame = reading.events.findIndex(({ type }) => type === 'frame');
    if (frame >= 0) this.#open(frame, false);
  }

  #showProgress({ size }, running) {
    const { bytes } = this.#reading;
    this.#progress.hidden = !running;
    this.#stop.hidden = !running;
    for (const pager of [this.#earlier, this.#later]) pager.hidden = true;
    if (!running) return;
    // Unpacked bytes may be more than the file has.
    this.#progress.value = size === 0 ? 0 : Math.min(1, bytes / size);
    this.#status.textContent = `${Math.round(100 * this.#progress.value)} % of ${count(size, 'byte')} …`;
  }

  #showRows({ events, first, rows }) {
    this.#table.hidden = events.length === 0;
    this.#body.replaceChildren(...rowsOf(events, (index) => this.#open(index, true)));
    this.#earlier.hidden = first === 0;
    this.#later.hidden = rows <= first + MAX_ROWS;
  }

  #showStatus({ name }, { summary, error, rows, first, events, stopped }) {
    this.#status.classList.toggle('broken', error !== undefined);
    const words = [];
    if (error !== undefined) words.push(`${name} cannot be read: ${error}.`);
    if (summary !== undefined) {
      const { format, packets, streams, connections, frames, messages, faults } = summary;
      const captured = packets > 0 ? `, ${count(packets, 'packet')}, ${count(streams, 'TCP stream')}` : '';
      const found = [
        count(connections, 'connection'),
        count(frames, 'frame'),
        count(messages, 'message'),
        count(faults, 'fault'),
      ];
      words.push(`${name}: ${format}, ${count(summary.bytes, 'byte')}${captured}; ${found.join(', ')}.`);
    }
    if (stopped) words.push('It was stopped before its end.');
    const left = rows - events.length;
    if (left > 0)
      words.push(
        `Listed are rows ${first + 1} to ${first + events.length}; ${count(left, 'row')} are left out: the command lists all.`,
      );
    this.#status.textContent = safe(words.join(' '));
  }

  #open(index, focus) {
    const choice = chosen(this.#reading.events, index);
    for (const opener of this.#body.querySelectorAll('.open-frame'))
      opener.setAttribute('aria-pressed', `${Number(opener.dataset.index) === index}`);
    if (typeof choice === 'string') {
      this.#editor.close();
      this.#status.textContent = `This frame cannot be opened: ${choice}.`;
      return;
    }
    this.#editor.open(choice);
    if (focus) this.#editor.focus();
  }
}

const root = document.getElementById('inspector-tool');
if (root !== null) new Inspector(root);
