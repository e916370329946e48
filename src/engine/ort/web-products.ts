/**
 * How packed products are computed in WebAssembly. There onnxruntime has no fast kernel for few rows of 4 or 8 bits; floats are about
 * ten times as fast and take up to eight times the memory. So a trial chooses, and weights are unpacked only where they have room.
 */
import type { InferenceSession } from 'onnxruntime-common';
import { AppError } from '../../base/errors.ts';
import { releaseBytes } from '../../base/release-bytes.ts';
import type { ProductsReport, ProductTrial } from '../../models/product-forms.ts';
import { parseModel } from '../../graph/graph.ts';
import { withForms, type FormedGraph } from '../../graph/products/forms.ts';
import type { MadeWeights } from '../../graph/products/made-weights.ts';
import { formBy, type FormsOffered } from '../proofs/product-proof.ts';
import { lazyFile } from './lazy-file.ts';
import { WeightPieces } from './weight-pieces.ts';

/** Forms that onnxruntime-web may gain by on the processor. */
export const WEB_OFFERED: FormsOffered = { 4: ['float'], 8: ['float'] };

/** Bytes of unpacked weights at most, whatever the device has: the heap of 32-bit WebAssembly ends at 4 GiB. */
const MOST_BYTES = 2 ** 31;

/**
 * The share of a device's memory that unpacked weights may take, and what a device has that does not say (deviceMemory:
 * Chromium only), in GiB.
 */
const SHARE = 1 / 4;
const UNKNOWN_GIB = 4;

/** Unpacked weights of the sessions that are open now. */
let openBytes = 0;

/** A graph as it is opened. */
export interface FormedFiles {
  readonly graph: Uint8Array;
  readonly weightFiles: readonly string[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly report: ProductsReport;
  /** Gives back the room; to be called once, when the session is gone or was never opened. */
  release(): void;
}

/** Bytes of unpacked weights that have room on this device. */
export function roomForUnpacked(gibibytes: number | undefined = deviceGibibytes()): number {
  return Math.max(0, Math.min(MOST_BYTES, (gibibytes ?? UNKNOWN_GIB) * SHARE * 2 ** 30) - openBytes);
}

/**
 * A graph with its products in the forms that trials chose, where the made weights have room; as it is exported, with
 * the reason, where they have none.
 */
function inChosenForms(
  graph: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  trials: readonly ProductTrial[],
  room: number,
  consume: boolean,
): FormedFiles {
  const formed = withForms(graph, files, formBy(trials));
  const { made } = formed;
  if (made === null) return exported(graph, files, trials, null);
  const { bytes } = made;
  if (bytes > room) return exported(graph, files, trials, noRoom(bytes, room));
  openBytes += bytes;
  const all = new Map([
    ...(consume ? consumed(formed, made, files) : files),
    [made.file, lazyFile(bytes, (from, to) => made.part(from, to))],
  ]);
  return {
    graph: formed.graph,
    weightFiles: [...formed.weightFiles, made.file],
    files: all,
    report: { trials, madeBytes: bytes, reason: null },
    release: releaseOf(bytes),
  };
}

/**
 * The files that a formed graph still reads, in pieces. What lay in the files is copied, and goes piece by piece as onnxruntime takes it
 * over; the files themselves go now, so that the unpacked weights do not come on top of them.
 */
function consumed(
  { weights, weightFiles }: FormedGraph,
  made: MadeWeights,
  files: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  made.ownSources();
  const pieces = weightFiles.map((name) => {
    const own = weights.filter(({ file }) => file === name);
    return [name, new WeightPieces(files.get(name) ?? new Uint8Array(0), own).file] as const;
  });
  for (const bytes of files.values()) releaseBytes(bytes);
  return new Map(pieces);
}

/** A function apart: made among the weights, it would keep all of them in memory for as long as the session is open. */
const releaseOf = (bytes: number) => (): void => void (openBytes -= bytes);

/** How {@link openFormed} opens. */
export interface FormedOptions {
  /** Bytes that unpacked weights may take. */
  readonly room?: number;
  /**
   * Brings the weight files once more. Where it is given, files whose weights are unpacked are used up: their memory is
   * given back before the session is opened. Null where the caller goes on to use them.
   */
  readonly again: (() => Promise<ReadonlyMap<string, Uint8Array>>) | null;
}

/** Opens a session with its products in the forms that trials chose; as they were exported where that fails, e.g. for want of memory. */
export async function openFormed(
  graph: Uint8Array,
  weights: ReadonlyMap<string, Uint8Array>,
  trials: readonly ProductTrial[],
  open: (files: FormedFiles) => Promise<InferenceSession>,
  { room = roomForUnpacked(), again }: FormedOptions,
): Promise<{ readonly session: InferenceSession; readonly formed: FormedFiles }> {
  const formed = inChosenForms(graph, weights, trials, room, again !== null);
  try {
    return { session: await open(formed), formed };
  } catch (thrown) {
    formed.release();
    const { madeBytes } = formed.report;
    if (madeBytes === 0) throw thrown;
    const packed = exported(
      graph,
      (await again?.()) ?? weights,
      trials,
      notOpened(madeBytes, AppError.from(thrown).message),
    );
    return { session: await open(packed), formed: packed };
  }
}

/** A graph as it was exported, and why. */
function exported(
  graph: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  trials: readonly ProductTrial[],
  reason: string | null,
): FormedFiles {
  return {
    graph,
    weightFiles: parseModel(graph).weightFiles,
    files,
    report: { trials, madeBytes: 0, reason },
    release: () => undefined,
  };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

const noRoom = (bytes: number, room: number): string =>
  `Unpacked weights would take ${megabytes(bytes)} and have room for ${megabytes(room)}, so they stay packed, which writes more slowly.`;

/** Why weights that have room stay packed all the same. */
const notOpened = (bytes: number, said: string): string =>
  `Unpacked weights (${megabytes(bytes)}) could not be opened, so they stay packed, which writes more slowly: ${said}`;

/** GiB of memory of this device, rounded down to a power of two and at most 32; undefined where the browser does not say. */
function deviceGibibytes(): number | undefined {
  // Node 20, where models are weighed too, has no navigator.
  const { navigator } = globalThis as { readonly navigator?: { readonly deviceMemory?: number } };
  return navigator?.deviceMemory;
}
