/**
 * Loaded into a server before its program: answers each message of the parent with the bytes that
 * live on its heap and in its array buffers. Needs `--expose-gc`.
 */
process.on('message', () => {
  // A second collection frees the memory that a first one leaves to finalizers.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  process.send(heapUsed + arrayBuffers);
});
