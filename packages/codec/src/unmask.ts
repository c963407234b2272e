/** How a payload in a chunk is best unmasked: by a view of the chunk, by the kernel, or in memory of SIMD's own. */
import { mask as defaultMask, type MaskKernel, maskView } from '@sanssocket/mask';
import type { ConnectionConfig } from './connection-config.js';
import { runView } from './memory/frame-run.js';
import { scratchView } from './memory/scratch.js';

/** A chunk this long gets a view for the masking of what is short in it: the view costs 75 ns, a frame saves 10. */
const VIEW_FROM_BYTES = 256;
/** Longer payloads are left to the kernel: 1 KiB takes 240 ns by words, 120 there, 90 in SIMD memory. */
const VIEW_TO_BYTES = 320;

/** A view of a chunk, indexed as the chunk is; null for a short one. */
export function viewOf(bytes: Uint8Array, start: number, end: number): DataView | null {
  return end - start < VIEW_FROM_BYTES
    ? null
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The chunk's view, if a payload is better masked by it than by the kernel; a kernel of the caller's is always used. */
export function viewToMask(view: DataView | null, bytes: number, mask: MaskKernel): DataView | null {
  return bytes <= VIEW_TO_BYTES && mask === defaultMask ? view : null;
}

/** The view of bytes that are lent for a call, if they are: of a span that a sink was given, and sends again. */
export function lentView(bytes: Uint8Array): DataView | null {
  return scratchView(bytes) ?? runView(bytes);
}

/** Unmasks a payload where it stands. */
export function unmaskInPlace(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  view: DataView | null,
  mask: MaskKernel,
): void {
  if (key === 0) return;
  const byView = viewToMask(view, end - start, mask);
  if (byView !== null) maskView(byView, start, end, byView, start, key);
  else mask(bytes, start, end, bytes, start, key);
}

/**
 * Whether to use the leave to change the chunk: not for what is so long that SIMD does better in memory of its own, unless the
 * sink may keep it.
 */
export function unmasksInPlace({ inPlace, handOver }: ConnectionConfig, bytes: number): boolean {
  return handOver || (inPlace && bytes <= VIEW_TO_BYTES);
}
