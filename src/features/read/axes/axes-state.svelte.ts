/** Several axes of the text that is shown: which probes are chosen, and what they read. */
import { AppError } from '../../../base/errors.ts';
import { VERSION } from '../../../base/version.ts';
import { READINGS_LEFT } from '../../../content/readings.ts';
import type { AxesRecord } from '../../../formats/runs/axes-json.ts';
import { MOST_AXES } from '../../../reading/axes/axes.ts';
import { USUAL } from '../../../reading/refinement.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';
import type { ProbeOffer } from '../../../state/probes/probe-card.ts';
import { carriedFiles } from '../../../state/probes/probe-to-use.ts';
import type { Probes } from '../../../state/probes/probes.svelte.ts';
import type { ReadingController } from '../../../state/runs/reading-controller.svelte.ts';
import { probeHash } from '../../../state/runs/run-record.ts';
import type { ProbeFiles, Steps } from '../../../worker/protocol.ts';

/** What reading several axes works with. */
export interface AxesStateParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly probes: Probes;
}

/** One text read with several probes at a time; the last one stays until another is read. */
export class AxesState {
  readonly #parts: AxesStateParts;
  /** Keys of offers that the reader took out, or put in; of all others those that ship are read with. */
  #touched = $state.raw<ReadonlyMap<string, boolean>>(new Map());
  #record = $state.raw<AxesRecord | null>(null);
  #left = $state<string | null>(null);
  #steps = $state.raw<Steps | null>(null);

  constructor(parts: AxesStateParts) {
    this.#parts = parts;
  }

  /** What was read last; null before. */
  get record(): AxesRecord | null {
    return this.#record;
  }

  /** What the readings lack, in a sentence; null where nothing. */
  get left(): string | null {
    return this.#left;
  }

  /** Readings inside sentences while a text is read; null otherwise. */
  get steps(): Steps | null {
    return this.#steps;
  }

  /** The chosen probes, in the order of the page. */
  readonly chosen = $derived.by((): readonly ProbeOffer[] =>
    this.#parts.probes.offers.filter((offer) => this.has(offer)),
  );

  /** The text that is shown. */
  readonly text = $derived.by(
    () => this.#parts.readingController.reading?.tokens.map(({ text }) => text).join('') ?? '',
  );

  /** Whether what was read is the text that is shown. */
  readonly current = $derived.by(() => this.#record?.pieces.map(({ text }) => text).join('') === this.text);

  has({ key, origin }: ProbeOffer): boolean {
    return this.#touched.get(key) ?? origin === 'shipped';
  }

  choose({ key }: ProbeOffer, wanted: boolean): void {
    this.#touched = new Map([...this.#touched, [key, wanted]]);
  }

  /** Reads the text with the chosen probes. What goes wrong is shown; what was read before stays. */
  async read(): Promise<void> {
    const { session } = this.#parts;
    try {
      session.needReady();
      const { chosen, text } = this;
      if (text === '') throw new AppError('text-empty', 'There is no text yet. Read one first.');
      if (chosen.length < 2 || chosen.length > MOST_AXES)
        throw new AppError('usage', `Choose 2 to ${MOST_AXES} probes; ${chosen.length} are chosen.`);
      const probes: (Pick<AxesRecord['axes'][number], 'probe' | 'carriedOver'> & { readonly files: ProbeFiles })[] = [];
      for (const offer of chosen) {
        const carried = await carriedFiles(offer, session);
        if (carried === null) return;
        const { id } = await offer.card();
        const probe = { id, title: offer.title, sha256: await probeHash(offer) };
        probes.push({ probe, carriedOver: carried.agreement, files: carried.files });
      }
      this.#steps = { done: 0, total: 0 };
      const request = { text, probes: probes.map(({ files }) => files), every: USUAL };
      const read = await session.readAxes(request, (steps) => (this.#steps = steps));
      const model = session.status?.model;
      if (read === null || model === undefined) return;
      const { axes, pieces, readings, left } = read;
      this.#left = left && READINGS_LEFT[left];
      this.#record = {
        title: `${axes.length} axes of ${pieces.length} tokens`,
        createdAt: Date.now(),
        version: VERSION,
        model,
        every: USUAL,
        axes: probes.flatMap(({ probe, carriedOver }, index) => {
          const head = axes[index];
          return head === undefined ? [] : [{ ...head, probe, carriedOver }];
        }),
        pieces,
        readings,
      };
      session.say(`The text is read on ${axes.length} axes.`);
    } catch (error) {
      session.report(error);
    } finally {
      this.#steps = null;
    }
  }
}
