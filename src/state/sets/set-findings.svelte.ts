/** What the set on the table gives away before any model reads it, looked at when typing pauses. */
import { checkSet, type SetChecks } from '../../probe/sets/set-checks.ts';
import { headerFacts } from '../../probe/sets/set-header.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { checkPromptSet } from '../../formats/sets/prompt-set.ts';
import type { SetEditor } from './set-editor.svelte.ts';

/** How long typing must pause; a check takes up to half a second. */
const PAUSE_MS = 400;

/** The checks of one set at a time. */
export class SetFindings {
  #checks = $state.raw<SetChecks | null>(null);
  #faults = $state.raw<readonly string[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #of: SetEditor | null = null;

  /** The last checks; null until there are some. */
  get checks(): SetChecks | null {
    return this.#checks;
  }

  /** What keeps the set from being trained on, with line and field. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Looks at a set soon; at another one than before with nothing shown until then. */
  watch(editor: SetEditor): void {
    if (this.#of !== editor) this.#checks = null;
    // Read here, not when the time has come: an effect that calls this runs again when the rows change.
    const { rows, source } = editor;
    const first = this.#of === null;
    this.#of = editor;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(rows, source), first ? 0 : PAUSE_MS);
  }

  #look(rows: SetEditor['rows'], source: SetSource): void {
    const { name, header } = source;
    this.#faults = checkPromptSet(
      { headerName: `${name}.set.json`, rowsName: `${name}.jsonl`, header, rows: source.rows },
      { requireNeutral: true },
    ).problems.map((problem) => problem.message);
    const { axis } = headerFacts(header);
    if (axis === null) return;
    const poleOf = (name: string) => (['positive', 'negative', 'neutral'] as const).find((pole) => axis[pole] === name);
    this.#checks = checkSet(
      rows.flatMap(({ topic, pole, context, text, rest }) => {
        const known = poleOf(pole);
        const { style } = rest;
        return known === undefined
          ? []
          : [{ topic, pole: known, context, text, ...(typeof style === 'string' ? { style } : {}) }];
      }),
      axis,
    );
  }
}
