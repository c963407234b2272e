/** How long cases take, roughly. */
import type { Case } from '../model/case.js';
import { NOTHING, type Payload } from '../model/payload.js';

/** Cases that take longest by far, or wait, are begun first. */
export function weightOf({ deadlineMs, steps }: Case): number {
  const waits = steps.reduce((sum, step) => sum + ('ms' in step ? step.ms : 0), 0);
  const octets = steps.reduce((sum, step) => {
    if (step.do === 'exchange') return sum + step.count * (step.size + 200);
    return step.do === 'send'
      ? sum + step.frames.reduce((all, frame) => all + sizeOf(frame.payload ?? NOTHING), 0)
      : sum;
  }, 0);
  return waits * 1000 + octets + deadlineMs / 1000;
}

function sizeOf(payload: Payload): number {
  return 'repeat' in payload ? payload.bytes : 0;
}
