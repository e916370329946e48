/** The engine as the page sees it. The state classes know this interface only; a worker stands behind it. */
import type { ChatMessage } from '../../core/chat.ts';
import type { DoseProgress, DoseReport, MatchedStrength } from '../../core/dose-types.ts';
import type { DtypeAgreement } from '../../core/dtype-agreement.ts';
import type { AppError } from '../../core/errors.ts';
import type {
  AnalysedUnits,
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentOutcome,
  ExperimentPart,
  ExperimentProgress,
  SpecSummary,
} from '../../core/experiment-run.ts';
import type { Judgement } from '../../core/judgement-types.ts';
import type { DirectionKind, DirectionWords, FoundWords, LensReading, LensWord } from '../../core/lens.ts';
import type { ModelListing, WeighedModel } from '../../core/model-source.ts';
import type { PatchedScores, PatchedWriting, PatchReport, PatchRequest } from '../../core/patching.ts';
import type { ReadingSink, SamplingOptions } from '../../core/reading.ts';
import type { TokenDivergence } from '../../core/token-divergence.ts';
import type {
  PackedReadings,
  SetSource,
  TrainedProbe,
  TrainingPlan,
  TrainingProgress,
} from '../../core/training-plan.ts';
import type {
  Calls,
  DoseArgs,
  EngineMemory,
  EngineStatus,
  KeptModel,
  LoadProgress,
  NumbersReport,
  ProbeFiles,
  ProbeToUse,
  ReferenceFile,
  RefineSummary,
  RunSummary,
  VectorFile,
} from '../protocol.ts';

/** A model in a worker. One call at a time; every call can be stopped by its signal and then throws `cancelled`. */
export interface EngineClient {
  /** Brings the model in: bytes, session, warm-up. Resolves when a text can be read. */
  load(
    args: Calls['load']['args'],
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<EngineStatus>;
  /**
   * Validates the probe and makes it the one that scores what follows. Where it was made on another variant of the model it is
   * measured first, on its own sets; `onProgress` counts their turns. Throws probe errors with the path of what is
   * wrong, or with what was measured.
   */
  useProbe(
    probe: ProbeToUse,
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<DtypeAgreement | null>;
  /** The same measurement for a probe that texts are not read with: what pushes or judges takes it from then on. */
  carryOver(
    probe: ProbeToUse,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<DtypeAgreement | null>;
  /** A conversation as the text that the model was trained on, special tokens spelled out. Throws `usage` where it has no such form. */
  renderChat(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string>;
  /** Reads a text from its start; the sink gets tokens and taps as they come. */
  read(args: { text: string; taps: boolean }, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary>;
  /**
   * Reads inside the sentences of the text that was read or written last; `onProgress` counts readings. Taps come in the order of what
   * they tell, so before others that stand there already. Stopped, what came stays and the next call reads the rest.
   */
  refine(
    args: Calls['refine']['args'],
    sink: ReadingSink,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<RefineSummary>;
  /** Writes on from the text that was read last. Token indices continue. */
  generate(
    args: { sampling: SamplingOptions; taps: boolean },
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary>;
  /**
   * Reads a text and writes on, pushed; token indices begin at 0. `adjusting` gets a function that changes the strength
   * on the way, from the next token on.
   */
  writePushed(
    args: Calls['writePushed']['args'],
    sink: ReadingSink,
    adjusting: (adjust: (strength: number) => void) => void,
    signal: AbortSignal,
  ): Promise<RunSummary>;
  /** Strengths that change the next word alike; throws `push-invalid` where there are none. */
  matchPush(args: Calls['matchPush']['args'], signal: AbortSignal): Promise<readonly MatchedStrength[]>;
  /** What a push does at several strengths, beside its placebos. */
  measureDose(args: DoseArgs, onProgress: (progress: DoseProgress) => void, signal: AbortSignal): Promise<DoseReport>;
  /** Looks up words that the lens can follow; with `firstToken` a word that is several tokens is followed by its first. */
  findWords(words: readonly string[], firstToken: boolean, signal: AbortSignal): Promise<FoundWords>;
  /**
   * A text, or the tokens of one that was read or written here, through the lens at every layer; `onProgress` counts
   * tokens times layers. Throws text errors or `numbers-wrong`.
   */
  lens(
    args: { text: string | readonly number[]; top: number; words: readonly LensWord[] },
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<LensReading>;
  /** What a direction of the probe in use says through the lens at one layer. Throws `usage` for a direction or layer that there is not. */
  lensDirection(
    args: { kind: DirectionKind; layer: number; count: number },
    signal: AbortSignal,
  ): Promise<DirectionWords>;
  /**
   * How far the next words of two texts are apart after each pair of tokens, in nats; `onProgress` counts pairs. Throws
   * `recording-invalid` for tokens that the model has not, and what stops a push.
   */
  diverge(
    args: Calls['diverge']['args'],
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<TokenDivergence>;
  /** The stream of one text put into another, cell by cell of a grid; `onProgress` counts patches. Throws text errors and `usage`. */
  patch(
    args: PatchRequest,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<PatchReport>;
  /** How the second text goes on with one patch, and both without. */
  patchGoOn(args: Calls['patchGoOn']['args'], signal: AbortSignal): Promise<PatchedWriting>;
  /** What the probe in use reads of the second text with one patch and without it. */
  patchRead(args: Calls['patchRead']['args'], signal: AbortSignal): Promise<PatchedScores>;
  /** Trains a probe and judges it. Throws what is wrong with a set, or `numbers-not-finite`. */
  train(
    plan: TrainingPlan,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainedProbe>;
  /** Takes what of texts for training this engine remembers out of it, also after its device went away; throws where its worker is gone. */
  takeReadings(): Promise<PackedReadings>;
  /** Gives it what another has remembered: texts that were read are not read again. */
  giveReadings(readings: PackedReadings): Promise<void>;
  /** Reads another set with a probe, or a control vector, that exists; nothing is fitted. */
  judge(
    args: { probe: ProbeFiles | VectorFile; set: SetSource },
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<Judgement>;
  /** Reads the file of an experiment; throws `spec-invalid` with the path of what is wrong. Needs no model. */
  checkSpec(source: string): Promise<SpecSummary>;
  /** Analyses a file of units with the one of these specs that it belongs to; throws `unit-invalid` and `units-missing`. Needs no model. */
  analyseUnits(specs: readonly string[], units: string): Promise<AnalysedUnits>;
  /** How long an experiment would take here, by a short reading. */
  estimateExperiment(args: Calls['estimateExperiment']['args'], signal: AbortSignal): Promise<ExperimentEstimate>;
  /**
   * Runs what of an experiment has not run; `onPart` gets each part as it ends, to keep it. Throws spec and unit
   * errors, and what stops a reading.
   */
  runExperiment(
    args: ExperimentArgs,
    onProgress: (progress: ExperimentProgress) => void,
    onPart: (part: ExperimentPart) => void,
    signal: AbortSignal,
  ): Promise<ExperimentOutcome>;
  /**
   * The numbers check: against the file that is given, which is handed over, or else against the float32 reference that
   * lies with the model. Throws `tensor-file-invalid` for a file that does not fit.
   */
  checkNumbers(
    given: ReferenceFile | null,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<NumbersReport>;
  /** The models whose files this browser keeps. Needs no model, so it can be asked of a client that has loaded none. */
  listKept(): Promise<readonly KeptModel[]>;
  /** Deletes those files, or those of one model (and of no other), but for what another tab is storing at this moment. */
  deleteKept(key: string | null): Promise<void>;
  /**
   * What a host says about a model: its variants, with sizes and hashes. Needs no model. Throws `model-host-off`,
   * `model-gated`, `model-fetch-failed`, `model-list-invalid` or `usage`.
   */
  listHub(args: Calls['listHub']['args'], signal: AbortSignal): Promise<ModelListing>;
  /** The same of files that the reader picked. */
  listPicked(args: Calls['listPicked']['args'], signal: AbortSignal): Promise<ModelListing>;
  /** What a variant would take here. Fetches its graph and its config, and nothing else. */
  weighModel(args: Calls['weighModel']['args'], signal: AbortSignal): Promise<WeighedModel>;
  /**
   * Reads the small files of a model as loading does, before another is given up for it. Throws `model-text-invalid`,
   * naming the file, and what loading throws.
   */
  checkModel(args: Calls['checkModel']['args'], signal: AbortSignal): Promise<void>;
  /**
   * Called when the worker or the device dies while nothing runs; the client is useless afterwards but for {@link
   * takeReadings}, and is to be disposed of.
   */
  onLost(callback: (error: AppError) => void): void;
  /** Called after each call with what the engine holds in memory then. */
  onMemory(callback: (memory: EngineMemory) => void): void;
  /** Ends the worker. */
  dispose(): void;
}
