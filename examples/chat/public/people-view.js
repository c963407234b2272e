/**
 * The people: how many there are, and the first of them by name, each an element that stays as long
 * as its person.
 */
import { batched } from './batch.js';
import { element, setHue } from './element.js';

export class PeopleView {
  #list;
  #countShown;
  #more = element('li', 'more');
  #items = new Map();
  /** As they should be shown: names by ids. */
  #people = new Map();
  #count = 0;
  #ownId = '';
  #changed = batched(() => this.#draw());

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} countShown
   */
  constructor(list, countShown) {
    this.#list = list;
    this.#countShown = countShown;
    list.tabIndex = 0; // it scrolls
  }

  /** How many there are; 0 while that is not known. */
  get count() {
    return this.#count;
  }

  /** All of them anew. */
  reset(people, count, ownId) {
    this.#ownId = ownId;
    this.#people = new Map(people.map(({ id, name }) => [id, name]));
    this.#count = count;
    this.#changed();
  }

  clear() {
    this.reset([], 0, '');
  }

  /** Those who go out and those who come behind the others. */
  update({ in: come, out, count }) {
    for (const id of out) this.#people.delete(id);
    for (const { id, name } of come) this.#people.set(id, name);
    this.#count = count;
    this.#changed();
  }

  /** Touches the items of those who came and went, and no others. */
  #draw() {
    for (const [id, item] of this.#items) {
      if (this.#people.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    const come = [];
    for (const [id, name] of this.#people) {
      if (this.#items.has(id)) continue;
      const item = element('li', id === this.#ownId ? 'own' : '', name);
      setHue(item, name);
      this.#items.set(id, item);
      come.push(item);
    }
    if (this.#more.parentNode === this.#list) this.#more.before(...come);
    else this.#list.append(...come);
    this.#drawCount(this.#count - this.#people.size);
  }

  #drawCount(unnamed) {
    const shown = this.#count === 0 ? '' : this.#count.toLocaleString();
    if (this.#countShown.textContent !== shown) this.#countShown.textContent = shown;
    const more = unnamed > 0 ? `and ${unnamed.toLocaleString()} more` : '';
    if (this.#more.textContent !== more) this.#more.textContent = more;
    if (more === '') this.#more.remove();
    else if (this.#more.parentNode === null) this.#list.append(this.#more);
  }
}
