/**
 * Runs as this page stores or serves them: small ones are parsed here, large ones in a worker. The code that starts it is
 * fetched when first needed: the first view never needs it.
 */
import { parseRecording } from '../../formats/runs/recording-json.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { LARGE_FILE } from '../start-worker.ts';

/** A run, JSON as text or its bytes. Throws what is wrong with it, and `worker-died`. */
export async function parseStored(name: string, json: string | Uint8Array<ArrayBuffer>): Promise<Recording> {
  if (json.length < LARGE_FILE) return parseRecording(typeof json === 'string' ? json : new TextDecoder().decode(json));
  const { parseRun } = await import('./parse-files.ts');
  return parseRun('run-json', { name, bytes: typeof json === 'string' ? new TextEncoder().encode(json) : json });
}
