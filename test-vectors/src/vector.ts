/** The parts of a vector that concern one role. */
import type { ConnectionVector, ExpectedEvent, PerRole, Role } from './types.js';

function isPerRole<T extends object>(value: T | PerRole<T>): value is PerRole<T> {
  return !Array.isArray(value);
}

/**
 * The roles a vector applies to.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, rolesOf } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/text', section: '5.7', about: 'Text.', input: { client: ['8101 61'] },
 *   events: [{ type: 'text', data: 'a' }],
 * };
 * assert.deepEqual(rolesOf(vector), ['client']);
 * ```
 */
export function rolesOf(vector: ConnectionVector): Role[] {
  const roles: Role[] = ['client', 'server'];
  return roles.filter((role) => vector.input[role] !== undefined);
}

/**
 * The events a vector expects of one role.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, expectedEvents } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/text', section: '5.7', about: 'Text.', input: { client: ['8101 61'] },
 *   events: { client: [{ type: 'text', data: 'a' }] },
 * };
 * assert.deepEqual(expectedEvents(vector, 'client'), [{ type: 'text', data: 'a' }]);
 * assert.deepEqual(expectedEvents(vector, 'server'), []);
 * ```
 */
export function expectedEvents(vector: ConnectionVector, role: Role): readonly ExpectedEvent[] {
  const { events } = vector;
  return isPerRole(events) ? (events[role] ?? []) : events;
}
