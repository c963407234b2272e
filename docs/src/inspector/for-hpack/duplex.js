/** In the place of `readable-stream` in the page: the part of it that the decoder of `hpack.js` uses, all of it synchronous. */

export function Duplex() {
  this.objects = [];
  this.next = 0;
}

Object.assign(Duplex.prototype, {
  write(chunk) {
    this._write(chunk, 'buffer', () => {});
    return true;
  },
  push(object) {
    return this.objects.push(object) > 0;
  },
  read() {
    if (this.next < this.objects.length) return this.objects[this.next++];
    this.objects = [];
    this.next = 0;
    return null;
  },
  on(type, listener) {
    if (type === 'error') this.listener = listener;
  },
  emit(type, error) {
    if (type === 'error') this.listener?.(error);
  },
});
