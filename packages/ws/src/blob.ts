/** Blobs, of Node's or of another make: known by their shape, as ws knows them. */

/** Whether a value is a Blob or a File. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== 'object' || value === null) return false;
  const {
    arrayBuffer,
    stream,
    size,
    [Symbol.toStringTag]: tag,
  } = value as Partial<Blob> & {
    readonly [Symbol.toStringTag]?: string;
  };
  if (typeof arrayBuffer !== 'function' || typeof stream !== 'function' || typeof size !== 'number') {
    return false;
  }
  return tag === 'Blob' || tag === 'File';
}
