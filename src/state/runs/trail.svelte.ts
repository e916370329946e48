/** Steps that can be taken back and made again. Whole states, not differences: nothing is computed when one goes back. */

/** A step from one state to another. */
export interface Step<S> {
  /** What was done, e.g. `the reading of “Your text”`: the end of “Undo …”. */
  readonly name: string;
  readonly before: S;
  readonly after: S;
}

interface KeptStep<S> extends Step<S> {
  readonly key: number;
}

/** Steps that are kept; older ones go. Each holds a reading, and readings are large. */
const MOST_STEPS = 50;

/** The steps taken, and those taken back. */
export class Trail<S> {
  #steps = $state.raw<readonly KeptStep<S>[]>([]);
  /** Steps that are in force: those before this place. */
  #at = $state(0);
  #keys = 0;

  /** The step that {@link undo} takes back, or null. */
  readonly last = $derived.by((): Step<S> | null => this.#steps[this.#at - 1] ?? null);

  /** The step that {@link redo} makes again, or null. */
  readonly next = $derived.by((): Step<S> | null => this.#steps[this.#at] ?? null);

  /** Takes a step; what was taken back before can then not be made again. A key for {@link forget}. */
  take(step: Step<S>): number {
    this.#keys += 1;
    this.#steps = [...this.#steps.slice(0, this.#at), { ...step, key: this.#keys }].slice(-MOST_STEPS);
    this.#at = this.#steps.length;
    return this.#keys;
  }

  /** Takes the last step back; the step, or null where there is none. `now` is the state that it leaves, for {@link redo}. */
  undo(now: S): Step<S> | null {
    const step = this.#steps[this.#at - 1];
    if (step === undefined) return null;
    this.#steps = this.#steps.map((other) => (other === step ? { ...step, after: now } : other));
    this.#at -= 1;
    return step;
  }

  /** Makes the step again that was taken back last; the step, or null. */
  redo(): Step<S> | null {
    const step = this.next;
    if (step !== null) this.#at += 1;
    return step;
  }

  /** Forgets a step of which nothing came: the one after it then begins where it began. */
  forget(key: number): void {
    const place = this.#steps.findIndex((step) => step.key === key);
    const step = this.#steps[place];
    if (step === undefined) return;
    const after = this.#steps[place + 1];
    this.#steps = this.#steps.flatMap((other) =>
      other === step ? [] : [other === after ? { ...other, before: step.before } : other],
    );
    if (place < this.#at) this.#at -= 1;
  }

  /** Changes the states of every step so far. */
  rewrite(change: (state: S) => S): void {
    this.#steps = this.#steps.map((step) => ({ ...step, before: change(step.before), after: change(step.after) }));
  }
}
