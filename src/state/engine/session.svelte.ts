/** The engine as the page sees it: its calls, the text that it holds, and the results of the last run. */
import { SAY } from '../../content/status.ts';
import type { ChatMessage } from '../../text/chat.ts';
import type { DoseProgress, DoseReport, MatchedStrength } from '../../steering/dose-types.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import type {
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentOutcome,
  ExperimentPart,
  ExperimentProgress,
} from '../../experiments/experiment-run.ts';
import type { EngineStatus, NumbersReport, ReferenceFile, RunSummary } from '../../models/engine-report.ts';
import type { Judgement } from '../../probe/evidence/judgement-types.ts';
import type { MaskedJudgement } from '../../probe/evidence/masked-judgement.ts';
import type { DirectionKind, DirectionWords, FoundWords, LensReading } from '../../lens/lens.ts';
import type { PatchedScores, PatchedWriting, PatchReport, PatchRequest } from '../../steering/patching.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SpeedStart, SpeedTime } from '../../models/speed/speed-record.ts';
import type { FuturesSink } from '../../reading/futures/futures.ts';
import type { AxesRead } from '../../reading/axes/axes.ts';
import type { TokenDecision } from '../../steering/condition.ts';
import type { SteeredWords } from '../../steering/steering.ts';
import type { ReadingSink, SamplingOptions } from '../../reading/reading.ts';
import { USUAL } from '../../reading/refinement.ts';
import type { TokenDivergence } from '../../reading/token-divergence.ts';
import type { SetSource, TrainedProbe, TrainingPlan, TrainingProgress } from '../../probe/training-plan.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import type { CallArgs, DoseArgs, ProbeFiles, ProbeToUse, Steps, VectorFile } from '../../worker/protocol.ts';
import { EngineLine } from './engine-line.svelte.ts';
import type { FinishedRun, Phase } from './phase.ts';
import type { ReadingState } from '../runs/reading.svelte.ts';
import { paced, timedSink } from './timed-sink.ts';

/** Every call of the page. */
export class Session extends EngineLine {
  #numbers = $state.raw<NumbersReport | null>(null);
  #finished = $state.raw<FinishedRun | null>(null);
  /** The reading that the engine has in its memory and can go on from. */
  #held = $state.raw<ReadingState | null>(null);

  get numbers(): NumbersReport | null {
    return this.#numbers;
  }

  /** The last run that came to an end. */
  get finished(): FinishedRun | null {
    return this.#finished;
  }

  /** Whether {@link write} would go on from this reading without reading it again. */
  holds(reading: ReadingState | null): boolean {
    return reading !== null && this.#held === reading;
  }

  /** A conversation as the text that the model reads; null when it was stopped or failed, which is then already shown. */
  async renderChat(messages: readonly ChatMessage[]): Promise<string | null> {
    const { client, status } = this.idle();
    return this.run({ kind: 'reading', status }, (signal) => client.renderChat({ messages }, { signal }));
  }

  /** Reads a text into a live reading. */
  async read(text: string, readouts: boolean, reading: ReadingState): Promise<boolean> {
    const { client, status } = this.idle();
    this.say(SAY.reading());
    const sink: ReadingSink = {
      readout: (readout) => reading.sink.readout(readout),
      tokens: (batch) => {
        // Not before: a text that is refused leaves the one before it in the engine's memory.
        this.#held = null;
        reading.sink.tokens(batch);
      },
    };
    const summary = await this.#runInto(reading, { kind: 'reading', status }, (signal) =>
      client.read({ text, readouts }, { on: sink, signal }),
    );
    if (summary === null) return false;
    this.#held = reading;
    this.#finished = { ...summary, what: 'read' };
    this.say(SAY.read(reading.tokens.length, reading.readouts.length));
    return true;
  }

  /**
   * Reads inside the sentences of the reading that the engine holds; how many readings came of it. Every
   * other call ends it, and what was read stays. Does nothing where the engine holds another text, or is at work.
   */
  async refine(reading: ReadingState): Promise<number> {
    const { client, status } = this;
    if (client === null || status === null || this.phase.kind !== 'ready' || !this.holds(reading)) return 0;
    const before = reading.heard;
    const step = paced((steps: Steps) => this.goOn({ kind: 'refining', status, ...steps }));
    const summary = await this.run({ kind: 'refining', status, done: 0, total: 0 }, (signal) =>
      client.refine({ every: USUAL }, { on: { ...reading.sink, progress: step }, signal }),
    );
    reading.flush();
    if (summary !== null) reading.left = summary.left;
    if (summary !== null && summary.readings > 0) this.say(SAY.refined(reading.readouts.length));
    return reading.heard - before;
  }

  /** Reads a text with several probes, beside the one that the engine holds; null when it was stopped or failed. */
  async readAxes(args: CallArgs<'readAxes'>, progress: (steps: Steps) => void): Promise<AxesRead | null> {
    const { client, status } = this.idle();
    return this.run({ kind: 'reading', status }, (signal) => client.readAxes(args, { on: { progress }, signal }));
  }

  /** Goes on writing from the reading that the engine holds. */
  async write(sampling: SamplingOptions, readouts: boolean, reading: ReadingState): Promise<boolean> {
    const { client, status } = this.idle();
    if (!this.holds(reading))
      throw new AppError('usage', 'Only the text that was read last can be continued. Read it again first.');
    reading.beginContinuation(sampling);
    this.say(SAY.writing());
    const sink = timedSink(reading.sink, (tokensPerSecond) => this.goOn({ kind: 'writing', status, tokensPerSecond }));
    const summary = await this.#runInto(reading, { kind: 'writing', status, tokensPerSecond: null }, (signal) =>
      client.generate({ sampling, readouts }, { on: sink, signal }),
    );
    if (summary === null) return false;
    this.#finished = { ...summary, what: 'write' };
    this.say(SAY.wrote(summary.tokens, summary.ended));
    return true;
  }

  /**
   * Reads a text and writes on while steered, into a live reading; null when it was stopped or failed, which is then
   * already shown. `decision` is called for each token that a condition decides about. The text in the engine's memory stays there.
   */
  async writeSteered(
    args: CallArgs<'writeSteered'>,
    reading: ReadingState,
    {
      adjusting,
      decision,
    }: {
      readonly adjusting?: (adjust: (strength: number) => void) => void;
      readonly decision: (decision: TokenDecision) => void;
    },
  ): Promise<RunSummary | null> {
    const { client, status } = this.idle();
    this.say(SAY.writingSteered());
    const sink = timedSink(reading.sink, (tokensPerSecond) => this.goOn({ kind: 'writing', status, tokensPerSecond }));
    const summary = await this.run({ kind: 'writing', status, tokensPerSecond: null }, (signal) =>
      client
        .writeSteered(args, { on: { ...sink, decision }, ...(adjusting && { changing: adjusting }), signal })
        .finally(() => reading.flush()),
    );
    if (summary !== null) this.say(SAY.wrote(summary.tokens, summary.ended));
    return summary;
  }

  /** Writes futures, told to `on` as they grow; false when it was stopped or failed, which is then already shown. */
  async futures(args: CallArgs<'futures'>, on: FuturesSink): Promise<boolean> {
    const { client, status } = this.idle();
    const phase = { kind: 'writing', status, tokensPerSecond: null } as const;
    return (await this.run(phase, (signal) => client.futures(args, { on, signal }))) !== null;
  }

  /** Finds the strengths that change the next word by these KLs; null as above. */
  async matchSteering(args: CallArgs<'matchSteering'>): Promise<readonly MatchedStrength[] | null> {
    const { client, status } = this.idle();
    this.say(SAY.matching());
    const matched = await this.run({ kind: 'measuring', status, progress: null }, (signal) =>
      client.matchSteering(args, { signal }),
    );
    if (matched !== null) this.say(SAY.matched(matched.map(({ strength }) => strength)));
    return matched;
  }

  /** How likely words are after a text under steering; null as above. The text in the engine's memory stays there. */
  async steeredWords(args: CallArgs<'steeredWords'>): Promise<SteeredWords | null> {
    const { client, status } = this.idle();
    return this.run({ kind: 'measuring', status, progress: null }, (signal) => client.steeredWords(args, { signal }));
  }

  /** Measures a dose–response; null as above. */
  async measureDose(args: DoseArgs, onProgress: (progress: DoseProgress) => void): Promise<DoseReport | null> {
    const { client, status } = this.idle();
    this.say(SAY.dosing());
    const step = (progress: DoseProgress): void => {
      this.goOn({ kind: 'measuring', status, progress });
      if (this.phase.kind === 'measuring') onProgress(progress);
    };
    const report = await this.run({ kind: 'measuring', status, progress: null }, (signal) =>
      client.measureDose(args, { on: { progress: step }, signal }),
    );
    if (report !== null) this.say(SAY.dosed(report.probe.title));
    return report;
  }

  /** Times the model on an experiment; null as above. */
  async estimateExperiment(args: CallArgs<'estimateExperiment'>): Promise<ExperimentEstimate | null> {
    const { client, status } = this.idle();
    this.say(SAY.timing());
    const estimate = await this.run({ kind: 'experimenting', status, progress: null }, (signal) =>
      client.estimateExperiment(args, { signal }),
    );
    if (estimate !== null) this.say(SAY.timed());
    return estimate;
  }

  /** Runs what of an experiment has not run; null as above. Each part goes to `onPart` as it ends, so that what was stopped can go on. */
  async runExperiment(
    args: ExperimentArgs,
    onProgress: (progress: ExperimentProgress) => void,
    onPart: (part: ExperimentPart) => void,
  ): Promise<ExperimentOutcome | null> {
    const { client, status } = this.idle();
    this.say(SAY.experimenting());
    const step = (progress: ExperimentProgress): void => {
      this.goOn({ kind: 'experimenting', status, progress });
      if (this.phase.kind === 'experimenting') onProgress(progress);
    };
    const outcome = await this.run({ kind: 'experimenting', status, progress: null }, (signal) =>
      client.runExperiment(args, { on: { progress: step, part: onPart }, signal }),
    );
    if (outcome !== null) this.say(SAY.experimented(outcome.report.experiment.title, outcome.report.verdict));
    return outcome;
  }

  /** Compares the engine's numbers with a reference: `given`, or the model's own. The text in its memory stays there. */
  async check(given: ReferenceFile | null = null): Promise<void> {
    const { client, status } = this.idle();
    this.#numbers = null;
    const step = (steps: Steps): void => this.goOn({ kind: 'checking', status, ...steps });
    const report = await this.run({ kind: 'checking', status, done: 0, total: 0 }, (signal) =>
      client.checkNumbers({ given }, { on: { progress: step }, signal }),
    );
    if (report === null) return;
    this.#numbers = report;
    this.say(SAY.checked(report.passed));
  }

  /**
   * How far the next words of two texts are apart; null when it was stopped or failed, which is then already shown. The
   * text in the engine's memory stays there.
   */
  async diverge(args: CallArgs<'diverge'>): Promise<TokenDivergence | null> {
    this.say(SAY.comparing());
    return this.#compare((client, step, signal) => client.diverge(args, { on: { progress: step }, signal }));
  }

  /**
   * Looks words up, and then at a text (or the tokens of one) through the lens; null when it was stopped or failed,
   * which is then already shown. The text in the engine's memory stays there.
   */
  async look(args: {
    text: string | readonly number[];
    top: number;
    words: readonly string[];
    firstToken: boolean;
  }): Promise<{ readonly found: FoundWords; readonly lens: LensReading } | null> {
    const { client, status } = this.idle();
    this.say(SAY.looking());
    const step = (steps: Steps): void => this.goOn({ kind: 'looking', status, ...steps });
    const looked = await this.run({ kind: 'looking', status, done: 0, total: 0 }, async (signal) => {
      const found = await client.findWords({ words: args.words, firstToken: args.firstToken }, { signal });
      return {
        found,
        lens: await client.lens(
          { text: args.text, top: args.top, words: found.found },
          { on: { progress: step }, signal },
        ),
      };
    });
    if (looked !== null) this.say(SAY.looked(looked.lens.tokens.length, looked.lens.layers.length));
    return looked;
  }

  /** Looks at a direction of the probe in use through the lens; null as above. */
  async lookAlong(args: { kind: DirectionKind; layer: number; count: number }): Promise<DirectionWords | null> {
    const { client, status } = this.idle();
    const told = await this.run({ kind: 'looking', status, done: 0, total: 0 }, (signal) =>
      client.lensDirection(args, { signal }),
    );
    if (told !== null) this.say(SAY.lookedAlong(args.layer));
    return told;
  }

  /** Patches one text into another, cell by cell; null as above. */
  async patch(args: PatchRequest, onProgress: (steps: Steps) => void): Promise<PatchReport | null> {
    this.say(SAY.patching());
    const report = await this.#compare((client, step, signal) =>
      client.patch(args, {
        on: {
          progress: (steps) => {
            step(steps);
            onProgress(steps);
          },
        },
        signal,
      }),
    );
    if (report !== null) this.say(SAY.patched(report.streams.length * report.pairs.length));
    return report;
  }

  /** How a text goes on with one patch; null as above. */
  async patchGoOn(args: CallArgs<'patchGoOn'>): Promise<PatchedWriting | null> {
    return this.#compare((client, _, signal) => client.patchGoOn(args, { signal }));
  }

  /** What the probe in use reads of a text with one patch; null as above. */
  async patchRead(args: CallArgs<'patchRead'>): Promise<PatchedScores | null> {
    return this.#compare((client, _, signal) => client.patchRead(args, { signal }));
  }

  /** Measures what the model costs here; null when it was stopped or failed. Times go to `on` as they come. */
  async measureSpeed(
    args: CallArgs<'measureSpeed'>,
    on: { readonly start: (start: SpeedStart) => void; readonly time: (time: SpeedTime) => void },
  ): Promise<SpeedStart | null> {
    const { client, status } = this.idle();
    const progress = (steps: Steps): void => this.goOn({ kind: 'timing', status, ...steps });
    return this.run({ kind: 'timing', status, done: 0, total: 1 }, (signal) =>
      client.measureSpeed(args, { on: { ...on, progress }, signal }),
    );
  }

  /** Trains a probe; null when it was stopped or failed, which is then already shown. The text in the engine's memory stays there. */
  async train(plan: TrainingPlan, onProgress: (progress: TrainingProgress) => void): Promise<TrainedProbe | null> {
    this.say(SAY.training());
    const trained = await this.#long(onProgress, (client, step, signal) =>
      client.train(plan, { on: { progress: step }, signal }),
    );
    if (trained !== null) this.say(SAY.trained(plan.title));
    return trained;
  }

  /** Reads a set with a probe, or a control vector, that exists; null when it was stopped or failed, which is then already shown. */
  async judge(
    probe: ProbeFiles | VectorFile,
    set: SetSource,
    onProgress: (progress: TrainingProgress) => void,
  ): Promise<Judgement | null> {
    this.say(SAY.judging(set.name));
    const judgement = await this.#long(onProgress, (client, step, signal) =>
      client.judge({ probe, set }, { on: { progress: step }, signal }),
    );
    if (judgement !== null) this.say(SAY.judged(set.name));
    return judgement;
  }

  /** Masks the telling words of a set and reads it again with a probe; null as of {@link judge}. */
  async judgeMasked(
    args: CallArgs<'judgeMasked'>,
    onProgress: (progress: TrainingProgress) => void,
  ): Promise<MaskedJudgement | null> {
    this.say(SAY.masking(args.set.name));
    const masked = await this.#long(onProgress, (client, step, signal) =>
      client.judgeMasked(args, { on: { progress: step }, signal }),
    );
    if (masked !== null) this.say(SAY.masked(args.set.name));
    return masked;
  }

  /**
   * Scores what is read from now on with another probe; without a model no file is asked for, and the next {@link load}
   * takes it from `parts`.
   */
  async useProbe(files: (model: ModelIdentity) => Promise<ProbeToUse>): Promise<void> {
    const { client, status } = this;
    if (client === null || status === null || !this.ready) return;
    this.makeWay();
    const probe = await files(status.model);
    this.agreed = probe.sets.length === 0 ? await client.useProbe(probe) : await this.#toScore(probe);
    this.fitted();
    // The engine forgets its text with the probe that scored it.
    this.#held = null;
    this.#finished = null;
  }

  /**
   * Measures how far a probe of another variant agrees, so that it may steer or be judged; null when it was stopped or
   * refused, which is then already shown. The text in the engine's memory stays there.
   */
  async carryOver(probe: ProbeToUse): Promise<{ readonly agreement: DtypeAgreement | null } | null> {
    this.say(SAY.agreeing());
    return this.#compare(async (client, step, signal) => ({
      agreement: await client.carryOver(probe, { on: { progress: step }, signal }),
    }));
  }

  /** The same of a probe that is to score. Throws `cancelled` where it was stopped or refused, which is then already shown. */
  async #toScore(probe: ProbeToUse): Promise<DtypeAgreement | null> {
    this.say(SAY.agreeing());
    const answer = await this.#compare(async (client, step, signal) => ({
      agreement: await client.useProbe(probe, { on: { progress: step }, signal }),
    }));
    if (answer === null) throw new AppError('cancelled', 'The probe was not measured.');
    return answer.agreement;
  }

  protected override idle(): { client: EngineClient; status: EngineStatus } {
    const idle = super.idle();
    this.#finished = null;
    return idle;
  }

  protected override forget(): void {
    this.#held = null;
  }

  async #compare<T>(
    call: (client: EngineClient, step: (steps: Steps) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    const { client, status } = this.idle();
    const step = (steps: Steps): void => this.goOn({ kind: 'comparing', status, ...steps });
    return this.run({ kind: 'comparing', status, done: 0, total: 0 }, (signal) => call(client, step, signal));
  }

  async #long<T>(
    onProgress: (progress: TrainingProgress) => void,
    call: (client: EngineClient, step: (progress: TrainingProgress) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    const { client, status } = this.idle();
    const step = (progress: TrainingProgress): void => {
      if (this.phase.kind !== 'training') return;
      this.goOn({ kind: 'training', status, progress });
      onProgress(progress);
    };
    return this.run({ kind: 'training', status, progress: null }, (signal) => call(client, step, signal));
  }

  /** A call whose tokens go into a reading; what did not come to an end may have cost the engine its text. */
  #runInto<T>(
    reading: ReadingState,
    phase: Phase & { readonly status: EngineStatus },
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    return this.run(phase, async (signal) => {
      try {
        return await call(signal);
      } catch (error) {
        if (!this.#keepsText(AppError.from(error), reading)) this.#held = null;
        throw error;
      } finally {
        reading.flush();
      }
    });
  }

  /** Whether the engine still has its text after this: a refused text changed nothing, and writing can go on after a stop. */
  #keepsText(problem: AppError, reading: ReadingState): boolean {
    return problem.code.startsWith('text-') || (problem.code === 'cancelled' && this.#held === reading);
  }
}
