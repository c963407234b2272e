/** Node's `Buffer`, which `hpack.js` reads with. */
export { Buffer } from 'buffer';
