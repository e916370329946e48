/** What the format of prompt sets has against a single row. */
import type { Axis } from '../../../probe/probe-types.ts';
import type { SetRow } from '../../../probe/sets/set-rows.ts';
import { readPromptSet } from '../../../formats/sets/prompt-set.ts';
import { Problems } from '../../../formats/sets/set-problems.ts';

/** The first refusal of a row in a set with this header, as an import of it would say it; null where there is none. */
export function refusalOfRow(header: string, axis: Axis, { topic, pole, context, text }: SetRow): string | null {
  const problems = new Problems();
  readPromptSet(
    {
      header,
      headerName: 'set',
      rows: `${JSON.stringify({ topic, pole: axis[pole], context, text })}\n`,
      rowsName: 'draft',
    },
    { requireNeutral: false, checkTopics: false },
    problems,
  );
  return problems.first?.message ?? null;
}
