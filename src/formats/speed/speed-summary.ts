/**
 * What a record of speed says: medians with quartiles over the rounds that nothing disturbed, ratios within rounds, and whether
 * two records may stand side by side.
 */
import { quantile } from '../../stats/stats.ts';
import {
  SPEED_MEASURE_NAMES,
  type SpeedMeasure,
  type SpeedRecord,
  type SpeedSample,
} from '../../models/speed/speed-record.ts';

/** A median with its quartiles, by linear interpolation. */
export interface SpeedSpread {
  /** Rounds that count. */
  readonly n: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** One measure. */
export interface SpeedRow extends SpeedSpread {
  readonly measure: SpeedMeasure;
  /** Rounds that were left out because something disturbed them. */
  readonly disturbed: number;
}

/** Two measures of a record: the time of the first to the time of the second, as far as both did the same. */
interface RatioKind {
  readonly first: SpeedMeasure;
  readonly second: SpeedMeasure;
  /** Whether times of a token are compared, or times of the whole. */
  readonly of: 'token' | 'whole';
  readonly says: string;
}

const RATIOS: readonly RatioKind[] = [
  { first: 'every', second: 'read', of: 'whole', says: 'a reading after every token, to reading the text alone' },
  { first: 'write', second: 'plain', of: 'token', says: 'a written token scored at every layer, to one that is not' },
  { first: 'steer', second: 'write', of: 'token', says: 'a steered token, to one that is not' },
  { first: 'stepwise', second: 'write', of: 'token', says: 'a token written one pass each, to the way in use' },
  { first: 'futures', second: 'one', of: 'whole', says: '24 futures, to one continuation' },
];

/** A ratio of times: above 1 the first takes longer. */
export interface SpeedRatio extends SpeedSpread {
  readonly says: string;
}

/** Median and quartiles; NaN without values. */
function spreadOf(values: readonly number[]): SpeedSpread {
  return { n: values.length, low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
}

/** Tokens a second of every measure that has a round that counts. */
export function speedRows({ samples }: Pick<SpeedRecord, 'samples'>): readonly SpeedRow[] {
  return SPEED_MEASURE_NAMES.flatMap((measure) => {
    const own = samples.filter((sample) => sample.measure === measure && sample.round > 0);
    const values = own.filter(counts).map(({ tokens, milliseconds }) => (1000 * tokens) / milliseconds);
    return values.length === 0 ? [] : [{ measure, disturbed: own.length - values.length, ...spreadOf(values) }];
  });
}

/** Ratios of times within rounds, over the rounds that have both and that nothing disturbed: what slows a whole round cancels out. */
export function speedRatios({ samples }: Pick<SpeedRecord, 'samples'>): readonly SpeedRatio[] {
  const good = samples.filter(counts);
  return RATIOS.flatMap(({ first, second, of, says }) => {
    const values = good
      .filter(({ measure }) => measure === first)
      .flatMap((a) => {
        const b = good.find(({ measure, round }) => measure === second && round === a.round);
        return b === undefined ? [] : [cost(a, of) / cost(b, of)];
      });
    return values.length === 0 ? [] : [{ says, ...spreadOf(values) }];
  });
}

/** Why a record’s numbers must not be divided by another’s; null where they may. */
export function speedMismatch(a: SpeedRecord, b: SpeedRecord): string | null {
  if (a.version !== b.version) return `measured by Flipside ${b.version}, the other by ${a.version}`;
  if (a.model.weightsSha256 !== b.model.weightsSha256) return `measured on other weights, ${b.model.id}`;
  if (a.form !== b.form) return `measured with texts of another size (${b.form})`;
  if (a.power !== b.power && [a.power, b.power].includes('battery'))
    return 'one of the two was measured on battery, the other was not';
  return null;
}

/** What has to be known before the numbers are believed, a sentence each. */
export function speedCautions(record: SpeedRecord): readonly string[] {
  const { samples, adapter, power, load, processors, complete, clockMs } = record;
  const out = (why: SpeedSample['disturbed']): number =>
    samples.filter(({ disturbed, round }) => disturbed === why && round > 0).length;
  const [hidden, changed] = [out('hidden'), out('power')];
  const times = (count: number): string => (count === 1 ? '1 time was' : `${count} times were`);
  return [
    ...(complete ? [] : ['It was stopped before its end: fewer rounds than usual.']),
    ...(hidden === 0 ? [] : [`${times(hidden)} left out: the tab was in the background, where browsers slow pages.`]),
    ...(changed === 0 ? [] : [`${times(changed)} left out: the power supply changed meanwhile.`]),
    ...(power === 'battery' ? ['It ran on battery: a battery saver may have slowed it down.'] : []),
    ...(adapter?.software === true ? ['The adapter computes in software: this is no graphics card.'] : []),
    ...(adapter?.timestamps === false
      ? ['The adapter offers no timestamps: its own time cannot be told from waiting.']
      : []),
    ...(load !== null && Math.max(...load) > 1 + processors
      ? ['The machine was busy with other work: times are upper bounds, and ratios are safer.']
      : []),
    ...(clockMs > 1 ? [`The clock has steps of ${Number(clockMs.toPrecision(2))} ms: short times are coarse.`] : []),
  ];
}

/** Median with quartiles in words, three digits each. */
export function spreadWords({ median, low, high }: SpeedSpread): string {
  return `${digits(median)} [${digits(low)}, ${digits(high)}]`;
}

/** Three digits that count, and no exponent. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The device in a few words. */
export function deviceWords({ adapter, processor, backend, threads, processors }: SpeedRecord): string {
  if (adapter !== null) {
    const { vendor, architecture, description } = adapter;
    return [vendor, architecture, description].filter((part) => part !== '').join(' ') || 'an unnamed graphics adapter';
  }
  const on = backend === 'wasm' ? 'WebAssembly' : 'the command';
  const used = threads === null ? `${processors} processors` : `${threads} of ${processors} threads`;
  return `${processor ?? 'a processor'}, ${on}, ${used}`;
}

const counts = ({ round, disturbed }: SpeedSample): boolean => round > 0 && disturbed === null;

const cost = ({ milliseconds, tokens }: SpeedSample, of: RatioKind['of']): number =>
  of === 'whole' ? milliseconds : milliseconds / tokens;
