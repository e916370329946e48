/** A set that the reader brings: read, questioned where it leaves something open, and put on the bench. */
import type { Axis } from '../../probe/probe-types.ts';
import type { DroppedFile, Lack, SetImport } from '../../formats/sets/set-import.ts';
import { parseSet } from '../../worker/client/parse-files.ts';
import { bytesOf } from '../storage/bytes-of.ts';
import type { PickedFile } from '../probes/library.svelte.ts';
import type { PromptSetEditor } from './prompt-set-editor.svelte.ts';

/** Where an import stands. */
export type Intake =
  | { readonly kind: 'none' }
  | Exclude<SetImport, { readonly kind: 'ready' }>
  | {
      readonly kind: 'taken';
      readonly name: string;
      readonly topics: number;
      readonly turns: number;
      readonly lacks: readonly Lack[];
    };

/** One import at a time. */
export class SetIntake {
  readonly #bench: PromptSetEditor;
  #files: readonly DroppedFile[] = [];
  #state = $state.raw<Intake>({ kind: 'none' });

  constructor(bench: PromptSetEditor) {
    this.#bench = bench;
  }

  get state(): Intake {
    return this.#state;
  }

  /** Reads the files that were picked or dropped. Whatever is wrong in them is in {@link state}. */
  async take(picked: readonly PickedFile[]): Promise<void> {
    this.#files = await Promise.all(picked.map(async (file) => ({ name: file.name, bytes: await bytesOf(file) })));
    await this.#read();
  }

  /** Says which pole is which, where the rows did not. */
  async answer(poles: Axis): Promise<void> {
    await this.#read(poles);
  }

  /** Forgets the import. */
  dismiss(): void {
    this.#files = [];
    this.#state = { kind: 'none' };
  }

  async #read(poles?: Axis): Promise<void> {
    const result = await parseSet(this.#files, poles === undefined ? {} : { poles });
    if (result.kind !== 'ready') {
      this.#state = result;
      return;
    }
    await this.#bench.add(result.source);
    this.#state = {
      kind: 'taken',
      name: result.set.name,
      topics: result.set.topics.length,
      turns: result.set.rows.length,
      lacks: result.lacks,
    };
  }
}
