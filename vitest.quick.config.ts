import { configDefaults, defineConfig } from 'vitest/config';
import workspace, { common, INCLUDE, ISOLATED } from './vitest.config.js';

/** Files of more than a second or two: all vectors in all splits, properties with many cases, real peers and programs. */
const SLOW = [
  'packages/*/test/{properties,vectors}.test.ts',
  'packages/codec/test/many/**',
  'packages/codec/test/connection/{frame-parser,long-text,sending-throws,unmasked-frames}.test.ts',
  'packages/codec/test/driver/{driver,node,slow-reader}.test.ts',
  'packages/codec/test/memory/{held,held-output,transferred,work}.test.ts',
  'packages/codec/test/websocket/streams.test.ts',
  'packages/deflate/test/ws.test.ts',
  'packages/deflate/test/inflate/{cost,memory,unfinished}.test.ts',
  'packages/deflate/test/engines/agreement.test.ts',
  'packages/deflate/test/extension/{limits,messages,resources,sending}.test.ts',
  'packages/conformance/test/runners/**',
  'packages/conformance/test/conversation/{no-accusations,verdicts}.test.ts',
  'packages/conformance/test/command-line/program.test.ts',
  'packages/conformance/test/judge/{inflater,vectors}.test.ts',
  'packages/handshake/test/{held,uri}.test.ts',
  'packages/mask/test/utf8.test.ts',
  'packages/ws/test/dependents.test.ts',
  'test-vectors/test/{reference,ws-example}.test.ts',
  'tools/test/lesser-engines.test.ts',
  'docs/test/{deployment,first-steps}.test.ts',
  'examples/chat/test/{command-line,many-clients,misbehaviour,several-processes}.test.ts',
  'examples/proxy/test/{answers,hostile}.test.ts',
];

// `npm run test:quick`: what says within 20 seconds whether a change is worth the rest.
export default defineConfig({
  ...workspace,
  test: {
    ...common,
    projects: [
      {
        extends: true,
        test: {
          isolate: false,
          include: [...INCLUDE],
          exclude: [...configDefaults.exclude, ...SLOW, ...ISOLATED],
        },
      },
    ],
    reporters: [['./tools/vitest-summary.mjs', { takes: ': 20 seconds on two cores' }]],
  },
});
