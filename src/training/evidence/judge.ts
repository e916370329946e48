/** Judges an existing probe on another prompt set: nothing is fitted, so no topic needs to be held out. */
import { project } from '../../probe/fit/calibrate.ts';
import { FEWEST_UNITS } from '../../stats/effect.ts';
import { JUDGEMENT_SHUFFLES, judgementNull } from '../../probe/evidence/judgement-null.ts';
import type { Judgement, JudgementNull } from '../../probe/evidence/judgement-types.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { labelOf, readingsOf, type RowRole, turnsOf } from '../../stats/linear/rows.ts';
import { mean } from '../../stats/stats.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import { collectRows, type LongCall } from '../collect.ts';
import { giveWay } from '../give-way.ts';
import { readOf } from './judge-layer.ts';
import type { SegmentReader } from '../reader.ts';
import { judgeTurns } from '../trace/judge-readout.ts';

/** With fewer topics an AUROC depends on which they are. */
const ENOUGH_TOPICS = 24;

/** What can be judged: directions with the control texts to read at and the units of their scores. */
export type Judged = Pick<Probe, 'id' | 'model' | 'taps' | 'directions' | 'calibration' | 'trace'>;

/**
 * Reads `set` at the probe's own control texts and scores it at every layer. Throws `probe-width-mismatch` or
 * `probe-model-mismatch` where the probe belongs to another model, `numbers-not-finite` and `cancelled`.
 */
export async function judgeProbe(
  reader: SegmentReader,
  probe: Judged,
  set: PromptSet,
  call: LongCall & { readonly seed?: number } = {},
): Promise<Judgement> {
  const { seed = 0 } = call;
  assertProbeFits(probe, reader.model);
  const rows = await collectRows(
    reader,
    { sets: [set], stories: undefined, readoutTexts: probe.taps, settings: false },
    call,
  );
  const turns = turnsOf(rows.info, () => true);
  const info = turns.map((turn) => turn.info);
  const poles = info.flatMap((row, i) => (labelOf(row.role) === 0 ? [] : [i]));
  const labels = poles.map((i) => labelOf(info[i]?.role ?? 'neutral'));
  const layers = [];
  for (const [layer, residuals] of rows.residuals.entries()) {
    const { tapMean: readoutMean, scale } = probe.calibration[layer] ?? { tapMean: NaN, scale: NaN };
    const direction = probe.directions.subarray(layer * rows.hidden, (layer + 1) * rows.hidden);
    const scores = Array.from(
      project(readingsOf(residuals, rows.hidden, turns), direction),
      (along) => (along - readoutMean) / scale,
    );
    const meanOf = (role: RowRole): number => mean(scores.filter((_, i) => info[i]?.role === role));
    layers.push({
      ...readOf(scores, info, seed),
      scores: poles.map((i) => scores[i] ?? NaN),
      positive: meanOf('positive'),
      negative: meanOf('negative'),
      neutral: meanOf('neutral'),
    });
    await giveWay(call);
  }
  const bothPoles = new Set(labels).size === 2;
  const shuffled = bothPoles
    ? judgementNull(
        layers.map((layer) => layer.scores),
        labels,
        poles.map((i) => info[i]?.topic ?? 0),
        JUDGEMENT_SHUFFLES,
        seed,
      )
    : null;
  return {
    set: set.name,
    sha256: set.sha256,
    topics: rows.topicCount,
    readings: poles.length,
    auroc: layers.map((layer) => layer.auroc.value),
    aurocLow: layers.map((layer) => layer.auroc.low),
    aurocHigh: layers.map((layer) => layer.auroc.high),
    pairs: layers.map((layer) => layer.pairs),
    null: shuffled,
    means: {
      positive: layers.map((layer) => layer.positive),
      negative: layers.map((layer) => layer.negative),
      neutral: info.some((row) => row.role === 'neutral') ? layers.map((layer) => layer.neutral) : null,
    },
    turnScores: layers.map((layer) => layer.scores),
    readout: probe.trace !== null && bothPoles ? await judgeTurns(reader, probe.trace, set, call) : null,
    caveats: caveatsOf(set, rows.topicCount, shuffled),
  };
}

/** What must be said beside every number of this judgement. */
function caveatsOf({ axis, rows, topics }: PromptSet, topicCount: number, shuffled: JudgementNull | null): string[] {
  const out: string[] = [];
  const lacking = (['positive', 'negative'] as const).filter((pole) => !rows.some((row) => row.pole === pole));
  for (const pole of lacking) out.push(`No turn is ${axis[pole]}: there is nothing to tell apart.`);
  const halves = topics.filter(
    (topic) =>
      new Set(rows.flatMap((row) => (row.topic === topic && row.pole !== 'neutral' ? [row.pole] : []))).size < 2,
  ).length;
  if (lacking.length === 0 && halves > 0)
    out.push(`${halves} of ${topicCount} topics hold one pole only: they count in the AUROC, and not in the pairs.`);
  if (topicCount < FEWEST_UNITS)
    out.push(
      `${topicCount} ${topicCount === 1 ? 'topic is' : 'topics are'} too few for an interval: every number here may be luck.`,
    );
  else if (topicCount < ENOUGH_TOPICS)
    out.push(
      `${topicCount} topics: an AUROC over so few moves by 0.1 with the choice of topics alone; 36 or more are better.`,
    );
  if (shuffled !== null && shuffled.ways <= shuffled.shuffles)
    out.push(
      `The labels can be dealt out within topics in ${shuffled.ways} ways only, so p cannot lie below 1 in ${shuffled.ways}.`,
    );
  if (rows.some((row) => row.context === ''))
    out.push(
      'Turns without a scene were read alone: the probe was fitted on turns behind one, so its zero may lie elsewhere.',
    );
  if (!rows.some((row) => row.pole === 'neutral'))
    out.push(`No turn is ${axis.neutral}, so it is not seen where this probe puts its zero.`);
  return out;
}
