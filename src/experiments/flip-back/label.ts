/** From scores to labels of sentences, and how far two labellers agree. */
import { cohenKappa } from '../../stats/kappa.ts';
import { isRefusal } from '../../text/refused-answer.ts';
import { mean } from '../../stats/stats.ts';

/** What a written sentence is: light, dark, neither, or a refusal, which is a state of its own and never merged. */
export const LABELS = ['L', 'W', 'N', 'R'] as const;
export type Label = (typeof LABELS)[number];

/** Where a labeller's poles lie. */
export interface Cuts {
  /** Midway between the mean scores of light and dark fit texts. */
  readonly centre: number;
  /** Half their distance; not above 0 where the labeller does not tell them apart. */
  readonly half: number;
}

/** The cuts from scores of fit texts. */
export function cutsOf(light: ArrayLike<number>, dark: ArrayLike<number>): Cuts {
  return { centre: (mean(light) + mean(dark)) / 2, half: (mean(light) - mean(dark)) / 2 };
}

/**
 * N within `neutralShare` of the way from the centre to a pole's mean, R for a refusal, whatever its score; a labeller
 * that tells no poles apart says N.
 */
export function labelOf(sentence: string, score: number, { centre, half }: Cuts, neutralShare: number): Label {
  if (isRefusal(sentence)) return 'R';
  if (!(half > 0)) return 'N';
  const way = (score - centre) / half;
  if (way > neutralShare) return 'L';
  return way < -neutralShare ? 'W' : 'N';
}

/** How often two labellers gave each pair of labels: `[first][second]` in the order of {@link LABELS}. */
export type Agreement = readonly (readonly number[])[];

/** Counts pairs of labels at the same places; both strings are equally long. */
export function agreement(first: readonly string[], second: readonly string[]): Agreement {
  const counts = LABELS.map(() => LABELS.map(() => 0));
  first.forEach((labels, line) => {
    [...labels].forEach((label, at) => {
      const row = counts[LABELS.indexOf(label as Label)];
      const column = LABELS.indexOf((second[line] ?? '')[at] as Label);
      if (row !== undefined && column >= 0) row[column] = (row[column] ?? 0) + 1;
    });
  });
  return counts;
}

/**
 * Cohen's kappa over light, dark and neither. Refusals are left out, for both labellers see them by the same rule and
 * would agree by construction.
 */
export function kappa(counts: Agreement): number {
  return cohenKappa(counts.slice(0, 3).map((row) => row.slice(0, 3)));
}
