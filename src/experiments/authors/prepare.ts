/** The instruments of an authors experiment, fitted on scenarios that are never measured. */
import { throwIfStopped } from '../../base/abort.ts';
import { cosineByLayer } from '../../stats/linear/cosine.ts';
import { significantAll } from '../../base/round.ts';
import type { JsonObject, PrepareCall } from '../design.ts';
import { fitInstrument, type Instrument, type InstrumentTopic } from '../instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../instrument-json.ts';
import type { Subject } from '../subject.ts';
import { bindingId, mainId, ORDERS } from './cells.ts';
import { fitCells, fitPlaces } from './plan.ts';
import { readSpans, type SpanMeans } from './read.ts';
import { AUTHORS, type AuthorsSpec, CHARACTERS, type Span, strongest } from './spec.ts';

/**
 * What is read of a stream: which author told, which character spoke, whose byline signs; and author and character once more
 * along directions of the spans where they begin. Kind and hero are above 0.
 */
export const INSTRUMENTS = ['author', 'character', 'byline', 'opening', 'speech'] as const;
export type InstrumentName = (typeof INSTRUMENTS)[number];
export type Instruments = Readonly<Record<InstrumentName, Instrument>>;

/**
 * Fits, at every layer: `author` and `character` on the narration after the quote at the greatest strength, the other factor
 * balanced, so that each is blind to it; `opening` and `speech` the same on the narration before and on the quote; `byline` on
 * the narration right after the last byline where both authors stand in the context, both orders balanced, so that it is blind
 * to who came last.
 */
export async function prepareAuthors(spec: AuthorsSpec, subject: Subject, call: PrepareCall): Promise<JsonObject> {
  const places = fitPlaces(spec);
  const topics: InstrumentTopics[] = [];
  for (const place of places) {
    throwIfStopped(call.signal);
    const { main, binding } = fitCells(spec, place);
    topics.push(topicsOf(await readSpans(subject, [...main, ...binding], call.signal), strongest(spec)));
  }
  const { layerCount, hidden } = subject.model;
  const fitted = byName((name) =>
    fitInstrument(
      topics.map((topic) => topic[name]),
      layerCount + 1,
      hidden,
    ),
  );
  // A layer without a direction has no cosine, which JSON cannot say but by null.
  const cosine = cosineByLayer(fitted.author.directions, fitted.character.directions, hidden).map((value) =>
    Number.isNaN(value) ? null : value,
  );
  return { layerCount, cosine: significantAll(cosine), instruments: byName((name) => instrumentToJson(fitted[name])) };
}

/** The instruments that {@link prepareAuthors} left; throws `unit-invalid` with the path of what is wrong. */
export function instrumentsOf(prepared: JsonObject): Instruments {
  const all = prepared['instruments'] as JsonObject | undefined;
  return byName((name) => instrumentFromJson(all?.[name], `prepared.instruments.${name}`));
}

type InstrumentTopics = Readonly<Record<InstrumentName, InstrumentTopic>>;

/** The rows of a fit scenario for each instrument. */
function topicsOf(means: ReadonlyMap<string, SpanMeans>, strength: number): InstrumentTopics {
  const byAuthor = (span: Span): InstrumentTopic => {
    const [positive = [], negative = []] = AUTHORS.map((author) =>
      CHARACTERS.map((character) => spanOf(means, mainId(author, character, strength), span)),
    );
    return { positive, negative };
  };
  const byCharacter = (span: Span): InstrumentTopic => {
    const [positive = [], negative = []] = CHARACTERS.map((character) =>
      AUTHORS.map((author) => spanOf(means, mainId(author, character, strength), span)),
    );
    return { positive, negative };
  };
  const [positive = [], negative = []] = AUTHORS.map((byline) =>
    ORDERS.map((order) => spanOf(means, bindingId(order, byline), 'before')),
  );
  return {
    author: byAuthor('after'),
    character: byCharacter('after'),
    byline: { positive, negative },
    opening: byAuthor('before'),
    speech: byCharacter('quote'),
  };
}

function byName<T>(of: (name: InstrumentName) => T): Readonly<Record<InstrumentName, T>> {
  return Object.fromEntries(INSTRUMENTS.map((name) => [name, of(name)])) as Record<InstrumentName, T>;
}

function spanOf(means: ReadonlyMap<string, SpanMeans>, id: string, span: keyof SpanMeans): Float32Array {
  return means.get(id)?.[span] ?? new Float32Array(0);
}
