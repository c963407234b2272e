/** Problems of messages in words, for the command's table and the page. */

import type { MessageProblem } from './event.js';

export const PROBLEM_WORDS: Readonly<Record<MessageProblem, string>> = {
  'missing-bytes': 'bytes of it are missing',
  'begins-before': 'it begins before the input does',
  unfinished: 'it does not end',
  'window-missing': 'it refers to messages that are not in the input, and cannot be inflated',
  'not-deflate': 'it cannot be inflated',
  'too-long': 'it is longer than is kept',
};
