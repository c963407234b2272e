/**
 * `@sanssocket/codec/text`: UTF-8 (RFC 6455 8.1, RFC 3629), validated, decoded and written a piece at a time.
 *
 * @packageDocumentation
 */
export { decodeUtf8, utf8Bytes, writeUtf8 } from './rules/text.js';
export { UTF8_BOUNDARY, unfinishedUtf8Bytes, validateUtf8 } from './rules/utf8.js';
//# sourceMappingURL=text.d.ts.map