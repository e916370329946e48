/** The state of the Steer place: the steering that is set, what was written under it, and what it was measured to do. */
import { STEER_STARTERS } from '../../content/prompts.ts';
import { useApp, type AppState } from '../../state/app.svelte.ts';
import { BatchPace } from '../../state/engine/batch-pace.svelte.ts';
import { DoseRuns } from './dose-runs.svelte.ts';
import { neutralStories as stories } from '../../state/probes/neutral-stories.ts';
import { PromptBox } from '../../state/prompt-box.svelte.ts';
import { SteeringChoice } from '../../state/probes/steering-choice.svelte.ts';
import { SteeredPlacebos } from './steered-placebos.svelte.ts';
import { Steerer } from './steerer.svelte.ts';
import { SteeringMix } from './steering-mix.svelte.ts';
import { placeState } from '../../state/place-state.ts';
import { recordRun } from '../../state/runs/run-record.ts';
import { SHIPPED_DOSES } from '../../state/probes/shipped-dose.ts';
import { StrengthMatcher } from './strength-matcher.svelte.ts';

const KEY = 'flipside.steer';

/** Every state class of the place. */
export class SteerState {
  readonly box: PromptBox;
  readonly choice: SteeringChoice;
  readonly mix: SteeringMix;
  readonly steerer: Steerer;
  readonly matcher: StrengthMatcher;
  readonly placebos: SteeredPlacebos;
  readonly dose: DoseRuns;

  constructor(app: AppState) {
    const { readingController, session, storage, probes, preferences, history } = app;
    this.box = new PromptBox({
      storage,
      key: KEY,
      starters: STEER_STARTERS,
      hasChat: () => session.status?.hasChat ?? true,
    });
    const choice = (this.choice = new SteeringChoice(probes));
    const mix = (this.mix = new SteeringMix(choice, probes));
    const keep: ConstructorParameters<typeof Steerer>[0]['keep'] = async (reading) =>
      reading.maker === null ? null : history.keep(await recordRun(reading, reading.maker, Date.now()));
    this.steerer = new Steerer({
      readingController,
      session,
      box: this.box,
      choice,
      mix,
      readouts: () => preferences.readouts,
      stories,
      keep,
    });
    this.placebos = new SteeredPlacebos({ readingController, session, probes });
    const pace = new BatchPace({ storage, status: () => session.status });
    const dose = (this.dose = new DoseRuns({
      session,
      choice,
      probes,
      pace,
      storage,
      stories,
      shipped: app.doses ?? SHIPPED_DOSES,
    }));
    this.matcher = new StrengthMatcher({
      session,
      choice,
      pace,
      storage,
      stories,
      dose: (offer, weights) => dose.strengthsOf(offer, weights),
    });
  }
}

/** The state of the place in each page. */
export const steerState = placeState((app) => new SteerState(app));

/** The state of this page, within the component tree. */
export function useSteer(): SteerState {
  return steerState(useApp());
}
