/** Texts along directions that mean nothing, under the conditions of a steered text: what any steering of this size does. */
import { meanReading } from '../../reading/examples.ts';
import { axisTrace } from '../../reading/axes/axes.ts';
import type { Granularity } from '../../reading/refinement.ts';
import { tokensIn, withDecision } from '../../steering/condition.ts';
import { ISOTROPIC_COUNT, type PlaceboRank, rankAmong } from '../../steering/placebos.ts';
import { PLACEBO_COUNT } from '../../probe/probe-types.ts';
import { AppError } from '../../base/errors.ts';
import type { Probes } from '../../state/probes/probes.svelte.ts';
import { carriedFiles } from '../../state/probes/probe-to-use.ts';
import type { ReadingController } from '../../state/runs/reading-controller.svelte.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import type { ProbeFiles } from '../../worker/protocol.ts';
import type { SteeredText } from './steerer.svelte.ts';

/** Placebos that are written at one press. */
export const PLACEBOS_AT_ONCE = 3;

/** Beyond, a probe has none. One of an older version has its random ones alone, and is refused the others. */
const MOST_PLACEBOS = PLACEBO_COUNT + ISOTROPIC_COUNT;

/** How densely texts are read to be compared: ends of sentences count, and clauses where no sentence ends. */
const EVERY: Granularity = 'clause';

/** A text along a placebo. */
export interface PlaceboText {
  readonly text: string;
  /** Mean reading of its words without steering. */
  readonly reading: number;
  /** Where the condition held for it; null without one. */
  readonly acted: { readonly tokens: number; readonly of: number } | null;
}

/** A steered text beside its placebos, by one probe. */
export interface BesidePlacebos {
  /** Key of the text, and of the probe that reads all of them. */
  readonly key: number;
  readonly probeKey: string;
  /** Mean readings of the steered text and of the unsteered one. */
  readonly steered: number;
  readonly unsteered: number;
  readonly placebos: readonly PlaceboText[];
}

/** How far each text lies from the unsteered one, and how many placebos lie as far as the steered; null where too little is known. */
export function placeboRank({ steered, unsteered, placebos }: BesidePlacebos): PlaceboRank | null {
  return rankAmong(
    steered - unsteered,
    placebos.map(({ reading }) => reading - unsteered).filter((effect) => Number.isFinite(effect)),
  );
}

/** What placebos are written with. */
export interface PlaceboParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly probes: Probes;
}

/** The placebos of the texts of this visit. */
export class SteeredPlacebos {
  readonly #parts: PlaceboParts;
  #known = $state.raw<readonly BesidePlacebos[]>([]);
  #writing = $state<number | null>(null);

  constructor(parts: PlaceboParts) {
    this.#parts = parts;
  }

  /** The number of the placebo that is being written, from 1; null where none is. */
  get writing(): number | null {
    return this.#writing;
  }

  /** What is known of a text by the probe in use; null where nothing is. */
  of(text: SteeredText): BesidePlacebos | null {
    const key = this.#parts.probes.chosen?.key;
    return this.#known.find((each) => each.key === text.key && each.probeKey === key) ?? null;
  }

  /** Whether there are more than have been written. */
  left(text: SteeredText): boolean {
    return (this.of(text)?.placebos.length ?? 0) < MOST_PLACEBOS;
  }

  /** Writes the next few; stopped, those that came stay. What goes wrong is shown. */
  async more(text: SteeredText): Promise<void> {
    const { session, probes } = this.#parts;
    try {
      session.needReady();
      const offer = probes.needChosen();
      const reads = await carriedFiles(offer, session);
      if (reads === null) return;
      const reading = (whole: string): Promise<number | null> => this.#reading(whole, text.prompt, reads.files);
      let known = this.of(text) ?? (await this.#begun(text, offer.key, reading));
      for (let more = PLACEBOS_AT_ONCE; known !== null && more > 0 && this.left(text); more -= 1) {
        this.#writing = known.placebos.length + 1;
        const placebo = await this.#write(text, known.placebos.length, reading);
        if (placebo === null) return;
        known = this.#put({ ...known, placebos: [...known.placebos, placebo] });
      }
    } catch (error) {
      session.report(error);
    } finally {
      this.#writing = null;
    }
  }

  /** The text and the unsteered one, read like placebos; null where that was stopped. */
  async #begun(
    { key, during, unsteered: beside }: SteeredText,
    probeKey: string,
    reading: (whole: string) => Promise<number | null>,
  ): Promise<BesidePlacebos | null> {
    if (beside === null)
      throw new AppError('usage', 'There is no unsteered text to compare placebos with. Write it first.');
    const steered = await reading(during.text);
    const unsteered = steered === null ? null : await reading(beside.text);
    return steered === null || unsteered === null
      ? null
      : this.#put({ key, probeKey, steered, unsteered, placebos: [] });
  }

  async #write(
    text: SteeredText,
    index: number,
    reading: (whole: string) => Promise<number | null>,
  ): Promise<PlaceboText | null> {
    const { readingController, session } = this.#parts;
    const { prompt, sampling, asked, title } = text;
    const written = readingController.blank(`${title}, placebo`, prompt, { fromCharacter: prompt.length, sampling });
    let decided: Parameters<typeof withDecision>[0] = { acted: [], asked: 0 };
    const summary = await session.writeSteered(
      { ...asked, readouts: false, placebo: { index, seed: sampling.seed } },
      written,
      { decision: (decision) => (decided = withDecision(decided, decision)) },
    );
    const mean = summary && (await reading(written.text));
    if (mean === null) return null;
    const acted = asked.when && { tokens: tokensIn(decided.acted), of: decided.asked };
    return { text: written.text.slice(prompt.length), reading: mean, acted };
  }

  /** The mean reading of what follows the prompt; NaN where nothing was read there, null where reading was stopped. */
  async #reading(whole: string, prompt: string, probe: ProbeFiles): Promise<number | null> {
    const read = await this.#parts.session.readAxes({ text: whole, probes: [probe], every: EVERY }, () => undefined);
    const head = read?.axes[0];
    if (read === null || head === undefined) return null;
    let [from, characters] = [0, 0];
    for (const { text } of read.pieces) {
      if (characters >= prompt.length) break;
      characters += text.length;
      from += 1;
    }
    return meanReading(axisTrace(read.readings, 0, head), from);
  }

  #put(known: BesidePlacebos): BesidePlacebos {
    const others = this.#known.filter(({ key, probeKey }) => key !== known.key || probeKey !== known.probeKey);
    this.#known = [...others, known];
    return known;
  }
}
