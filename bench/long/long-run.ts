/** A run that is as long as one likes, made of one that ships. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/packages.mjs';

/** The run that it is made of. */
export const RUN = join(ROOT, 'public/recordings/mercy.json');

/** A run file of so many tokens: one that is there, over and over. */
export function longRun(tokens: number, path = RUN): string {
  const run = JSON.parse(readFileSync(path, 'utf8')) as {
    text: string;
    tokens: [number, string][];
    scores: unknown[];
    words: unknown[];
    taps: { afterToken: number }[];
    givenTokens: number;
    poles?: Record<string, { scores: unknown[]; words: unknown[] }>;
  };
  const length = run.tokens.length;
  const copies = Math.ceil(tokens / length);
  const again = <Item>(items: readonly Item[]): Item[] => Array.from({ length: copies }, () => items).flat();
  return JSON.stringify({
    ...run,
    text: run.text.repeat(copies),
    givenTokens: copies * length,
    tokens: again(run.tokens),
    scores: again(run.scores),
    words: again(run.words),
    ...(run.poles && {
      poles: Object.fromEntries(
        Object.entries(run.poles).map(([pole, { scores, words, ...rest }]) => [
          pole,
          { ...rest, scores: again(scores), words: again(words) },
        ]),
      ),
    }),
    taps: Array.from({ length: copies }, (_, copy) =>
      run.taps.map((readout) => ({ ...readout, afterToken: readout.afterToken + copy * length })),
    ).flat(),
  });
}
