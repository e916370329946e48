/**
 * What of a training this model can read, found before anything is read: a missing chat form or a text that is too long
 * must not end a training when all
 * else is done. Texts that it is fitted on must be readable; what only judges is left out and said on the card.
 */
import { evenlySpaced, FORM_TOPICS } from '../base/evenly.ts';
import { AppError } from '../base/errors.ts';
import type { ControlSet } from '../formats/sets/control-set.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import { plannedPassages, type ReadingPlan, topicNames } from './collect.ts';
import { controlPassage } from './controls.ts';
import type { Passage, SegmentReader } from './reader.ts';
import { toldTexts, tracePassages, type TraceTexts } from './trace/trace-passages.ts';

/** What is wanted. */
export interface Wanted {
  /** Everything that is fitted on. */
  readonly plan: ReadingPlan;
  readonly controls: readonly ControlSet[];
  /** Sets of other axes. */
  readonly others: readonly PromptSet[];
  readonly unseenReadouts: readonly string[];
  readonly chatForm: boolean;
}

/** What of it can be read, and a sentence for each part that cannot. */
export interface Readable extends Omit<Wanted, 'plan'> {
  readonly leftOut: readonly string[];
}

/** Sorts out what can be read. Throws what is in the way of a text that is fitted on, with the text. Computes nothing. */
export function readableOn(
  reader: SegmentReader,
  { plan, controls, others, unseenReadouts, chatForm }: Wanted,
): Readable {
  assertReadable(reader, plannedPassages(plan));
  const { leftOut, whole } = sorter(reader);
  const turns = (sets: readonly PromptSet[], readoutTexts: readonly string[]): Passage[] =>
    sets.flatMap((set) =>
      set.rows.map((row) => ({ text: [row.context, row.text], readoutTexts: readoutTexts, readoutAfter: [1] })),
    );
  const names = topicNames(plan.sets);
  const inForm = new Set(evenlySpaced(names.length, FORM_TOPICS).flatMap((at) => names[at] ?? []));
  const replies = plan.sets.flatMap((set) =>
    set.rows.flatMap((row): Passage[] =>
      row.pole === 'neutral' || !inForm.has(row.topic)
        ? []
        : [{ text: { user: row.context, assistant: row.text }, readoutTexts: plan.readoutTexts, readoutAfter: [1] }],
    ),
  );
  return {
    controls: controls.filter((set) =>
      whole(
        `The control “${set.name}” was`,
        set.rows.map((row) => controlPassage(row, plan.readoutTexts)),
      ),
    ),
    others: others.filter((set) => whole(`The set “${set.name}” of another axis was`, turns([set], plan.readoutTexts))),
    unseenReadouts:
      unseenReadouts.length === 0 || whole('Readouts that were never trained on were', turns(plan.sets, unseenReadouts))
        ? unseenReadouts
        : [],
    chatForm: chatForm && whole('The model’s chat form was', replies),
    leftOut,
  };
}

/**
 * The texts of a readout without the sets that cannot be read, and a sentence for each of these. Throws what is in the way of
 * a turn that it is fitted on. Computes nothing.
 */
export function readableTrace(
  reader: SegmentReader,
  from: TraceTexts,
  texts: readonly string[],
): { readonly from: TraceTexts; readonly leftOut: readonly string[] } {
  assertReadable(reader, tracePassages({ ...from, freeOf: [], told: [] }, texts));
  const { leftOut, whole } = sorter(reader);
  const { axis = { positive: '', negative: '' } } = from.sets[0] ?? {};
  const nothing = { ...from, sets: [], zeros: [], freeOf: [], told: [], stories: { ...from.stories, stories: [] } };
  return {
    from: {
      ...from,
      freeOf: from.freeOf.filter((set) =>
        whole(`For the readout the set “${set.name}” was`, tracePassages({ ...nothing, freeOf: [set] }, texts)),
      ),
      told: from.told.filter((set) =>
        whole(
          `For the readout the stories of “${set.name}” were`,
          toldTexts([set], axis).map(({ text }) => ({
            text,
            readoutTexts: texts,
            readoutAfter: text.map((_, part) => part),
          })),
        ),
      ),
    },
    leftOut,
  };
}

function assertReadable(
  reader: SegmentReader,
  passages: readonly (Passage & { readonly text: readonly string[] })[],
): void {
  for (const passage of passages) {
    const error = reader.unreadable(passage);
    if (error !== null)
      throw new AppError(
        error.code,
        `“${passage.text.join(' ').slice(0, 60)}…” is trained on and cannot be read: ${error.message}`,
        error.details,
        error,
      );
  }
}

/** Tells what can be read whole, and collects a sentence for everything else. */
function sorter(reader: SegmentReader) {
  const leftOut: string[] = [];
  return {
    leftOut,
    whole: (what: string, passages: readonly Passage[]): boolean => {
      const errors = passages.flatMap((passage) => reader.unreadable(passage) ?? []);
      const [first] = errors;
      if (first !== undefined)
        leftOut.push(
          `${what} left out: ${errors.length} of ${passages.length} texts cannot be read with this model. ${first.message}`.slice(
            0,
            900,
          ),
        );
      return first === undefined;
    },
  };
}
