/** Lets the model go on with a prompt and labels every sentence that it writes, each by itself, by the probe and in part by the judge. */
import { isRefusal } from '../../text/refused-answer.ts';
import { significant } from '../../base/round.ts';
import { meanReading } from '../../reading/score.ts';
import { sentenceEnds } from '../../text/sentences.ts';
import type { JsonObject, UnitCall } from '../design.ts';
import { scoreAt } from '../gauge.ts';
import type { Subject } from '../subject.ts';
import { centred, judgeScores } from './judge.ts';
import { labelOf } from './label.ts';
import type { Prepared } from './prepare.ts';
import type { FlipBackSpec } from './spec.ts';
import { freeSize } from './units.ts';

/** Rollouts of a unit whose text is kept, to be looked at. */
const SAMPLES = 2;

const COMPLETE = /[.!?…]["'”’)\]]*$/u;

/**
 * The finished sentences of a text, at most `most`. A single line break wraps a line, an empty line ends a sentence;
 * white space inside becomes single spaces.
 */
export function sentencesOf(written: string, most: number): string[] {
  const pieces = [...written.replace(/(?<!\n)\n(?!\n)/gu, ' ')];
  let from = 0;
  const sentences = sentenceEnds(pieces).map((end) => {
    const sentence = pieces
      .slice(from, end + 1)
      .join('')
      .replace(/\s+/gu, ' ')
      .trim();
    from = end + 1;
    return sentence;
  });
  return sentences.filter((sentence) => COMPLETE.test(sentence) && /\p{L}/u.test(sentence)).slice(0, most);
}

/**
 * `probe`: a string of labels a rollout; `judge`: the same of those that are judged; `scores`: the probe's score of every
 * sentence; `refused`: rollouts that begin by declining; `samples`: some texts.
 */
export async function runRollouts(
  spec: FlipBackSpec,
  index: number,
  part: number,
  prepared: Prepared,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const { prompts, parts, rollouts, maxTokens } = freeSize(spec, prepared.size);
  const prompt = prompts[index];
  if (prompt === undefined) throw new RangeError(`there is no prompt ${index}`);
  const { temperature, topP, sentences: most, judged } = spec.free;
  const seed = spec.seed * 1000 + index * parts + part;
  const [written = []] = await subject.write(
    [`${prompt.setting} ${prompt.text}`],
    { count: rollouts, maxTokens, temperature, topP, seed },
    signal,
  );
  onShare?.(0.6);
  const split = written.map((text) => sentencesOf(text, most));
  const scores = await probeScores(spec, prompt.setting, split.flat(), prepared, subject, signal);
  onShare?.(0.9);
  const askedOf = split.slice(0, judged);
  const odds = await judgeScores(
    subject,
    askedOf.flat().map((text) => ({ setting: prompt.setting, text })),
    spec.judge.questions,
    signal,
  );
  const share = spec.thresholds.neutralShare;
  const labels = (lines: readonly (readonly string[])[], label: (sentence: string, at: number) => string): string[] => {
    let at = 0;
    return lines.map((line) => line.map((sentence) => label(sentence, at++)).join(''));
  };
  let next = 0;
  return {
    probe: labels(split, (sentence, at) => labelOf(sentence, scores[at] ?? NaN, prepared.probe, share)),
    judge: labels(askedOf, (sentence, at) =>
      labelOf(sentence, centred(odds[at] ?? [], prepared.baseline), prepared.judge, share),
    ),
    scores: split.map((line) => line.map(() => significant(scores[next++] ?? NaN, 4))),
    refused: written.filter(isRefusal).length,
    samples: written.slice(0, SAMPLES),
  };
}

/** The score of each sentence alone after the setting, as the fit texts were read. */
async function probeScores(
  spec: FlipBackSpec,
  setting: string,
  sentences: readonly string[],
  prepared: Prepared,
  subject: Subject,
  signal?: AbortSignal,
): Promise<number[]> {
  const instrument = prepared.instruments.moral;
  if (instrument === undefined) throw new RangeError('there is no instrument of the moral axis');
  const readings = await subject.read(
    sentences.map((sentence) => ({ text: [setting, sentence], readoutTexts: spec.taps, readoutAfter: [1] })),
    signal,
  );
  return readings.map(
    ({ readouts }) => scoreAt(instrument, meanReading(readouts[0]?.means ?? []))[prepared.layers[1]] ?? NaN,
  );
}
