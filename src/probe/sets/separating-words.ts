/** Which words tell the poles of a prompt set apart. */
import type { SetRow } from './set-rows.ts';
import { wordsOf } from '../../text/words.ts';

/** A word with how often it stands in each pole's turns. */
export interface SeparatingWord {
  readonly word: string;
  readonly positive: number;
  readonly negative: number;
  /**
   * Log-odds ratio over its standard error: above 0 for words of the positive pole. A ranking, not a test: it takes no
   * account of topics.
   */
  readonly z: number;
}

/**
 * The `most` words with the largest |z| (ties: in the order of the alphabet), where
 *   z = (log((c+ + 1/2)/(n+ - c+ + v/2)) - the same of the negatives) / sqrt(1/(c+ + 1/2) + 1/(c- + 1/2)):
 * the log-odds ratio with an even prior of Monroe, Colaresi and Quinn (2008). Words as frequent in one pole as in
 * the other are left out; without words in both poles the list is empty.
 */
export function separatingWords(rows: readonly SetRow[], most: number): SeparatingWord[] {
  const counts = new Map<string, { positive: number; negative: number }>();
  const sizes = { positive: 0, negative: 0 };
  for (const row of rows) {
    if (row.pole === 'neutral') continue;
    for (const word of wordsOf(row.text)) {
      const count = counts.get(word) ?? { positive: 0, negative: 0 };
      count[row.pole] += 1;
      sizes[row.pole] += 1;
      counts.set(word, count);
    }
  }
  if (sizes.positive === 0 || sizes.negative === 0) return [];
  const prior = counts.size / 2;
  const logOdds = (count: number, size: number): number => Math.log((count + 0.5) / (size - count + prior));
  const found = [...counts].map(([word, { positive, negative }]) => {
    const z =
      (logOdds(positive, sizes.positive) - logOdds(negative, sizes.negative)) /
      Math.sqrt(1 / (positive + 0.5) + 1 / (negative + 0.5));
    return { word, positive, negative, z };
  });
  const uneven = found.filter(({ positive, negative }) => positive * sizes.negative !== negative * sizes.positive);
  return uneven.sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.word < b.word ? -1 : 1)).slice(0, most);
}
