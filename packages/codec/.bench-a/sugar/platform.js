/**
 * Types of the web platform as the program has them that uses this package: those of TypeScript's libraries for the DOM or for
 * workers, of Node's types or of Deno's. A program that has none (`lib: ["ES2022"]`) gets what is used of them here. So declarations
 * of this package compile everywhere, and nobody who has `ReadableStream` gets anything else.
 *
 * A generic class is found by its constructor, to which a type argument can be given where it stands in a variable (TypeScript's
 * instantiation expressions): these variables exist as types only.
 */
export {};
//# sourceMappingURL=platform.js.map