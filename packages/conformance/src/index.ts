/**
 * The cases as data, and the runners for servers and clients of any make.
 *
 * @packageDocumentation
 */
export { allCases, type CaseFilter, findCases } from './cases/all.js';
export { runClientCase, runClientCases, type StartClient } from './fuzzing-server/client-suite.js';
export type { Exclusions } from './fuzzing-server/results-store.js';
export { FuzzingServer, type FuzzingServerOptions } from './fuzzing-server/server.js';
export type * from './model/case.js';
export { expandPayload, type Payload } from './model/payload.js';
export type * from './model/result.js';
export { KEPT_BYTES, KEPT_FRAMES } from './model/result.js';
export type { RunOptions } from './runners/options.js';
export { runServerCase, type ServerTarget } from './runners/server-case.js';
export { checkEcho, NotAnEchoServer, runServerCases, type SuiteOptions } from './runners/server-suite.js';
export { type RegisterTest, type TestingOptions, testClient, testServer } from './testing.js';
