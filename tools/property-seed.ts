// Properties try the same cases in every run, so that a red run says something about the change it runs on. Other cases:
// SEED=2 npm test.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
