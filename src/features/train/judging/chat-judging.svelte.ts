/** A chat model as a judge of the set on the table: forced choices, both ways round, beside what a probe says of the same turns. */
import type { Axis } from '../../../probe/probe-types.ts';
import { type ChoiceAgreement, choiceAgreement, type PairAnswers } from '../../../chat/choice-agreement.ts';
import { type Choice, type ChoicePair, choicePairs, choiceQuestions, readChoice } from '../../../chat/forced-choice.ts';
import { headerFacts } from '../../../probe/sets/set-header.ts';
import type { SetRow } from '../../../probe/sets/set-rows.ts';
import type { SetSource } from '../../../probe/training-plan.ts';
import type { SecondEngine } from '../second-engine.svelte.ts';
import type { PromptSetEditor } from '../../../state/sets/prompt-set-editor.svelte.ts';
import type { JudgedSet, SetJudging } from './set-judging.svelte.ts';
import { setRows } from '../../../state/sets/set-rows.ts';

/** The probe that choices are compared with. */
export interface ComparedProbe {
  readonly name: string;
  readonly layer: number;
  /** By row of the set; NaN for neutral turns, which are in no pair. */
  readonly scores: readonly number[];
}

/** What a chat model chose on a set. */
export interface ChatJudgement {
  readonly model: string;
  readonly source: SetSource;
  readonly axis: Axis;
  readonly rows: readonly SetRow[];
  readonly pairs: readonly ChoicePair[];
  readonly answers: readonly PairAnswers[];
}

/** A judgement with the probe that was judged on the same rows; null where none was. */
export interface ComparedJudgement extends ChatJudgement {
  readonly probe: ComparedProbe | null;
  readonly agreement: ChoiceAgreement;
}

/** The judging of a page. */
export class ChatJudging {
  readonly #chat: SecondEngine;
  readonly #bench: PromptSetEditor;
  readonly #judging: SetJudging;
  #pace = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  #judgement = $state.raw<ChatJudgement | null>(null);

  constructor({
    chat,
    bench,
    judging,
  }: {
    readonly chat: SecondEngine;
    readonly bench: PromptSetEditor;
    readonly judging: SetJudging;
  }) {
    this.#chat = chat;
    this.#bench = bench;
    this.#judging = judging;
  }

  /** How far it is, in questions; null while nothing is asked. */
  get pace(): { readonly done: number; readonly total: number } | null {
    return this.#pace;
  }

  /** Questions that the set on the table gives. */
  readonly questions = $derived.by((): number => {
    const source = this.#source();
    const axis = headerFacts(source?.header ?? '').axis;
    return source === null || axis === null ? 0 : 2 * choicePairs(setRows(source.rows, axis)).length;
  });

  /** The last result, with the probe that stands beside it now. */
  readonly result = $derived.by((): ComparedJudgement | null => {
    const judgement = this.#judgement;
    if (judgement === null) return null;
    const probe = probeBeside(judgement, this.#judging.result);
    return {
      ...judgement,
      probe,
      agreement: choiceAgreement(judgement.pairs, judgement.answers, probe?.scores ?? null),
    };
  });

  /** Whether the result is of the set on the table as it stands now. */
  readonly fresh = $derived.by(
    (): boolean =>
      this.#judgement !== null &&
      this.#judgement.source.rows === this.#source()?.rows &&
      this.#judgement.source.header === this.#source()?.header,
  );

  /** Asks every pair both ways round; stopped or failed, the last result stays. */
  async judge(): Promise<void> {
    const source = this.#source();
    const axis = headerFacts(source?.header ?? '').axis;
    if (source === null || axis === null || this.#pace !== null) return;
    const rows = setRows(source.rows, axis);
    const pairs = choicePairs(rows);
    const questions = choiceQuestions(rows, pairs, axis);
    this.#pace = { done: 0, total: questions.length };
    const judged = await this.#chat.run(async (model, signal) => {
      const answers = pairs.map((): { positiveFirst: Choice; positiveSecond: Choice } => ({
        positiveFirst: null,
        positiveSecond: null,
      }));
      for (const [index, { pair, positiveFirst, request }] of questions.entries()) {
        const choice = readChoice(await model.ask(request, signal));
        const own = answers[pair];
        if (own !== undefined) own[positiveFirst ? 'positiveFirst' : 'positiveSecond'] = choice;
        this.#pace = { done: index + 1, total: questions.length };
      }
      return { model: model.id, source, axis, rows, pairs, answers };
    });
    if (judged !== null) this.#judgement = judged;
    this.#pace = null;
  }

  #source(): SetSource | null {
    const { set } = this.#judging;
    return set === null ? null : this.#bench.source(set.name);
  }
}

/** The probe that was judged on the same rows. A control vector has a direction and no poles: it is none. */
function probeBeside({ source, rows }: ChatJudgement, judged: JudgedSet | null): ComparedProbe | null {
  if (judged === null || judged.isVector || judged.source.rows !== source.rows) return null;
  const scores = judged.judgement.turnScores[judged.layer] ?? [];
  let turn = 0;
  return {
    name: judged.probe,
    layer: judged.layer,
    scores: rows.map((row) => (row.pole === 'neutral' ? NaN : (scores[turn++] ?? NaN))),
  };
}
