// Bytes of a caller's may be Node's `Buffer`, which gives some methods of `Uint8Array` another
// meaning: its `slice` is a view and not a copy, its `toString` (and so `String(bytes)`,
// `${bytes}` and `'' + bytes`) decodes text. No published source calls them on anything that is a
// Uint8Array to the compiler: `copyOf` of the packages copies, `subarray` makes a view.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Methods that both have and that do different things, or give different things. */
const DIFFERENT = new Set([
  'slice',
  'toString',
  'toLocaleString',
  'toJSON',
  'equals',
  'compare',
  'copy',
  'write',
  'inspect',
]);

/**
 * Finds such calls.
 *
 * @param {readonly string[]} files - paths of TypeScript sources
 * @returns {string[]} a line each, with the place
 */
export function findBufferTraps(files) {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.webworker.d.ts'],
    strict: true,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const faults = [];

  /** @param {ts.Node} node */
  const isBytes = (node) => {
    const type = checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    return parts.some((part) => ['Uint8Array', 'Buffer'].includes(part.symbol?.name ?? ''));
  };
  const report = (node, what) => {
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    faults.push(`${source.fileName.replace(root, '')}:${line + 1}: ${what}`);
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node) && DIFFERENT.has(node.name.text) && isBytes(node.expression)) {
      report(node, `.${node.name.text} of bytes that may be a Buffer`);
    } else if (
      ts.isCallExpression(node) &&
      node.expression.getText() === 'String' &&
      node.arguments.some(isBytes)
    ) {
      report(node, 'String() of bytes that may be a Buffer');
    } else if (ts.isTemplateSpan(node) && isBytes(node.expression)) {
      report(node, 'bytes that may be a Buffer in a template');
    } else if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      (isBytes(node.left) || isBytes(node.right))
    ) {
      report(node, 'bytes that may be a Buffer added to something');
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(program.getSourceFile(file));
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = publishedPackages().flatMap((folder) =>
    ts.sys.readDirectory(`${root}${folder}/src`, ['.ts']),
  );
  const faults = findBufferTraps(files.filter((file) => !file.endsWith('.d.ts')));
  for (const fault of faults) console.log(fault);
  console.log(`${faults.length} calls that mean something else on a Buffer, in ${files.length} files`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
