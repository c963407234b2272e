// Filters of the matrix. Without scripts everything is shown.
const form = document.querySelector('.filters');
// Failures stand in front as well as among their like, where they are filtered.
const failures = document.querySelector('.failures');
const groups = [...document.querySelectorAll('.group:not(.failures)')].map((group) => ({
  group,
  wasOpen: group.open,
  rows: [...group.querySelectorAll('tbody tr')].map((row) => ({
    row,
    words: row.firstElementChild.textContent.toLowerCase(),
    verdicts: [...row.querySelectorAll('.verdict')].map((verdict) => verdict.classList[1]),
  })),
}));

/** Whether a row is wanted: `differ` is for those whose verdicts are not all the same. */
function isWanted({ words, verdicts }, verdict, sought) {
  if (!sought.every((word) => words.includes(word))) return false;
  if (verdict === 'differ') return new Set(verdicts).size > 1;
  return verdict === '' || verdicts.includes(verdict);
}

function apply() {
  const verdict = form.elements.verdict.value;
  const sought = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const isFiltered = verdict !== '' || sought.length > 0;
  let shown = 0;
  if (failures !== null) failures.hidden = isFiltered;
  for (const { group, wasOpen, rows } of groups) {
    let left = 0;
    for (const entry of rows) {
      entry.row.hidden = !isWanted(entry, verdict, sought);
      if (!entry.row.hidden) left++;
    }
    group.hidden = left === 0;
    group.open = isFiltered ? left > 0 : wasOpen;
    shown += left;
  }
  form.querySelector('output').textContent = isFiltered ? `${shown} of the cases` : '';
}

form.hidden = false;
form.addEventListener('input', apply);
form.addEventListener('submit', (event) => event.preventDefault());
apply();
