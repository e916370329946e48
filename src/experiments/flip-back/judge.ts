/** The second labeller, which knows nothing of the probe: how likely kind and cruel words are after a sentence. */
import type { Question, Subject } from '../subject.ts';
import type { JudgeQuestion } from './spec.ts';

/**
 * Log odds of the light against the dark word after each sentence, in nats a token, by question `[sentences][questions]`. A
 * sentence stands after its setting.
 */
export async function judgeScores(
  subject: Subject,
  sentences: readonly { readonly setting: string; readonly text: string }[],
  questions: readonly JudgeQuestion[],
  signal?: AbortSignal,
): Promise<number[][]> {
  // Questions of one sentence follow each other, so that the sentence is read once.
  const asked = sentences.flatMap(({ setting, text }) =>
    questions.map((question): Question => ({
      context: `${setting} ${text} ${question.text}`,
      continuations: [question.light, question.dark],
    })),
  );
  const answers = await subject.likelihoods(asked, null, signal);
  const odds = answers.map(([light, dark]) => perToken(light) - perToken(dark));
  return sentences.map((_, i) => odds.slice(i * questions.length, (i + 1) * questions.length));
}

function perToken(likelihood: { readonly logP: number; readonly tokens: number } | undefined): number {
  return likelihood === undefined ? NaN : likelihood.logP / Math.max(1, likelihood.tokens);
}

/** Mean over the questions of the log odds beyond each question's own baseline, that of neutral sentences. */
export function centred(byQuestion: readonly number[], baseline: readonly number[]): number {
  return byQuestion.reduce((sum, odds, q) => sum + odds - (baseline[q] ?? NaN), 0) / byQuestion.length;
}
