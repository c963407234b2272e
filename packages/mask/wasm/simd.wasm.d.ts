import type { SimdModule } from '@sanssocket/mask';

/** The module of `simd.wat`, compiled: for runtimes that forbid compiling and import modules instead (Workers). */
declare const module: SimdModule;
export default module;
