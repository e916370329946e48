/** Steering while its text is being written: what a run will remember of it, changes on the way included. */
import { type TokenDecision, withDecision } from '../../steering/condition.ts';
import type { SteeringRecord, StrengthChange } from '../../steering/steering.ts';

/** The record, growing. */
export class RunningSteering {
  #record = $state.raw<SteeringRecord>() as SteeringRecord;
  #adjust: ((strength: number) => void) | null = null;

  constructor(steering: SteeringRecord) {
    this.#record = steering;
  }

  /** What is remembered now. */
  get push(): SteeringRecord {
    return this.#record;
  }

  /** Takes what changes the strength of the text that is being written; null once it has ended. */
  reach(adjust: ((strength: number) => void) | null): void {
    this.#adjust = adjust;
  }

  /** Remembers whether the condition held at a token. */
  decide(decision: TokenDecision): void {
    const { when } = this.#record;
    if (when !== undefined) this.#record = { ...this.#record, when: withDecision(when, decision) };
  }

  /** Another strength from the next token on that is begun; `after`: tokens that are there. */
  change(strength: number, after: number): void {
    if (this.#adjust === null) return;
    this.#adjust(strength);
    const change: StrengthChange = { after, strength };
    // A slider that is dragged asks many times between two tokens: only the last of them can be felt.
    const before = (this.#record.changes ?? []).filter((each) => each.after !== after);
    this.#record = { ...this.#record, changes: [...before, change] };
  }
}
