/** Steering and measuring interventions in the worker. */
import type { DoseProgress, DoseReport, MatchedStrength } from '../../steering/dose-types.ts';
import type { FuturesSummary, RunSummary } from '../../models/engine-report.ts';
import { titleWith } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { SteeredWords, SteeringSettings } from '../../steering/steering.ts';
import type { FuturesSink } from '../../reading/futures/futures.ts';
import { needScaled } from '../../steering/modes.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { parsePromptSet } from '../../formats/sets/prompt-set.ts';
import type { SteeringSink } from '../../engine/steering/engine-editor.ts';
import type { WebEngine } from '../../engine/web-engine.ts';
import { readSteeredWords } from '../../engine/steering/steered-words.ts';
import { choicesOf } from '../../formats/sets/choice-set.ts';
import { measureDose } from '../../steering/dose.ts';
import { makeSteering, type SteeringDirection } from '../../steering/make-steering.ts';
import { matchStrengths } from '../../steering/match-strength.ts';
import { placebosFor } from '../../steering/placebos.ts';
import type { CallArgs, DoseArgs, ProbeToUse } from '../protocol.ts';
import { type CarriedProbes, hashOf } from './carried-probes.ts';
import { directionOf, neutralTexts, steeredTextFrom, steeringFrom } from './steering-args.ts';
import { setFiles } from './set-files.ts';

/** Calls that steer. */
export interface SteeringCalls {
  write(args: CallArgs<'writeSteered'>, sink: SteeringSink, signal: AbortSignal): Promise<RunSummary>;
  /** Another strength for the text that is being written; nothing where none is. */
  adjust(strength: number): void;
  futures(args: CallArgs<'futures'>, sink: FuturesSink, signal: AbortSignal): Promise<FuturesSummary>;
  match(args: CallArgs<'matchSteering'>, signal: AbortSignal): Promise<readonly MatchedStrength[]>;
  words(args: CallArgs<'steeredWords'>, signal: AbortSignal): Promise<SteeredWords>;
  measure(args: DoseArgs, onProgress: (progress: DoseProgress) => void, signal: AbortSignal): Promise<DoseReport>;
}

/** Calls on the engine's model, whichever is loaded when they come; they steer by probes that `probes` takes. */
export function createSteeringCalls(
  engine: Pick<WebEngine, 'model' | 'editor' | 'scorer' | 'writeSteered' | 'subject' | 'reader'>,
  probes: CarriedProbes,
): SteeringCalls {
  /** Changes the text that is being written. */
  let adjust: ((strength: number) => void) | null = null;
  /** The strength that was asked for since the call came, before there was anything to change. */
  let asked: number | null = null;

  /**
   * The direction of another axis; null where its probe does not fit the model and does not hold on it, for the rest is
   * no less known without.
   */
  async function unrelatedOf(
    probe: ProbeToUse,
    settings: SteeringSettings,
    signal: AbortSignal,
  ): Promise<SteeringDirection | null> {
    try {
      const { agreement } = await probes.measure(probe, () => undefined, signal);
      const { direction } = directionOf(probes, probe, settings);
      return { ...direction, title: titleWith(direction.title, agreement, settings.from) };
    } catch (thrown) {
      const { code } = AppError.from(thrown);
      if (code !== 'probe-model-mismatch' && code !== 'probe-width-mismatch') throw thrown;
      return null;
    }
  }

  return {
    async write({ text, sampling, readouts, ...by }, sink, signal) {
      asked = null;
      const { settings } = by;
      const { interventionAt, condition } = await steeredTextFrom(engine, probes, by, signal);
      return engine.writeSteered(
        { text, where: settings.where, sampling, readouts },
        { intervention: interventionAt(settings.strength), condition },
        sink,
        signal,
        (change) => {
          adjust = change && ((strength) => change(interventionAt(strength)));
          if (asked !== null) adjust?.(asked);
        },
      );
    },
    adjust(strength) {
      asked = strength;
      adjust?.(strength);
    },
    async futures({ text, plan, steering, layer }, sink, signal) {
      const intervention = steering === null ? [] : await steeringFrom(engine, probes, steering, signal);
      const where = steering?.settings.where ?? 'generated';
      return engine.editor.futures(
        { ...plan, text, intervention, where },
        { scorer: engine.scorer, layer },
        sink,
        signal,
      );
    },
    async match({ probe, settings, stories, targets }, signal) {
      const { direction } = directionOf(probes, probe, settings);
      const bench = await engine.editor.bench(neutralTexts(stories), signal);
      const ground = await bench.ground(signal);
      return matchStrengths(
        bench,
        needScaled(settings.mode),
        (strength) => [makeSteering(direction, { ...settings, strength }, ground, bench.model)],
        targets,
        signal,
      );
    },
    async words({ probe, settings, stories, text, words }, signal) {
      const { direction } = directionOf(probes, probe, settings);
      const { subject } = engine.subject(neutralTexts(stories));
      return readSteeredWords(subject, engine.reader.tokenizer, direction, settings, { text, words }, signal);
    },
    async measure(args, onProgress, signal) {
      const { settings, targets, placeboTargets, seed } = args;
      const { probe, direction, agreement } = directionOf(probes, args.probe, settings);
      const unrelated = args.unrelated && (await unrelatedOf(args.unrelated, settings, signal));
      const bench = await engine.editor.bench(neutralTexts(args.stories), signal);
      return measureDose(bench, {
        probe: { id: probe.id, title: probe.title, sha256: hashOf(args.probe) },
        axis: probe.axis,
        direction,
        placebos: placebosFor(probe, unrelated, seed),
        settings: { ...settings, mode: needScaled(settings.mode) },
        targets,
        placeboTargets,
        choices: choicesBetween(args.choices, probe.axis),
        control: args.control && choiceSet(args.control),
        seed,
        carriedOver: agreement,
        onProgress,
        signal,
      });
    },
  };
}

/** Choices between the poles of an axis: choices of another would be told as this axis' effect. Throws `push-invalid`. */
function choicesBetween(set: SetSource, { positive, negative }: Axis): ReturnType<typeof choicesOf> {
  const { axis } = parsePromptSet(setFiles(set), { requireNeutral: false });
  if (axis.positive !== positive || axis.negative !== negative)
    throw new AppError(
      'push-invalid',
      `The choices of ${set.name} are between ${axis.positive} and ${axis.negative}, and the probe is of ${positive} and ${negative}. Measure with choices of that axis.`,
      { set: set.name },
    );
  return choiceSet(set);
}

function choiceSet(set: SetSource): ReturnType<typeof choicesOf> {
  return choicesOf(parsePromptSet(setFiles(set), { requireNeutral: false }));
}
