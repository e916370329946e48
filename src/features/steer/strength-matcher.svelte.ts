/** Strengths by what they do: the one that moves the next word by a chosen KL, remembered or searched for. */
import { AppError } from '../../base/errors.ts';
import type { DoseReport } from '../../steering/dose-types.ts';
import type { SteeringSettings } from '../../steering/steering.ts';
import { DEFAULT_MODE, isScaled } from '../../steering/modes.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import type { BatchPace } from '../../state/engine/batch-pace.svelte.ts';
import { MatchBook, type MatchQuestion } from './match-book.ts';
import type { ProbeOffer } from '../../state/probes/probe-card.ts';
import type { SteeringChoice } from '../../state/probes/steering-choice.svelte.ts';
import { carriedFiles } from '../../state/probes/probe-to-use.ts';
import { probeHash } from '../../state/runs/run-record.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

/** The KL that is searched for to see how long that takes. */
const TIMED_TARGET = 1;

/** What the matcher works with. */
export interface MatcherParts {
  readonly session: Session;
  readonly choice: SteeringChoice;
  readonly pace: BatchPace;
  readonly storage: Storage | null;
  readonly stories: () => Promise<SetSource>;
  /** The dose–response of a probe on these weights, where there is one; does not throw. */
  readonly dose: (offer: ProbeOffer, weightsSha256: string) => Promise<DoseReport | null>;
}

/** Sets the strength of a choice. */
export class StrengthMatcher {
  readonly #parts: MatcherParts;
  readonly #book: MatchBook;
  /** The KL whose strength is being searched for. */
  #searching = $state<number | null>(null);

  constructor(parts: MatcherParts) {
    this.#parts = parts;
    this.#book = new MatchBook(parts.storage);
  }

  get searching(): number | null {
    return this.#searching;
  }

  /** Searches for a strength that is not needed, to see how long that takes here. The strength that is set stays. */
  async time(): Promise<void> {
    const { session, choice } = this.#parts;
    try {
      session.needReady();
      if (choice.fault !== null) throw choice.fault;
      await this.#search(
        isScaled(choice.settings.mode) ? choice.settings : { ...choice.settings, mode: DEFAULT_MODE },
        TIMED_TARGET,
      );
    } catch (error) {
      session.report(error);
    }
  }

  /** Sets the strength to that of a KL in nats: at once where it is known, else by a search on the loaded model. */
  async match(target: number): Promise<void> {
    const { session, choice, dose } = this.#parts;
    try {
      const { offer, settings, fault } = choice;
      const question = await this.#question(settings);
      const known = this.#book.find(
        question,
        target,
        offer === null ? null : await dose(offer, question.weightsSha256),
      );
      if (known !== null) {
        // What was set meanwhile is another question.
        if (choice.offer === offer && same(choice.settings, settings))
          choice.strengthen(known, { kl: target, weightsSha256: question.weightsSha256 });
        return;
      }
      session.needReady();
      // A strength that is out of range is what a search mends; over anything else it would fall.
      if (fault !== null && !('strength' in fault.details)) throw fault;
      const strength = await this.#search(settings, target);
      if (strength !== null && choice.offer === offer && same(choice.settings, settings))
        choice.strengthen(strength, { kl: target, weightsSha256: question.weightsSha256 });
    } catch (error) {
      session.report(error);
    }
  }

  async #question(settings: SteeringSettings): Promise<MatchQuestion> {
    const { choice, session } = this.#parts;
    const { offer, card } = choice;
    if (offer === null || card === null)
      throw new AppError(
        'probe-invalid',
        'There is no probe whose direction could steer. Load the page again, or train one.',
      );
    return {
      ...settings,
      probeSha256: await probeHash(offer),
      weightsSha256: (session.status?.model ?? card.model).weightsSha256,
    };
  }

  /** The strength of a KL, found, timed and remembered; null where the search was stopped or failed, which is then shown. */
  async #search(settings: SteeringSettings, target: number): Promise<number | null> {
    const { session, choice, pace, stories } = this.#parts;
    const question = await this.#question(settings);
    const { offer } = choice;
    const model = session.status?.model;
    if (offer === null || model === undefined) return null;
    const steeringFiles = await carriedFiles(offer, session);
    if (steeringFiles === null) return null;
    choice.agree(offer, model, steeringFiles.agreement);
    const args = {
      probe: steeringFiles.files,
      settings: { ...settings, strength: 0 },
      stories: await stories(),
      targets: [target],
    };
    this.#searching = target;
    try {
      const done = pace.begin();
      const matched = await session.matchSteering(args);
      const found = matched?.[0];
      if (!matched || found === undefined) return null;
      // One more, for the reading without the steering.
      done(found.batches + 1);
      this.#book.learn(question, matched);
      return found.strength;
    } finally {
      this.#searching = null;
    }
  }
}

/** Whether two settings have the same strength for a KL. */
function same(a: SteeringSettings, b: SteeringSettings): boolean {
  return a.mode === b.mode && a.pole === b.pole && a.from === b.from && a.to === b.to;
}
