/** The instruments of an authors experiment, fitted on scenarios that are never measured. */
import { throwIfStopped } from '../../core/abort.ts';
import { cosineByLayer } from '../../core/cosine.ts';
import { significantAll } from '../../core/round.ts';
import type { JsonObject, UnitCall } from '../design.ts';
import { fitInstrument, type Instrument, type InstrumentTopic } from '../instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../instrument-json.ts';
import type { Subject } from '../subject.ts';
import { bindingId, mainId, ORDERS } from './cells.ts';
import { fitCells, fitPlaces } from './plan.ts';
import { readSpans, type SpanMeans } from './read.ts';
import { AUTHORS, type AuthorsSpec, CHARACTERS, strongest } from './spec.ts';

/** What is read of a stream: which author told, which character spoke, whose byline signs. Kind and hero are above 0. */
export const INSTRUMENTS = ['author', 'character', 'byline'] as const;
export type InstrumentName = (typeof INSTRUMENTS)[number];
export type Instruments = Readonly<Record<InstrumentName, Instrument>>;

/**
 * Fits, at every layer: `author` and `character` on the narration after the quote at the greatest strength, the other factor
 * balanced, so that each is blind to it; `byline` on the narration right after the last byline where both authors stand in
 * the context, both orders balanced, so that it is blind to who came last.
 */
export async function prepareAuthors(spec: AuthorsSpec, subject: Subject, call: UnitCall): Promise<JsonObject> {
  const places = fitPlaces(spec);
  const topics: Record<InstrumentName, InstrumentTopic[]> = { author: [], character: [], byline: [] };
  for (const [done, place] of places.entries()) {
    throwIfStopped(call.signal);
    const { main, binding } = fitCells(spec, place);
    const means = await readSpans(subject, [...main, ...binding], call.signal);
    const after = (ids: readonly string[]): Float32Array[] => ids.map((id) => spanOf(means, id, 'after'));
    const [kind = [], cruel = []] = AUTHORS.map((author) => after(CHARACTERS.map((character) => mainId(author, character, strongest(spec)))));
    const [hero = [], villain = []] = CHARACTERS.map((character) => after(AUTHORS.map((author) => mainId(author, character, strongest(spec)))));
    const [byKind = [], byCruel = []] = AUTHORS.map((byline) => ORDERS.map((order) => spanOf(means, bindingId(order, byline), 'before')));
    topics.author.push({ positive: kind, negative: cruel });
    topics.character.push({ positive: hero, negative: villain });
    topics.byline.push({ positive: byKind, negative: byCruel });
    call.onShare?.((done + 1) / places.length);
  }
  const { layerCount, hidden } = subject.model;
  const [author, character, byline] = INSTRUMENTS.map((name) => fitInstrument(topics[name], layerCount + 1, hidden)) as [Instrument, Instrument, Instrument];
  // A layer without a direction has no cosine, which JSON cannot say but by null.
  const cosine = cosineByLayer(author.directions, character.directions, hidden).map((value) => (Number.isNaN(value) ? null : value));
  return { layerCount, cosine: significantAll(cosine), instruments: { author: instrumentToJson(author), character: instrumentToJson(character), byline: instrumentToJson(byline) } };
}

/** The instruments that {@link prepareAuthors} left; throws `unit-invalid` with the path of what is wrong. */
export function instrumentsOf(prepared: JsonObject): Instruments {
  const all = prepared['instruments'] as JsonObject | undefined;
  const [author, character, byline] = INSTRUMENTS.map((name) => instrumentFromJson(all?.[name], `prepared.instruments.${name}`)) as [Instrument, Instrument, Instrument];
  return { author, character, byline };
}

function spanOf(means: ReadonlyMap<string, SpanMeans>, id: string, span: keyof SpanMeans): Float32Array {
  return means.get(id)?.[span] ?? new Float32Array(0);
}
