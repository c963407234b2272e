/** Debian's Python, which need not be the first one there is. */
import { execFileSync } from 'node:child_process';

/** The command of a Python that has a module; undefined if there is none. */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((command) => {
    try {
      execFileSync(command, ['-c', `import ${module}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}
