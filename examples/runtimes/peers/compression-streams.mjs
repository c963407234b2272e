// What this runtime's CompressionStream makes of messages, as `compressionStreams()` sends them: a line of Base64 each.
import { compressionStreams } from '../../../packages/deflate/dist/streams.js';
import { texts } from './texts.mjs';

const deflater = compressionStreams().createDeflater({ windowBits: 15, takeover: false });
for (const text of texts) {
  const compressed = await deflater.deflate(new TextEncoder().encode(text));
  console.log(btoa(Array.from(compressed, (byte) => String.fromCharCode(byte)).join('')));
}
