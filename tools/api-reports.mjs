// Checks the API report of each entry point of each package (etc/<package>[.<entry>].api.md)
// against its built declarations; `--local` rewrites it.
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const local = process.argv.includes('--local');
let failed = 0;
for (const folder of publishedPackages().map((path) => root + path)) {
  const packageJsonFullPath = `${folder}/package.json`;
  const { name, exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'));
  mkdirSync(`${folder}/etc`, { recursive: true });
  for (const [path, target] of Object.entries(exports)) {
    if (!target.default?.endsWith('.js')) continue; // data
    const entry = `${name.replace('@sanssocket/', '')}${path.slice(1).replaceAll('/', '.')}`;
    const configObject = ExtractorConfig.loadFile(`${root}tools/api-extractor.base.json`);
    configObject.projectFolder = folder;
    configObject.mainEntryPointFilePath = `${folder}/${target.types}`;
    configObject.apiReport.reportFileName = entry;
    const config = ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: undefined,
      packageJsonFullPath,
    });
    const result = Extractor.invoke(config, { localBuild: local });
    if (!result.succeeded || (result.warningCount > 0 && !local)) failed++;
    console.log(`${entry}: ${result.succeeded ? 'report unchanged' : 'REPORT DIFFERS (npm run api:update)'}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
