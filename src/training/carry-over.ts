/** Measures how far a probe holds on another variant of its model: its own turns are read again, and the poles' difference compared. */
import { cosineByLayer } from '../stats/linear/cosine.ts';
import { assertAgrees, type DtypeAgreement, LEAST_AGREEMENT_TOPICS } from '../probe/dtype-agreement.ts';
import { AppError } from '../base/errors.ts';
import { otherDtype } from '../models/model-dtype.ts';
import type { Probe } from '../probe/probe-types.ts';
import { createRng } from '../base/rng.ts';
import { labelOf } from '../stats/linear/rows.ts';
import { quantile } from '../stats/stats.ts';
import { assertProbeFits } from '../formats/probe/probe.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import type { LongCall } from './collect.ts';
import { giveWay } from './give-way.ts';
import { readAll } from './read-all.ts';
import type { Passage, SegmentReader } from './reader.ts';

/** Shuffles of the labels within topics behind {@link DtypeAgreement.null95}. */
const SHUFFLES = 200;

/** A turn of a pole, as a probe's difference of poles reads it. */
interface Turn extends Passage {
  readonly text: readonly string[];
  readonly topic: string;
  readonly label: number;
}

/** A probe that may score a model, and what was measured where it was made on another variant of it. */
export interface CarriedProbe {
  /** The probe as it scores the model at hand: its model is that one. */
  readonly probe: Probe;
  /** Null where the probe was made on these very weights. */
  readonly agreement: DtypeAgreement | null;
}

/**
 * The probe for the model at hand. Where that is another variant of the model that it was made on, it is measured first on those
 * of `sets` that it was fitted on, known by their hashes. Throws `probe-width-mismatch` or `probe-model-mismatch` where it may not
 * score this model, with what was measured where something was, and `numbers-not-finite` and `cancelled`.
 */
export async function carryOver(
  reader: SegmentReader,
  probe: Probe,
  sets: () => Promise<readonly PromptSet[]>,
  call: LongCall = {},
): Promise<CarriedProbe> {
  const { model } = reader;
  if (otherDtype(probe.model, model) === null) {
    assertProbeFits(probe, model);
    return { probe, agreement: null };
  }
  const agreement = await measureAgreement(reader, probe, await sets(), call);
  assertAgrees(probe, agreement);
  return { probe: { ...probe, model }, agreement };
}

/** Sets among `sets` that a probe was fitted on as its own axis, by hash: not those that it reads as zero. */
export function fittedOn<S extends Pick<PromptSet, 'axis' | 'sha256'>>(
  { axis, provenance }: Pick<Probe, 'axis' | 'provenance'>,
  sets: readonly S[],
): S[] {
  const hashes = new Set(provenance.sets.map(({ sha256 }) => sha256));
  return sets.filter(
    (set) => hashes.has(set.sha256) && set.axis.positive === axis.positive && set.axis.negative === axis.negative,
  );
}

async function measureAgreement(
  reader: SegmentReader,
  probe: Probe,
  sets: readonly PromptSet[],
  call: LongCall,
): Promise<DtypeAgreement> {
  const variants = otherDtype(probe.model, reader.model) ?? { from: '', to: '' };
  const turns = turnsOf(fittedOn(probe, sets));
  const topics = [...new Set(turns.map(({ topic }) => topic))];
  needEnough(probe, variants, topics.length);
  const { hidden, layerCount } = probe.model;
  const perTopic = await differences(reader, turns, (layerCount + 1) * hidden, call);
  const cosines = (sign: () => number): number[] =>
    cosineByLayer(
      summed(topics.map((topic) => ({ sign: sign(), of: perTopic.get(topic) ?? new Float64Array(0) }))),
      probe.steering,
      hidden,
    );
  const rng = createRng(probe.provenance.seed);
  const drawn: number[][] = [];
  while (drawn.length < SHUFFLES) {
    drawn.push(cosines(() => (rng.below(2) === 0 ? 1 : -1)));
    if (drawn.length % 20 === 0) await giveWay(call);
  }
  const known = (value: number | undefined): number | null =>
    value === undefined || Number.isNaN(value) ? null : value;
  return {
    ...variants,
    layer: probe.defaultLayer,
    cosine: cosines(() => 1).map(known),
    null95: Array.from({ length: layerCount + 1 }, (_, layer) =>
      known(
        quantile(
          drawn.map((draw) => Math.abs(draw[layer] ?? NaN)),
          0.95,
        ),
      ),
    ),
    shuffles: SHUFFLES,
    topics: topics.length,
    fittedTopics: probe.evidence.topics,
    turns: turns.length,
  };
}

function needEnough({ id }: Probe, { from, to }: { readonly from: string; readonly to: string }, topics: number): void {
  if (topics >= LEAST_AGREEMENT_TOPICS) return;
  throw new AppError(
    'probe-model-mismatch',
    `Probe "${id}" was made on the variant ${from} of this model, which is ${to} here. How far it holds is measured on the turns that it was fitted on, and only ${topics} of their topics are at hand; ${LEAST_AGREEMENT_TOPICS} are needed. Bring its prompt sets, or train the probe on this variant.`,
    { probe: id, from, to, topics },
  );
}

/** Turns of both poles; topics of equal name are one, in whichever set they stand. */
function turnsOf(sets: readonly PromptSet[]): Turn[] {
  return sets.flatMap(({ rows }) =>
    rows
      .filter(({ pole }) => labelOf(pole) !== 0)
      .map(({ context, text, topic, pole }) => ({
        text: [context, text],
        readoutTexts: [],
        readoutAfter: [1],
        topic,
        label: labelOf(pole),
      })),
  );
}

/** Sum over a topic's turns of label times mean residual over the turn's own words `[layers, hidden]`, by topic. */
async function differences(
  reader: SegmentReader,
  turns: readonly Turn[],
  length: number,
  call: LongCall,
): Promise<ReadonlyMap<string, Float64Array>> {
  const out = new Map<string, Float64Array>();
  let done = 0;
  const onGroup = async (size: number): Promise<void> => {
    done += size;
    call.onProgress?.({ stage: 'reading', done, total: turns.length });
    await giveWay(call);
  };
  for await (const [
    { topic, label, text },
    {
      readouts: [read],
    },
  ] of readAll(reader, turns, onGroup, call.signal)) {
    const own = read?.own;
    if (own?.length !== length || !own.every((value) => Number.isFinite(value))) {
      throw new AppError(
        'numbers-not-finite',
        `The model gave numbers that are not finite for "${text.join(' ').slice(0, 60)}…". Run the numbers check; on a graphics processor, try the CPU instead.`,
      );
    }
    const sum = out.get(topic) ?? new Float64Array(length);
    for (let i = 0; i < length; i += 1) sum[i] = (sum[i] ?? 0) + label * (own[i] ?? NaN);
    out.set(topic, sum);
  }
  return out;
}

/** Differences of topics added up, each with its sign; their length does not matter to a cosine. */
function summed(topics: readonly { readonly sign: number; readonly of: Float64Array }[]): Float32Array {
  const out = new Float64Array(topics[0]?.of.length ?? 0);
  for (const { sign, of } of topics)
    for (let i = 0; i < out.length; i += 1) out[i] = (out[i] ?? 0) + sign * (of[i] ?? NaN);
  return Float32Array.from(out);
}
