/** How far a run is whose steps differ in cost, and the time left. */
import type { Cost } from './design.ts';
import { type Pace, secondsOf } from './pace.ts';

/** Time left: by the pace, times what the steps so far took against what it said. */
export class Eta {
  readonly #kept: Cost;
  readonly #costs: readonly Cost[];
  readonly #clock: () => number;
  #pace: Pace | null = null;
  #began = 0;
  #done = 0;

  /** `kept` is what ran before, `costs` that of the steps to come; `clock` gives milliseconds. */
  constructor(kept: Cost, costs: readonly Cost[], clock: () => number) {
    this.#kept = kept;
    this.#costs = costs;
    this.#clock = clock;
  }

  get done(): number {
    return this.#done;
  }

  begin(pace: Pace): void {
    this.#pace = pace;
    this.#began = this.#clock();
  }

  finish(): void {
    this.#done += 1;
  }

  /**
   * `step` is how much of the step under way is done. Of the whole work the share that is done, and of what is to come
   * the seconds left; both null before the pace is known.
   */
  at(step: number): { readonly share: number | null; readonly secondsLeft: number | null } {
    if (this.#pace === null) return { share: null, secondsLeft: null };
    const pace = this.#pace;
    const seconds = this.#costs.map((cost) => secondsOf(cost, pace));
    const sum = (some: readonly number[]): number => some.reduce((total, each) => total + each, 0);
    const all = sum(seconds);
    const past = sum(seconds.slice(0, this.#done)) + step * (seconds[this.#done] ?? 0);
    const before = secondsOf(this.#kept, pace);
    const elapsed = (this.#clock() - this.#began) / 1000;
    return {
      share: before + all === 0 ? 1 : (before + past) / (before + all),
      // A first step that has hardly begun says nothing about the pace yet.
      secondsLeft: past > 0.05 * all ? ((all - past) * elapsed) / past : all - past,
    };
  }
}
