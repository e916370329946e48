/** A live reading as a recording: with what made it, so that it can be made again. */
import type { EngineStatus } from '../../models/engine-report.ts';
import { habitsOf } from '../../probe/probe-types.ts';
import { VERSION } from '../../base/version.ts';
import type { RecordedPole, Recording } from '../../formats/runs/recording.ts';
import type { ProbeOffer } from '../probes/probe-card.ts';
import type { HeadReading, Maker, ReadingState } from './reading.svelte.ts';
import { sha256Hex } from '../storage/sha256.ts';

/** The recording of what a reading holds now. Throws nothing that is not the probe's files' fault. */
export async function recordRun(reading: ReadingState, maker: Maker, now: number): Promise<Recording> {
  reading.flush();
  const { frame, tokens, readouts, givenTokens, text, id, continuations } = reading;
  const { layers, axis, defaultLayer } = frame;
  const title = reading.incomplete ? `${frame.title}, stopped` : frame.title;
  // Before anything is waited for: the reading may grow meanwhile.
  const held = ({ calibration, explained, alarm, scores, words }: HeadReading): RecordedPole => ({
    calibration,
    explained,
    alarm,
    scores: scores.slice(0, tokens.length * layers),
    words: words.slice(0, tokens.length * layers),
  });
  const difference = held({ ...frame, scores: reading.scores, words: reading.words });
  const [positive, negative] = [reading.head('positive'), reading.head('negative')];
  const poles = positive === null || negative === null ? null : { positive: held(positive), negative: held(negative) };
  const { engine, probe, agreement } = maker;
  return {
    id,
    title,
    text,
    axis,
    defaultLayer,
    tokens,
    givenTokens,
    layers,
    ...difference,
    taps: readouts,
    poles,
    provenance: {
      model: engine.model.id,
      weightsSha256: engine.model.weightsSha256,
      probe: probe.id,
      probeSha256: await maker.probeSha256(),
      backend: engine.backend,
      version: VERSION,
      ...habitsOf(engine.model),
    },
    run: {
      finishedAt: now,
      taps: maker.readouts,
      adapter: adapterOf(engine),
      probeKey: probe.key,
      probeTitle: probe.title,
      continuations,
      push: maker.push,
      ...(agreement && { carriedOver: agreement }),
    },
  };
}

const hashes = new WeakMap<ProbeOffer, Promise<string>>();

/** Hash of a probe's two files one after the other, as recordings have it. Computed once an offer. */
export function probeHash(offer: ProbeOffer): Promise<string> {
  const known = hashes.get(offer);
  if (known !== undefined) return known;
  const hash = offer
    .files()
    .then(({ json, tensors }) => sha256Hex([new TextEncoder().encode(json), new Uint8Array(tensors)]));
  hashes.set(offer, hash);
  // What could not be fetched now may come the next time.
  hash.catch(() => hashes.delete(offer));
  return hash;
}

function adapterOf({ adapter }: EngineStatus): string | null {
  if (adapter === null) return null;
  const { vendor, architecture, description, software } = adapter;
  return [vendor, architecture, description, software ? 'in software' : ''].filter((part) => part !== '').join(' ');
}
