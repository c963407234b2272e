/** Workers, which import WebAssembly and do not compile it: the result is the response. */
import { provideSimdModule } from '@sanssocket/mask';
import simd from '@sanssocket/mask/simd.wasm';
import { run } from './program.js';

provideSimdModule(simd);

export default {
  async fetch(): Promise<Response> {
    return Response.json(await run());
  },
};
