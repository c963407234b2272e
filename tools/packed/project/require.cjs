// The same for CommonJS: `require` where Node has it for modules, `import()` where it has not.
const load = process.features.require_module ? (entry) => require(entry) : (entry) => import(entry);
(async () => {
  const names = {};
  for (const entry of process.argv.slice(2)) names[entry] = Object.keys(await load(entry)).sort();
  console.log(JSON.stringify({ required: process.features.require_module === true, names }));
})();
