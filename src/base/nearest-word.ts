/** Which of some words a misspelt one was probably meant to be. */

/**
 * The one of `words` that the fewest single letters put in, taken out or changed make of `word`; of several as near the
 * first. Empty where there are no words.
 */
export function nearestWord(word: string, words: Iterable<string>): string {
  let best = '';
  let least = Infinity;
  for (const other of words) {
    const steps = editSteps(word, other);
    if (steps >= least) continue;
    [best, least] = [other, steps];
  }
  return best;
}

/** Levenshtein's distance, row by row. */
function editSteps(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i += 1) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j += 1)
      row.push(Math.min((above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1, (above[j] ?? 0) + (a[i] === b[j] ? 0 : 1)));
    above = row;
  }
  return above[b.length] ?? 0;
}
