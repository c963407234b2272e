/** Elements of the page. Texts of others are set as text, never as markup. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] - of the element; `aria` and `data` are maps of attributes
 * @param {...(Node | string)} children
 */
export function element(tag, { aria = {}, data = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(aria))
    made.setAttribute(name === 'role' ? name : `aria-${name}`, value);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

/** A button that does something, and sends nothing. */
export function button(text, onClick, properties = {}) {
  const made = element('button', { type: 'button', ...properties }, text);
  made.addEventListener('click', onClick);
  return made;
}

/** A field and its label. */
export function labelled(text, field) {
  return element('label', {}, element('span', {}, text), field);
}

/** @param {readonly (readonly [string, string])[]} options - values and texts */
export function select(options, properties = {}) {
  return element('select', properties, ...options.map(([value, text]) => element('option', { value }, text)));
}

/** A number and its noun. */
export function count(many, noun) {
  return `${many.toLocaleString('en')} ${noun}${many === 1 ? '' : 's'}`;
}
