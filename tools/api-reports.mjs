// Checks each package's API report (etc/<name>.api.md) against its built declarations; `--local` rewrites it.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('..', import.meta.url));
const local = process.argv.includes('--local');
let failed = 0;
for (const name of readdirSync(`${root}/packages`)) {
  const file = `${root}/packages/${name}/api-extractor.json`;
  if (!existsSync(file)) continue;
  mkdirSync(`${root}/packages/${name}/etc`, { recursive: true });
  const result = Extractor.invoke(ExtractorConfig.loadFileAndPrepare(file), { localBuild: local });
  if (!result.succeeded || result.warningCount > 0) failed++;
  console.log(`${name}: ${result.succeeded ? 'report unchanged' : 'REPORT DIFFERS (npm run api:update)'}`);
}
process.exitCode = failed === 0 ? 0 : 1;
