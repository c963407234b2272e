/**
 * A notice of who came and who went. While nothing is said, further comings and goings are told by
 * the same one.
 */
import { element, quote, who } from './element.js';

/** As many are named, of each kind; the others are a count. */
const NAMED = 3;

export class PresenceNotice {
  element = element('p', 'notice');
  #joined = [];
  #left = [];
  #moreJoined = 0;
  #moreLeft = 0;
  #isDrawn = true;

  /** Whether a message of the server says that anybody came or went. */
  static tells({ joined, left, moreJoined, moreLeft }) {
    return joined.length + left.length + moreJoined + moreLeft > 0;
  }

  add({ joined, left, moreJoined, moreLeft }) {
    this.#isDrawn = false;
    this.#joined.push(...joined);
    this.#left.push(...left);
    this.#moreJoined += moreJoined + this.#joined.splice(NAMED).length;
    this.#moreLeft += moreLeft + this.#left.splice(NAMED).length;
  }

  draw() {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    const parts = [];
    if (this.#joined.length + this.#moreJoined > 0) {
      parts.push([...listed(this.#joined.map(who), this.#moreJoined), ' joined']);
    }
    // Those who said why stand alone.
    const [silent, speaking] = [[], []];
    for (const one of this.#left) (one.reason === '' ? silent : speaking).push(one);
    for (const { name, reason } of speaking) parts.push([who(name), ' left: ', quote(reason)]);
    if (silent.length + this.#moreLeft > 0) {
      parts.push([
        ...listed(
          silent.map(({ name }) => who(name)),
          this.#moreLeft,
        ),
        ' left',
      ]);
    }
    this.element.replaceChildren(...parts.flatMap((part, index) => (index === 0 ? part : [' · ', ...part])));
  }
}

/** "Ada", "Ada and Bob", "Ada, Bob and 312 others", "312 people". */
function listed(names, more) {
  if (names.length === 0) return [more === 1 ? 'somebody' : `${more.toLocaleString()} people`];
  const all = [...names];
  if (more > 0) all.push(`${more.toLocaleString()} ${more === 1 ? 'other' : 'others'}`);
  return all.flatMap((one, index) => {
    if (index === 0) return [one];
    return [index === all.length - 1 ? ' and ' : ', ', one];
  });
}
