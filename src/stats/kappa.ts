/** Agreement of two labellers. */

/**
 * Cohen's kappa (1960) from `[first][second]` counts of labels: agreement beyond what the two labellers' own shares give by
 * chance. NaN where nothing is labelled or chance alone gives full agreement.
 */
export function cohenKappa(counts: readonly (readonly number[])[]): number {
  const row = (i: number): number => (counts[i] ?? []).reduce((sum, count) => sum + count, 0);
  const column = (j: number): number => counts.reduce((sum, own) => sum + (own[j] ?? 0), 0);
  const total = counts.reduce((sum, _, i) => sum + row(i), 0);
  const agreed = counts.reduce((sum, own, i) => sum + (own[i] ?? 0), 0) / total;
  const chance = counts.reduce((sum, _, i) => sum + (row(i) * column(i)) / total ** 2, 0);
  return chance < 1 ? (agreed - chance) / (1 - chance) : NaN;
}
