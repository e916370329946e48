/**
 * Everything that crosses between the page and the engine worker: a closed set of requests, events and replies.
 * Every message carries the id of its request. Errors keep their code and details.
 */
import type { ChatMessage } from '../text/chat.ts';
import type { DoseProgress, DoseReport, MatchedStrength } from '../steering/dose-types.ts';
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import type { ErrorRecord } from '../base/errors.ts';
import type {
  AnalysedUnits,
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentOutcome,
  ExperimentPart,
  ExperimentProgress,
  SpecSummary,
} from '../experiments/experiment-run.ts';
import type { EnginePlan } from '../models/device-trial.ts';
import type {
  BackendChoice,
  EngineMemory,
  EngineStatus,
  FuturesSummary,
  StoredModel,
  LoadProgress,
  NumbersReport,
  RefineSummary,
  RunSummary,
  ReferenceFile,
} from '../models/engine-report.ts';
import type { SpeedStart, SpeedTime } from '../models/speed/speed-record.ts';
import type { Judgement } from '../probe/evidence/judgement-types.ts';
import type { MaskedJudgement } from '../probe/evidence/masked-judgement.ts';
import type { ChosenOffer, LocalFiles, ModelListing, ModelSource, WeighedModel } from '../models/model-source.ts';
import type { ModelToRun } from '../models/model-to-run.ts';
import type { PatchedScores, PatchedWriting, PatchPlace, PatchReport, PatchRequest } from '../steering/patching.ts';
import type { ConditionSettings, TokenDecision } from '../steering/condition.ts';
import type { SteeredWords, SteeringSettings } from '../steering/steering.ts';
import type { FutureEnd, FutureReading, FuturesPlan } from '../reading/futures/futures.ts';
import type { DirectionKind, DirectionWords, FoundWords, LensReading, LensWord } from '../lens/lens.ts';
import type { SamplingOptions, ShownReading, ReadoutReading, TokenBatch, TokenPiece } from '../reading/reading.ts';
import type { AxesRead } from '../reading/axes/axes.ts';
import type { Granularity } from '../reading/refinement.ts';
import type { TokenDivergence, TokenPair } from '../reading/token-divergence.ts';
import type {
  PackedReadings,
  SetSource,
  TrainedProbe,
  TrainingPlan,
  TrainingProgress,
} from '../probe/training-plan.ts';

export type {
  EngineMemory,
  EngineStatus,
  StoredModel,
  LoadProgress,
  NumbersReport,
  RefineSummary,
  RunSummary,
} from '../models/engine-report.ts';

/** The two files of a probe as they lie on disk, not yet validated. */
export interface ProbeFiles {
  readonly json: string;
  readonly tensors: ArrayBuffer;
}

/** A probe to score with, and prompt sets that it may have been fitted on. */
export interface ProbeToUse extends ProbeFiles {
  readonly sets: readonly SetSource[];
}

/** A control vector (GGUF) as it lies on disk, not yet validated; `name` is its file's, for messages. */
export interface VectorFile {
  readonly vector: ArrayBuffer;
  readonly name: string;
}

/** Steering along a probe's steering direction, and neutral stories to take the unit of its strength from. */
export interface SteeringArgs {
  readonly probe: ProbeFiles;
  readonly settings: SteeringSettings;
  readonly stories: SetSource;
}

/** A further direction, which steers the same tokens as the first. */
export interface FurtherArgs {
  readonly probe: ProbeFiles;
  readonly settings: Omit<SteeringSettings, 'where'>;
}

/** When steering acts: only while this probe's reading lies beyond a threshold. */
export interface ConditionArgs extends ConditionSettings {
  readonly probe: ProbeFiles;
}

/** A text that is steered while it is written. */
export interface SteeredTextArgs extends SteeringArgs {
  readonly also: readonly FurtherArgs[];
  /** Null: every token from the first that may be on. */
  readonly when: ConditionArgs | null;
  /** Which of the sets of `placeboSets` stands in for the directions, drawn with this seed; null: none does. */
  readonly placebo: { readonly index: number; readonly seed: number } | null;
  readonly text: string;
  readonly sampling: SamplingOptions;
  readonly readouts: boolean;
}

/** What a dose–response is measured on; see `DoseReport`. Sets are prompt sets whose topics hold two turns each. */
export interface DoseArgs extends SteeringArgs {
  readonly targets: readonly number[];
  readonly placeboTargets: readonly number[];
  readonly choices: SetSource;
  readonly control: SetSource | null;
  /** A probe of another axis; left out where it neither fits the model nor holds on it. */
  readonly unrelated: ProbeToUse | null;
  readonly seed: number;
}

/** A text that was read or written, by its tokens, with what was done to the stream meanwhile. */
export interface ReadRun {
  readonly ids: readonly number[];
  /** Tokens that were given. */
  readonly given: number;
  readonly steering: SteeringArgs | null;
}

/** Two texts and one patch of the first into the second. */
export interface PatchedPair {
  readonly a: string;
  readonly b: string;
  readonly place: PatchPlace;
}

/** Of a call that tells nothing while it runs, and of one that takes nothing. */
type NoEvents = Record<never, never>;
type Nothing = Record<string, never>;

/** Steps that are done, and how many there are. */
export interface Steps {
  readonly done: number;
  readonly total: number;
}

/** Tokens and readings of a text as they come. */
interface ReadingEvents {
  readonly tokens: TokenBatch;
  readonly readout: ReadoutReading;
}

/** What is reported while futures are written; see `FuturesSink`. */
interface FuturesEvents {
  readonly start: ShownReading;
  readonly written: readonly { readonly line: number; readonly piece: TokenPiece }[];
  readonly readings: readonly { readonly line: number; readonly reading: FutureReading }[];
  readonly ended: { readonly line: number; readonly why: FutureEnd };
}

/** What the client has to know of a call. */
interface CallFacts {
  /** Whether a worker still answers it after the graphics device is lost. */
  readonly afterLoss?: boolean;
}

/** A call: what it takes, what it gives, what it tells while it runs, and what can be changed while it does. */
interface EngineCall<Args, Value, Events, Change> extends CallFacts {
  /** Of the type only; there is no such value. */
  readonly types?: { readonly args: Args; readonly value: Value; readonly events: Events; readonly change: Change };
}

const call = <Args, Value, Events = NoEvents, Change = never>(
  facts: CallFacts = {},
): EngineCall<Args, Value, Events, Change> => facts;

/**
 * Every call of the engine. The client is made from this table, and the worker's handlers are a record that the compiler
 * holds to it: a new call is an entry here and a handler in `host/engine.worker.ts`. Any call can be stopped by its
 * signal and then throws `cancelled`.
 */
export const ENGINE_CALLS = {
  /**
   * Brings a model in: bytes, session, warm-up. Resolves when a text can be read; throws model errors.
   * `hosts`: where its files may come from. `plan`: what a short run found, told before weights are fetched; not where an engine is
   * asked for by name.
   */
  load: call<
    { readonly model: ModelSource; readonly hosts: readonly string[]; readonly backend: BackendChoice },
    EngineStatus,
    { readonly progress: LoadProgress; readonly plan: EnginePlan }
  >(),
  /**
   * What a short run says of a model before weights are fetched: its graph or its heads alone are, and nothing of one that was weighed.
   * Throws what resolving does.
   */
  planModel: call<
    { readonly model: ModelSource; readonly hosts: readonly string[] } | { readonly weighed: ModelToRun },
    EnginePlan
  >(),
  /**
   * Validates the probe and makes it the one that scores what follows. Where it was made on another variant of the model
   * it is measured first on its own `sets`, and how far it agrees is the answer; the steps are their turns. Throws probe
   * errors with the path of what is wrong, or with what was measured.
   */
  useProbe: call<ProbeToUse, DtypeAgreement | null, { readonly progress: Steps }>(),
  /** The same measurement for a probe that texts are not read with: calls that steer or judge accept it from then on. */
  carryOver: call<ProbeToUse, DtypeAgreement | null, { readonly progress: Steps }>(),
  /**
   * A conversation as the text that the model was trained on, special tokens spelled out, ending where its answer begins.
   * Throws `usage` for a model without such a form.
   */
  renderChat: call<{ readonly messages: readonly ChatMessage[] }, string>(),
  /** Reads a text from its start. */
  read: call<{ readonly text: string; readonly readouts: boolean }, RunSummary, ReadingEvents>(),
  /**
   * Reads inside the sentences of the text that was read or written last, the most telling places first; the steps are
   * readings. Readings come in that order, so before others that are there already. Stopped, what came stays and the
   * next call reads the rest.
   */
  refine: call<{ readonly every: Granularity }, RefineSummary, ReadingEvents & { readonly progress: Steps }>(),
  /**
   * Reads a text with several probes in one pass; the steps are readings inside its sentences. The text in the engine's memory
   * stays there, and the probe in use is not asked. Throws text errors and probe errors.
   */
  readAxes: call<
    { readonly text: string; readonly probes: readonly ProbeFiles[]; readonly every: Granularity },
    AxesRead,
    { readonly progress: Steps }
  >(),
  /** Writes on from the text that was read last; token indices continue. */
  generate: call<{ readonly sampling: SamplingOptions; readonly readouts: boolean }, RunSummary, ReadingEvents>(),
  /**
   * Reads a text and writes on, steered; token indices begin at 0. The text in the engine's memory stays there, and is
   * not this one. The strength of the first direction can be changed on the way, from the next token on. Under a condition
   * each `decision` comes before its token. Throws `push-invalid` for what cannot steer together, and for a condition that
   * steering would move.
   */
  writeSteered: call<SteeredTextArgs, RunSummary, ReadingEvents & { readonly decision: TokenDecision }, number>(),
  /**
   * Writes many continuations of a text, or of the tokens of one, side by side, each read every few tokens by the probe in
   * use; `layer`: that of the readings of a probe that has none to show. The text in the engine's memory stays there. Throws
   * `usage`, text errors and what steering throws.
   */
  futures: call<
    {
      readonly text: string | readonly number[];
      readonly plan: FuturesPlan;
      readonly steering: SteeringArgs | null;
      readonly layer: number;
    },
    FuturesSummary,
    FuturesEvents
  >(),
  /**
   * Strengths whose KL, 95th percentile over neutral tokens, is each of `targets` in nats; the strength in the settings
   * does not matter. Throws `push-invalid` where there are none.
   */
  matchSteering: call<SteeringArgs & { readonly targets: readonly number[] }, readonly MatchedStrength[]>(),
  /** How likely words are after a text under steering, with the vectors; the text in the engine's memory stays there. */
  steeredWords: call<SteeringArgs & { readonly text: string; readonly words: string }, SteeredWords>(),
  /** What steering does at several strengths, beside its placebos. */
  measureDose: call<DoseArgs, DoseReport, { readonly progress: DoseProgress }>(),
  /** Words as the lens can follow them; with `firstToken` a word of several tokens is followed by its first. */
  findWords: call<{ readonly words: readonly string[]; readonly firstToken: boolean }, FoundWords>(),
  /**
   * A text, or the tokens of one, through the lens at every layer; the steps are tokens times layers. The text in the
   * engine's memory stays there. Throws text errors or `numbers-wrong`.
   */
  lens: call<
    { readonly text: string | readonly number[]; readonly top: number; readonly words: readonly LensWord[] },
    LensReading,
    { readonly progress: Steps }
  >(),
  /** A direction of the probe in use through the lens at one layer. Throws `usage` where there is no such direction or layer. */
  lensDirection: call<
    { readonly kind: DirectionKind; readonly layer: number; readonly count: number },
    DirectionWords
  >(),
  /**
   * How far the next words of two texts are apart after each pair of tokens, in nats; the steps are pairs. The text in the
   * engine's memory stays there. Throws `recording-invalid` for tokens that the model has not, and what steering throws.
   */
  diverge: call<
    { readonly a: ReadRun; readonly b: ReadRun; readonly pairs: readonly TokenPair[] },
    TokenDivergence,
    { readonly progress: Steps }
  >(),
  /**
   * The stream of one text put into another, at every token and layer that is asked for; the steps are patches. The text
   * in the engine's memory stays there. Throws text errors and `usage`.
   */
  patch: call<PatchRequest, PatchReport, { readonly progress: Steps }>(),
  /** How the second of two texts goes on with one patch, and both without. */
  patchGoOn: call<PatchedPair & { readonly sampling: SamplingOptions }, PatchedWriting>(),
  /** What the probe in use reads of the second text with one patch and without it. */
  patchRead: call<PatchedPair, PatchedScores>(),
  /** Trains a probe and judges it. The text in the engine's memory stays there. Throws set errors and `numbers-not-finite`. */
  train: call<TrainingPlan, TrainedProbe, { readonly progress: TrainingProgress }>(),
  /** Takes the readings of texts for training out of the engine's memory. */
  takeReadings: call<Nothing, PackedReadings>({ afterLoss: true }),
  /** Gives an engine what another has read: those texts are not read again. */
  giveReadings: call<PackedReadings, null>(),
  /** Reads another set with a probe, or a control vector, that exists; nothing is fitted. */
  judge: call<
    { readonly probe: ProbeFiles | VectorFile; readonly set: SetSource },
    Judgement,
    { readonly progress: TrainingProgress }
  >(),
  /**
   * Masks the `most` words of a set that tell the poles of the other topics apart best, and judges the probe before and after, beside as
   * many other words masked at random. Throws set errors, and `set-invalid` with one topic or one pole.
   */
  judgeMasked: call<
    { readonly probe: ProbeFiles; readonly set: SetSource; readonly most: number },
    MaskedJudgement,
    { readonly progress: TrainingProgress }
  >(),
  /** Reads the file of an experiment; throws `spec-invalid` with the path of what is wrong. Needs no model. */
  checkSpec: call<{ readonly source: string }, SpecSummary>(),
  /**
   * Analyses the units of a whole run with the one of these specs that they belong to; throws `unit-invalid` and
   * `units-missing`. Needs no model.
   */
  analyseUnits: call<{ readonly specs: readonly string[]; readonly units: string }, AnalysedUnits>(),
  /** How long an experiment would take here, by a short reading; `parts` may be of either size. */
  estimateExperiment: call<Omit<ExperimentArgs, 'size'>, ExperimentEstimate>(),
  /**
   * Runs what of an experiment has not run, and analyses it; each `part` comes as it ends, to be stored. The text in the
   * engine's memory stays there. Throws spec and unit errors, and what stops a reading.
   */
  runExperiment: call<
    ExperimentArgs,
    ExperimentOutcome,
    { readonly progress: ExperimentProgress; readonly part: ExperimentPart }
  >(),
  /**
   * Measures what reading, writing, steering and futures cost here, in at most so many milliseconds and rounds; each time comes as
   * it was taken. The text in the engine's memory stays there.
   */
  measureSpeed: call<
    { readonly mostMs: number; readonly mostRounds: number },
    SpeedStart,
    { readonly start: SpeedStart; readonly time: SpeedTime; readonly progress: Steps }
  >(),
  /** The models whose files this browser stores. Needs no model. */
  listStored: call<Nothing, readonly StoredModel[]>(),
  /**
   * Deletes those files, or those of the model of that key, but for files that another tab is storing at this moment.
   * A model that is loaded goes on.
   */
  deleteStored: call<{ readonly key: string | null }, null>(),
  /**
   * What a host says about a model: its variants, with sizes and hashes. Needs no model. Throws `model-host-off`,
   * `model-gated`, `model-fetch-failed`, `model-list-invalid` or `usage`.
   */
  listHub: call<{ readonly host: string; readonly repo: string; readonly hosts: readonly string[] }, ModelListing>(),
  /** The same of picked files. */
  listPicked: call<{ readonly name: string; readonly files: LocalFiles }, ModelListing>(),
  /** What a variant would take here, by its graph and its config, and nothing else of it. Needs no model. */
  weighModel: call<{ readonly chosen: ChosenOffer; readonly hosts: readonly string[] }, WeighedModel>(),
  /**
   * Reads the small files of a model as loading does, before another is given up for it. Throws `model-text-invalid`,
   * naming the file, and what loading throws. Needs no model.
   */
  checkModel: call<{ readonly model: ModelSource; readonly hosts: readonly string[] }, null>(),
  /**
   * Compares the engine's numbers with a float32 reference: the file that is given, or else what lies with the model.
   * Throws `tensor-file-invalid` for a file that does not fit.
   */
  checkNumbers: call<{ readonly given: ReferenceFile | null }, NumbersReport, { readonly progress: Steps }>(),
};

/** {@link ENGINE_CALLS}, as a type. */
export type EngineCalls = typeof ENGINE_CALLS;

/** The name of a call. */
export type CallName = keyof EngineCalls;

/** All names. */
export const CALL_NAMES = Object.keys(ENGINE_CALLS) as readonly CallName[];

type Types<Name extends CallName> = NonNullable<EngineCalls[Name]['types']>;

/** What a call takes. */
export type CallArgs<Name extends CallName> = Types<Name>['args'];

/** What it gives. */
export type CallValue<Name extends CallName> = Types<Name>['value'];

/** What changes it while it runs; never for most. */
export type CallChange<Name extends CallName> = Types<Name>['change'];

/** A function for each thing that a call tells while it runs. */
export type CallListeners<Name extends CallName> = {
  readonly [Event in keyof Types<Name>['events']]: (value: Types<Name>['events'][Event]) => void;
};

/** A request that the worker answers once. */
export type CallRequest<Name extends CallName = CallName> = {
  [Each in Name]: {
    readonly kind: 'call';
    readonly id: number;
    readonly call: Each;
    readonly args: CallArgs<Each>;
  };
}[Name];

/** From the page to the worker. */
export type Request =
  | CallRequest
  | { readonly kind: 'cancel'; readonly id: number }
  /** A change of the call that runs, at once. */
  | { readonly kind: 'change'; readonly id: number; readonly change: CallChange<CallName> };

/** What a running call tells: the name of its event and the value. */
export type CallEvent = {
  [Name in CallName]: {
    [Event in keyof Types<Name>['events']]: {
      readonly event: Event;
      readonly value: Types<Name>['events'][Event];
    };
  }[keyof Types<Name>['events']];
}[CallName];

/** From the worker to the page. */
export type Message =
  | ({ readonly kind: 'event'; readonly id: number } & CallEvent)
  | { readonly kind: 'value'; readonly id: number; readonly value: CallValue<CallName> }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  /** What the engine holds, after each call that it has answered. */
  | { readonly kind: 'memory'; readonly memory: EngineMemory }
  /** A lock that the worker holds for as long as it lives. */
  | { readonly kind: 'alive'; readonly lock: string }
  /** The device went away while nothing was asked. */
  | { readonly kind: 'lost'; readonly error: ErrorRecord };
