/** JSON with a line for each property of a vector and for each event: small, and a change is a small diff. */

const line = (value) =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function list(items, indent) {
  if (items.length < 2) return line(items);
  return `[\n${items.map((item) => `${indent}  ${line(item)}`).join(',\n')}\n${indent}]`;
}

function property([name, value]) {
  const key = `      ${line(name)}: `;
  if (name !== 'events') return key + line(value);
  if (Array.isArray(value)) return key + list(value, '      ');
  const roles = Object.entries(value).map(
    ([role, items]) => `        ${line(role)}: ${list(items, '        ')}`,
  );
  return `${key}{\n${roles.join(',\n')}\n      }`;
}

/** @param {{ title: string, about: string, vectors: object[] }} file */
export function format({ title, about, vectors }) {
  const bodies = vectors.map((item) => `    {\n${Object.entries(item).map(property).join(',\n')}\n    }`);
  return [
    '{',
    '  "$schema": "../schema/connection.schema.json",',
    `  "title": ${line(title)},`,
    `  "about": ${line(about)},`,
    '  "vectors": [',
    bodies.join(',\n'),
    '  ]',
    '}',
    '',
  ].join('\n');
}
