/**
 * Everything that crosses between the page and the engine worker: a closed set of requests, events and replies.
 * Every message carries the id of its request. Errors keep their code and details.
 */
import type { ChatMessage } from '../core/chat.ts';
import type { DoseProgress, DoseReport, MatchedStrength } from '../core/dose-types.ts';
import type { DtypeAgreement } from '../core/dtype-agreement.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type {
  AnalysedUnits,
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentOutcome,
  ExperimentPart,
  ExperimentProgress,
  SpecSummary,
} from '../core/experiment-run.ts';
import type {
  EngineMemory,
  EngineStatus,
  KeptModel,
  LoadProgress,
  NumbersReport,
  RefineSummary,
  RunSummary,
} from '../core/engine-report.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { ChosenOffer, LocalFiles, ModelListing, ModelSource, WeighedModel } from '../core/model-source.ts';
import type { PatchedScores, PatchedWriting, PatchPlace, PatchReport, PatchRequest } from '../core/patching.ts';
import type { PushSettings } from '../core/push.ts';
import type { DirectionKind, DirectionWords, FoundWords, LensReading, LensWord } from '../core/lens.ts';
import type { SamplingOptions, TapReading, TokenBatch } from '../core/reading.ts';
import type { Granularity } from '../core/refinement.ts';
import type { TokenDivergence, TokenPair } from '../core/token-divergence.ts';
import type { PackedReadings, SetSource, TrainedProbe, TrainingPlan, TrainingProgress } from '../core/training-plan.ts';

export type {
  ByteSource,
  EngineMemory,
  EngineStatus,
  GpuCause,
  KeptModel,
  LoadProgress,
  NumbersReport,
  NumbersRow,
  RefineSummary,
  RunSummary,
} from '../core/engine-report.ts';

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

/** A reference for the numbers check as it lies on disk, not yet validated; `name` is its file's, for messages. */
export interface ReferenceFile {
  readonly bytes: ArrayBuffer;
  readonly name: string;
}

/** A push along a probe's steering direction, and neutral stories to take the unit of its strength from. */
export interface PushArgs {
  readonly probe: ProbeFiles;
  readonly settings: PushSettings;
  readonly stories: SetSource;
}

/** What a dose–response is measured on; see `DoseReport`. Sets are prompt sets whose topics hold two turns each. */
export interface DoseArgs extends PushArgs {
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
  readonly push: PushArgs | null;
}

/** Two texts and one patch of the first into the second. */
export interface PatchedPair {
  readonly a: string;
  readonly b: string;
  readonly place: PatchPlace;
}

/** A request and what its reply holds. */
export interface Calls {
  load: {
    args: {
      readonly model: ModelSource;
      /** Hosts that its files may come from. */ readonly hosts: readonly string[];
      readonly backend: 'auto' | 'wasm';
    };
    value: EngineStatus;
  };
  /**
   * `sets` are looked at where the probe was made on another variant of the model: those that it was fitted on are read
   * again, and how far it agrees is the answer.
   */
  useProbe: { args: ProbeToUse; value: DtypeAgreement | null };
  /** The same measurement for a probe that texts are not read with: the calls that push or judge take it from then on. */
  carryOver: { args: ProbeToUse; value: DtypeAgreement | null };
  /** A conversation in the model's own form, special tokens spelled out, ending where its answer begins: a text to {@link Calls.read}. */
  renderChat: { args: { readonly messages: readonly ChatMessage[] }; value: string };
  read: { args: { readonly text: string; readonly taps: boolean }; value: RunSummary };
  /** Reads inside the sentences of the text that was read or written last: what has not been read yet, the most telling places first. */
  refine: { args: { readonly every: Granularity }; value: RefineSummary };
  /** Goes on from the text that was read last. */
  generate: { args: { readonly sampling: SamplingOptions; readonly taps: boolean }; value: RunSummary };
  /** Reads a text and writes on, pushed; the text in the engine's memory stays there, and is not this one. */
  writePushed: {
    args: PushArgs & { readonly text: string; readonly sampling: SamplingOptions; readonly taps: boolean };
    value: RunSummary;
  };
  /**
   * Strengths whose KL, 95th percentile over neutral tokens, is each of `targets` in nats; the strength in the settings
   * does not matter.
   */
  matchPush: { args: PushArgs & { readonly targets: readonly number[] }; value: readonly MatchedStrength[] };
  measureDose: { args: DoseArgs; value: DoseReport };
  /** Words as the lens can follow them. */
  findWords: { args: { readonly words: readonly string[]; readonly firstToken: boolean }; value: FoundWords };
  /** A text, or the tokens of one, through the lens at every layer. The text in the engine's memory stays there. */
  lens: {
    args: { readonly text: string | readonly number[]; readonly top: number; readonly words: readonly LensWord[] };
    value: LensReading;
  };
  /** A direction of the probe in use through the lens, at one layer. */
  lensDirection: {
    args: { readonly kind: DirectionKind; readonly layer: number; readonly count: number };
    value: DirectionWords;
  };
  /** How far the next words of two texts are apart after each pair of tokens. The text in the engine's memory stays there. */
  diverge: {
    args: { readonly a: ReadRun; readonly b: ReadRun; readonly pairs: readonly TokenPair[] };
    value: TokenDivergence;
  };
  /** The stream of one text put into another, at every token and layer that is asked for; the text in the engine's memory stays there. */
  patch: { args: PatchRequest; value: PatchReport };
  /** How the second of two texts goes on with one patch. */
  patchGoOn: { args: PatchedPair & { readonly sampling: SamplingOptions }; value: PatchedWriting };
  /** What the probe in use reads of it. */
  patchRead: { args: PatchedPair; value: PatchedScores };
  /** Trains a probe and judges it. The text in the engine's memory stays there. */
  train: { args: TrainingPlan; value: TrainedProbe };
  /** What of texts for training has been read, out of the memory of an engine whose device is gone and into that of the next. */
  takeReadings: { args: Record<string, never>; value: PackedReadings };
  giveReadings: { args: PackedReadings; value: null };
  /** Reads another set with a probe, or a control vector, that exists. */
  judge: { args: { readonly probe: ProbeFiles | VectorFile; readonly set: SetSource }; value: Judgement };
  /** Reads the file of an experiment and says what it asks for; needs no model. */
  checkSpec: { args: { readonly source: string }; value: SpecSummary };
  /** Analyses the units of a whole run, with the one of these specs that they belong to; needs no model. */
  analyseUnits: { args: { readonly specs: readonly string[]; readonly units: string }; value: AnalysedUnits };
  /** How long an experiment would take; `parts` may be of either size. */
  estimateExperiment: { args: Omit<ExperimentArgs, 'size'>; value: ExperimentEstimate };
  /** Runs what of an experiment has not run, and analyses it. The text in the engine's memory stays there. */
  runExperiment: { args: ExperimentArgs; value: ExperimentOutcome };
  /** The models whose files this browser keeps; needs no model. */
  listKept: { args: Record<string, never>; value: readonly KeptModel[] };
  /** Deletes them, or the one of that key, but for files that another tab is storing at this moment. A model that is loaded goes on. */
  deleteKept: { args: { readonly key: string | null }; value: null };
  /** What a host says about a model of that id; needs no model. */
  listHub: {
    args: { readonly host: string; readonly repo: string; readonly hosts: readonly string[] };
    value: ModelListing;
  };
  /** What picked files are; needs no model. */
  listPicked: { args: { readonly name: string; readonly files: LocalFiles }; value: ModelListing };
  /** What a model would take here, by its graph and config; needs no model. */
  weighModel: { args: { readonly chosen: ChosenOffer; readonly hosts: readonly string[] }; value: WeighedModel };
  /** Whether the small files of a model can be read, before another is given up for it; needs no model. */
  checkModel: { args: { readonly model: ModelSource; readonly hosts: readonly string[] }; value: null };
  /** `given` takes the place of the reference that lies with the model. */
  checkNumbers: { args: { readonly given: ReferenceFile | null }; value: NumbersReport };
}

/** The name of a request. */
export type CallName = keyof Calls;

/** From the page to the worker. */
export type Request =
  | {
      [K in CallName]: {
        readonly kind: 'call';
        readonly id: number;
        readonly call: K;
        readonly args: Calls[K]['args'];
      };
    }[CallName]
  | { readonly kind: 'cancel'; readonly id: number }
  /** Another strength for the text that is being written, at once. */
  | { readonly kind: 'adjust'; readonly id: number; readonly strength: number };

/** Events of a running request. */
export type CallEvent =
  | { readonly event: 'load-progress'; readonly progress: LoadProgress }
  | { readonly event: 'tokens'; readonly batch: TokenBatch }
  | { readonly event: 'tap'; readonly tap: TapReading }
  /** Readings inside sentences. */
  | { readonly event: 'refine-progress'; readonly done: number; readonly total: number }
  | { readonly event: 'train-progress'; readonly progress: TrainingProgress }
  | { readonly event: 'dose-progress'; readonly progress: DoseProgress }
  | { readonly event: 'experiment-progress'; readonly progress: ExperimentProgress }
  /** Done, and to be kept. */
  | { readonly event: 'experiment-part'; readonly part: ExperimentPart }
  /** Rows of the lens, one a token and layer. */
  | { readonly event: 'lens-progress'; readonly done: number; readonly total: number }
  | { readonly event: 'runs-progress'; readonly done: number; readonly total: number }
  | { readonly event: 'check-progress'; readonly done: number; readonly total: number };

/** From the worker to the page. */
export type Message =
  | { readonly kind: 'event'; readonly id: number; readonly event: CallEvent }
  | { readonly kind: 'value'; readonly id: number; readonly value: Calls[CallName]['value'] }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  /** What the engine holds, after each call that it has answered. */
  | { readonly kind: 'memory'; readonly memory: EngineMemory }
  /** A lock that the worker holds for as long as it lives. */
  | { readonly kind: 'alive'; readonly lock: string }
  /** The device went away while nothing was asked. */
  | { readonly kind: 'lost'; readonly error: ErrorRecord };
