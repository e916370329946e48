/** The state of the Steer place: the push that is set, what was written under it, and what it was measured to do. */
import { STEER_STARTERS } from '../../content/prompts.ts';
import { useApp, type AppState } from '../../state/app.svelte.ts';
import { BatchPace } from '../../state/engine/batch-pace.svelte.ts';
import { DoseBench } from './dose-bench.svelte.ts';
import { neutralStories as stories } from '../../state/probes/neutral-stories.ts';
import { PromptBox } from '../../state/prompt-box.svelte.ts';
import { PushChoice } from '../../state/probes/push-choice.svelte.ts';
import { Pusher } from './pusher.svelte.ts';
import { roomOf } from '../../state/room.ts';
import { recordRun } from '../../state/runs/run-record.ts';
import { SHIPPED_DOSES } from '../../state/probes/shipped-dose.ts';
import { StrengthMatcher } from './strength-matcher.svelte.ts';

const KEY = 'flipside.steer';

/** Every state class of the place. */
export class SteerRoom {
  readonly box: PromptBox;
  readonly choice: PushChoice;
  readonly pusher: Pusher;
  readonly matcher: StrengthMatcher;
  readonly dose: DoseBench;

  constructor(app: AppState) {
    const { desk, session, storage, probes, preferences, history } = app;
    this.box = new PromptBox({
      storage,
      key: KEY,
      starters: STEER_STARTERS,
      hasChat: () => session.status?.hasChat ?? true,
    });
    const choice = (this.choice = new PushChoice(probes));
    const keep: ConstructorParameters<typeof Pusher>[0]['keep'] = async (reading) =>
      reading.maker === null ? null : history.keep(await recordRun(reading, reading.maker, Date.now()));
    this.pusher = new Pusher({ desk, session, box: this.box, choice, taps: () => preferences.taps, stories, keep });
    const pace = new BatchPace({ storage, status: () => session.status });
    const dose = (this.dose = new DoseBench({
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

/** The room of a page. */
export const steerRoom = roomOf((app) => new SteerRoom(app));

/** The room of this page, within the component tree. */
export function useSteer(): SteerRoom {
  return steerRoom(useApp());
}
