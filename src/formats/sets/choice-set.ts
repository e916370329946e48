/** Forced choices from a prompt set: every topic's two turns are the two ways of going on from its context. */
import { AppError } from '../../base/errors.ts';
import type { PromptRow, PromptSet } from './prompt-set.ts';
import type { ChoiceSet } from '../../steering/dose.ts';

/** The choices of a set, one for each positive turn with the negative turn of the same topic and context. Throws `set-topic-incomplete`. */
export function choicesOf({ name, sha256, rows }: PromptSet): ChoiceSet {
  const keyOf = ({ topic, context }: PromptRow): string => JSON.stringify([topic, context]);
  const negatives = new Map<string, PromptRow[]>();
  for (const row of rows)
    if (row.pole === 'negative') negatives.set(keyOf(row), [...(negatives.get(keyOf(row)) ?? []), row]);
  const choices = rows
    .filter(({ pole }) => pole === 'positive')
    .map((row) => {
      const other = negatives.get(keyOf(row))?.shift();
      if (other === undefined)
        throw new AppError(
          'set-topic-incomplete',
          `${name}, topic "${row.topic}": the positive turn of line ${row.line} has no negative turn with the same context. Give both ways of going on the same context.`,
          { topic: row.topic, line: row.line },
        );
      return { topic: row.topic, context: row.context, positive: row.text, negative: other.text };
    });
  return { name, sha256, choices };
}
