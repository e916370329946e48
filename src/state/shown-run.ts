/** The reading on show as a run that can be compared: what was read live, once it is not growing. */
import { AppError } from '../core/errors.ts';
import { byPole, type Head } from '../core/heads.ts';
import { VERSION } from '../core/version.ts';
import type { Recording } from '../format/recording.ts';
import type { AppState } from './app.svelte.ts';
import type { RunOffer } from './run-offers.ts';

/** An offer of the reading on show; null where it is a recording already, still grows, or was read with a probe that is not in use any more. */
export function shownRun({ desk, session, probes }: Pick<AppState, 'desk' | 'session' | 'probes'>): RunOffer | null {
  const { reading, probe, readingId } = desk;
  const { chosen } = probes;
  if (reading === null || reading.recording !== null || reading.tokens.length === 0 || session.busy || probe === null || chosen === null) return null;
  if (reading.frame.calibration !== probe.calibration) return null;
  const { title, axis, defaultLayer, layers, calibration, explained, alarm, poles } = reading.frame;
  const { text, tokens, givenTokens, taps } = reading;
  const key = `shown:${readingId}.${tokens.length}`;
  const recording = async (): Promise<Recording> => {
    // What was offered may have been written on meanwhile: its first tokens are still the same.
    const values = tokens.length * layers;
    const partOf = (head: Head) => {
      const own = reading.head(head);
      return { scores: own?.scores.slice(0, values) ?? new Float32Array(0), words: own?.words.slice(0, values) ?? new Float32Array(0) };
    };
    const { scores, words } = partOf('difference');
    const ownPoles = poles && byPole((pole) => ({ ...poles[pole], ...partOf(pole) }));
    const { json, tensors } = await chosen.files();
    const probeSha256 = await hashOf(new TextEncoder().encode(json), new Uint8Array(tensors));
    const provenance = { model: probe.model.id, weightsSha256: probe.model.weightsSha256, probe: probe.id, probeSha256, backend: session.status?.backend ?? 'this tab', version: VERSION };
    return { id: key, title, text, axis, defaultLayer, tokens, givenTokens, layers, scores, words, taps, calibration, explained, alarm, poles: ownPoles, provenance };
  };
  return { key, title: `${title} (on show)`, recording };
}

/** Hash of a probe's two files one after the other, as recordings have it. */
async function hashOf(json: Uint8Array, tensors: Uint8Array): Promise<string> {
  const both = new Uint8Array(json.length + tensors.length);
  both.set(json);
  both.set(tensors, json.length);
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) throw new AppError('usage', 'This browser computes no hashes on a page that is not served securely, so it cannot be told with which probe the text was read. Open the page from localhost or over https.');
  return Array.from(new Uint8Array(await subtle.digest('SHA-256', both)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
