/**
 * Chooses how products with packed weights are computed on the processor. Each provider has fast kernels for some forms and none
 * for others (onnxruntime-node unpacks 8 bits in every pass; onnxruntime-web has nothing fast for few rows of 4 bits), and nothing
 * says which, so each form is tried on the first rows of one product of each kind: it must be as right as the exported one, and faster.
 */
import {
  chosenForm,
  sameKind,
  type ProductForm,
  type ProductKind,
  type ProductTrial,
} from '../../models/product-forms.ts';
import { createRng } from '../../base/rng.ts';
import { parseModel } from '../../graph/graph.ts';
import { withForms } from '../../graph/products/forms.ts';
import { packedProducts, someRows, type PackedProduct } from '../../graph/products/packed-product.ts';
import { sampleOf } from '../../graph/products/sample.ts';
import { unpack } from '../../graph/products/unpack.ts';

/** A sample that is open; activations `[columns]` in, product `[rows]` out. */
export interface OpenSample {
  run(activations: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Opens a graph with one product, on the provider that is asked about. */
export type OpenSampleOn = (graph: Uint8Array, files: ReadonlyMap<string, Uint8Array>) => Promise<OpenSample>;

/** The forms that a provider may gain by, for 4 and for 8 bits. */
export type FormsOffered = Readonly<Record<4 | 8, readonly ProductForm[]>>;

/** Rows of a sample: enough for a time that can be measured. */
const SAMPLE_ROWS = 1024;

/** Products of a kind with fewer weights than this together take no time worth a trial. */
const FEWEST_WEIGHTS = 1 << 20;

/** Times a sample is run. */
const RUNS = 7;

/** A form must take at most this share of the exported form's time. */
const WORTH = 0.8;

/** Largest relative error of a form, or so many times that of the exported one, whichever is larger: rounding of float32 sums. */
const TOLERANCE = 1e-6;
const TIMES_EXPORTED = 4;

/** Tries the offered forms on one product of each kind. Throws what opening or running a sample throws. */
export async function proveProducts(
  graph: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  offered: FormsOffered,
  open: OpenSampleOn,
): Promise<readonly ProductTrial[]> {
  const model = parseModel(graph);
  const kinds: { readonly first: PackedProduct; weights: number }[] = [];
  for (const product of packedProducts(model, files)) {
    const weights = product.rows * product.columns;
    const known = kinds.find(({ first }) => sameKind(first, product));
    if (known) known.weights += weights;
    else kinds.push({ first: product, weights });
  }
  const trials: ProductTrial[] = [];
  for (const { first, weights } of kinds) {
    if (weights < FEWEST_WEIGHTS || offered[first.bits].length === 0) continue;
    const product = someRows(first, 0, SAMPLE_ROWS);
    const sample = sampleOf(model, product);
    const activations = normals(product.columns);
    const exact = exactProduct(product, activations);
    const tried: Omit<ProductTrial, 'chosen'>[] = [];
    for (const form of ['packed', ...offered[first.bits]] as const) {
      const formed = withForms(sample.graph, sample.files, () => form);
      const opened = await open(
        formed.graph,
        new Map([...sample.files, ...(formed.made === null ? [] : [[formed.made.file, formed.made.whole()] as const])]),
      );
      try {
        tried.push({ ...kindOf(product), form, rows: product.rows, ...(await timed(opened, activations, exact)) });
      } finally {
        await opened.dispose();
      }
    }
    trials.push(...choose(tried));
  }
  return trials;
}

/** The fastest form that is right and worth it. */
function choose(tried: readonly Omit<ProductTrial, 'chosen'>[]): readonly ProductTrial[] {
  const packed = tried.find(({ form }) => form === 'packed');
  const limit = Math.max(TOLERANCE, TIMES_EXPORTED * (packed?.relativeError ?? 0));
  const right = tried.filter(
    ({ form, relativeError, milliseconds }) =>
      form !== 'packed' && relativeError <= limit && milliseconds <= WORTH * (packed?.milliseconds ?? 0),
  );
  const best =
    right.reduce<(typeof right)[number] | undefined>(
      (fastest, trial) => (fastest !== undefined && fastest.milliseconds <= trial.milliseconds ? fastest : trial),
      undefined,
    ) ?? packed;
  return tried.map((trial) => ({ ...trial, chosen: trial === best }));
}

/** What {@link withForms} asks, by these trials. */
export const formBy =
  (trials: readonly ProductTrial[]) =>
  (product: PackedProduct): ProductForm =>
    chosenForm(trials, product);

const kindOf = ({ bits, columns, blockSize }: ProductKind): ProductKind => ({ bits, columns, blockSize });

async function timed(
  sample: OpenSample,
  activations: Float32Array,
  exact: Float64Array,
): Promise<{ readonly milliseconds: number; readonly relativeError: number }> {
  const result = await sample.run(activations); // the first run also makes room
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    await sample.run(activations);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = exact.reduce((most, value, row) => Math.max(most, Math.abs(value - (result[row] ?? Number.NaN))), 0);
  return {
    milliseconds: times[RUNS >> 1] ?? Infinity,
    relativeError: Number.isFinite(error) && largest > 0 ? error / largest : Infinity,
  };
}

/** Activations like those of a model: normal, with a seed, so that every trial is of the same numbers. */
function normals(count: number): Float32Array {
  const rng = createRng(1);
  return Float32Array.from({ length: count }, () => rng.normal());
}

/** The product in float64. */
function exactProduct(product: PackedProduct, activations: Float32Array): Float64Array {
  const { rows, columns } = product;
  const weights = unpack(product);
  const out = new Float64Array(rows);
  for (let column = 0; column < columns; column += 1) {
    const factor = activations[column] ?? 0;
    for (let row = 0; row < rows; row += 1) out[row] = (out[row] ?? 0) + factor * (weights[column * rows + row] ?? 0);
  }
  return out;
}
