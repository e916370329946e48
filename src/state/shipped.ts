/** The probe that ships with the page: where its two files are, and the part of it that the page itself shows. */
import { AppError } from '../core/errors.ts';
import type { Axis, LayerCalibration, ProbeEvidence } from '../core/probe-types.ts';
import type { ProbeFiles } from '../worker/protocol.ts';

/** What the page shows of a probe. The directions stay in the worker, which also validates the files. */
export interface ProbeCard {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly axis: Axis;
  readonly defaultLayer: number;
  readonly taps: readonly string[];
  readonly calibration: readonly LayerCalibration[];
  readonly evidence: ProbeEvidence;
}

// Globs instead of imports: the page then builds, and says what is missing, while a probe is being trained.
const jsonUrls = import.meta.glob<string>('/probes/kind-cruel/probe.json', { query: '?url', import: 'default', eager: true });
const tensorUrls = import.meta.glob<string>('/probes/kind-cruel/directions.safetensors', { query: '?url', import: 'default', eager: true });

/** Fetches both files of the shipped probe. */
export async function shippedProbeFiles(): Promise<ProbeFiles> {
  const [json, tensors] = await Promise.all([fetchOne(jsonUrls), fetchOne(tensorUrls)]);
  return { json: await json.text(), tensors: await tensors.arrayBuffer() };
}

/** Fetches what the page shows of the shipped probe. */
export async function shippedProbeCard(): Promise<ProbeCard> {
  const source = await (await fetchOne(jsonUrls)).text();
  // Our own file, built together with this page and validated in full by the worker before it scores anything.
  return JSON.parse(source) as ProbeCard;
}

async function fetchOne(urls: Readonly<Record<string, string>>): Promise<Response> {
  const url = Object.values(urls)[0];
  const response = url === undefined ? null : await fetch(url);
  if (!response?.ok) throw new AppError('probe-invalid', 'The kind–cruel probe is not beside the page. Train it with the command "flipside train", then build again.');
  return response;
}
