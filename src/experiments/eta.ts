/** Time left of a run whose steps differ in cost. */
import type { Cost } from './design.ts';
import { type Pace, secondsOf } from './pace.ts';

/** Time left: by the pace, times what the steps so far took against what it said. */
export class Eta {
  readonly #costs: readonly Cost[];
  readonly #clock: () => number;
  #pace: Pace | null = null;
  #began = 0;
  #done = 0;

  constructor(costs: readonly Cost[], clock: () => number) {
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

  /** `share` is how much of the step under way is done. */
  secondsLeft(share: number): number | null {
    if (this.#pace === null) return null;
    const pace = this.#pace;
    const seconds = this.#costs.map((cost) => secondsOf(cost, pace));
    const sum = (some: readonly number[]): number => some.reduce((total, each) => total + each, 0);
    const past = sum(seconds.slice(0, this.#done)) + share * (seconds[this.#done] ?? 0);
    const left = sum(seconds) - past;
    const elapsed = (this.#clock() - this.#began) / 1000;
    // A first step that has hardly begun says nothing about the pace yet.
    return past > 0.05 * sum(seconds) ? (left * elapsed) / past : left;
  }
}
