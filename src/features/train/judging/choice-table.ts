/** A chat model's choices pair by pair. */
import type { ComparedJudgement } from './chat-judging.svelte.ts';

/**
 * One row a pair: what was chosen with the positive turn as A and as B, and by how much the probe scores it higher
 * (empty without a probe).
 */
export function choiceTable({ pairs, answers, rows, probe, axis }: ComparedJudgement): {
  readonly name: string;
  readonly header: string[];
  readonly rows: (string | number)[][];
} {
  return {
    name: 'choices',
    header: [
      'topic',
      axis.positive,
      axis.negative,
      `chosen with ${axis.positive} as A`,
      `chosen with ${axis.positive} as B`,
      'probe difference',
    ],
    rows: pairs.map(({ topic, positive, negative }, i) => {
      const difference = probe === null ? '' : (probe.scores[positive] ?? NaN) - (probe.scores[negative] ?? NaN);
      return [
        topic,
        rows[positive]?.text ?? '',
        rows[negative]?.text ?? '',
        answers[i]?.positiveFirst ?? '',
        answers[i]?.positiveSecond ?? '',
        difference,
      ];
    }),
  };
}
