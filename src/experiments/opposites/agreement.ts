/**
 * How far a model agrees with itself on what the opposite of X is: 1 - normalised entropy of its answers. The answers are a
 * closed list, the first tokens of the opposites of all axes: the model's distribution after each question is cut down to
 * them and normalised, averaged over the questions, and its entropy divided by the log of their number. So 1 is always
 * the same answer, 0 any.
 */
import type { Subject } from '../subject.ts';
import type { OppositesSpec } from './spec.ts';

/** The first token of every opposite, each once, ascending. */
export function answerTokens(spec: OppositesSpec, subject: Pick<Subject, 'encode'>): number[] {
  const first = spec.axes.map(({ opposite }) => subject.encode(` ${opposite}`)[0] ?? -1);
  return [...new Set(first)].filter((token) => token >= 0).sort((a, b) => a - b);
}

/** One question as it is asked of X. */
export function questionAbout(question: string, x: string): string {
  return question.replace('{x}', x);
}

/** Agreement from the log probabilities of the answers, one list a question, in nats. NaN where there is one answer or none. */
export function agreementOf(answers: readonly (readonly number[])[]): number {
  const count = answers[0]?.length ?? 0;
  const pooled = new Float64Array(count);
  for (const logs of answers) {
    const highest = Math.max(...logs);
    const shares = logs.map((log) => Math.exp(log - highest));
    const total = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, i) => (pooled[i] = (pooled[i] ?? 0) + share / total / answers.length));
  }
  const entropy = pooled.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  return count > 1 ? 1 - entropy / Math.log(count) : NaN;
}
