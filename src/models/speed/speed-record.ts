/** A record of speed: what was measured, how often, on what, and what disturbed it. Plain data. */
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { EngineStatus, WriterTrial, WritingMode } from '../engine-report.ts';

/** What is measured, in the order in which it is shown, each with what is done. */
export const SPEED_MEASURES = {
  read: { says: 'Reading a text' },
  every: { says: 'Reading it with a reading after every token' },
  write: { says: 'Writing, every layer scored' },
  stepwise: { says: 'Writing, one pass a token' },
  plain: { says: 'Writing, nothing scored' },
  steer: { says: 'Writing, steered' },
  one: { says: 'One continuation with readings, its beginning read' },
  futures: { says: '24 futures with readings, their beginning read' },
} as const satisfies Record<string, { readonly says: string }>;

/** The name of one. */
export type SpeedMeasure = keyof typeof SPEED_MEASURES;

/** All names, in order. */
export const SPEED_MEASURE_NAMES = Object.keys(SPEED_MEASURES) as readonly SpeedMeasure[];

/** What made a time worthless, in words that end a sentence. */
export const DISTURBANCES = {
  hidden: 'the tab was in the background',
  power: 'the power supply changed',
} as const satisfies Record<string, string>;

/** The name of one. */
export type Disturbance = keyof typeof DISTURBANCES;

/** Why something was not measured, in words that end a sentence. */
export const SPEED_LACKS = {
  probe: 'no probe that fits the model is in use',
  readings: 'this probe or model cannot be read inside sentences',
  steering: 'this model’s graph takes no steering here',
  way: 'tokens are written one pass each here anyway',
  slow: 'this device is too slow for it in the time',
  time: 'the time was over before it came to its second turn',
} as const satisfies Record<string, string>;

/** The name of one. */
export type SpeedLack = keyof typeof SPEED_LACKS;

/** Sizes of what is read and written: `full` takes seconds a round on a processor, `short` is for slower devices. */
export type SpeedForm = 'full' | 'short';

/** What the device has electricity from; browsers do not tell more, and not all tell that. */
export type SpeedPower = 'mains' | 'battery' | 'unknown';

/** One thing done once. */
export interface SpeedTime {
  readonly measure: SpeedMeasure;
  /** 0 warms up and never counts. */
  readonly round: number;
  /** Tokens that were read or written; of futures those of all lines together. */
  readonly tokens: number;
  readonly milliseconds: number;
}

/** A time with what disturbed it; null where nothing is known to have. */
export interface SpeedSample extends SpeedTime {
  readonly disturbed: Disturbance | null;
}

/** What is known once measuring begins. */
export interface SpeedStart {
  readonly form: SpeedForm;
  /** Milliseconds of a pass of one token, after two that warm up. */
  readonly passMs: number;
  /** The smallest step of the clock, in milliseconds. */
  readonly clockMs: number;
  readonly lacks: readonly { readonly measure: SpeedMeasure; readonly why: SpeedLack }[];
}

/** A whole record. */
export interface SpeedRecord extends SpeedStart {
  /** When it was begun, milliseconds since 1970. */
  readonly createdAt: number;
  /** Version of Flipside. */
  readonly version: string;
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256' | 'layerCount' | 'hidden'>;
  /** Browser or Node with its version. */
  readonly runner: string;
  /** onnxruntime with its version and build. */
  readonly runtime: string;
  /** `cpu`: onnxruntime-node. */
  readonly backend: EngineStatus['backend'] | 'cpu';
  /** The graphics adapter; null where the processor computes. `timestamps`: whether it offers times of its own; null: not known. */
  readonly adapter: (NonNullable<EngineStatus['adapter']> & { readonly timestamps: boolean | null }) | null;
  /** The processor; browsers do not tell it. */
  readonly processor: string | null;
  readonly processors: number;
  /** Threads of a pass on the processor; null on a graphics card, or where it is onnxruntime's choice. */
  readonly threads: number | null;
  readonly power: SpeedPower;
  /** Processes that ran or waited, the mean of one minute, before and after; null in a browser. */
  readonly load: readonly [before: number, after: number] | null;
  readonly writing: WritingMode;
  /** The ways of writing that were tried when the model was loaded. */
  readonly trials: readonly Pick<WriterTrial, 'mode' | 'msPerToken' | 'accepted'>[];
  readonly memory: readonly { readonly what: SpeedMemory; readonly bytes: number }[];
  /** False where the reader stopped it. */
  readonly complete: boolean;
  readonly samples: readonly SpeedSample[];
}

/** Kinds of memory, with words for each. */
export const SPEED_MEMORY = {
  gpu: 'GPU memory, held',
  'gpu-peak': 'GPU memory, at most',
  page: 'the page with its workers, held',
  process: 'the process, at most',
} as const satisfies Record<string, string>;

/** The name of one. */
export type SpeedMemory = keyof typeof SPEED_MEMORY;
