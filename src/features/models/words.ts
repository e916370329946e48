/** Words about models that are brought in: variants, where they come from, and whether they fit. */
import type { CheckpointAbout, Container, StoredNumbers } from '../../models/checkpoint/checkpoint-file.ts';
import type { KeptBits } from '../../models/checkpoint/kept-weights.ts';
import type { MemoryEstimate } from '../../models/model-memory.ts';
import { HOSTS_VARIABLE } from '../../models/model-hosts.ts';
import type { HubModel } from '../../models/hub-models.ts';
import { count, fileSize, plural } from '../../content/numbers.ts';

/** What a variant is, by the name that exporters give it. */
const DTYPES: Readonly<Record<string, string>> = {
  fp32: 'as exported; mostly 32-bit weights',
  fp16: '16-bit weights and activations',
  q4: '4-bit weights, 32-bit activations',
  q4f16: '4-bit weights, 16-bit activations',
  q8: '8-bit weights',
  int8: '8-bit weights',
  uint8: '8-bit weights',
  bnb4: '4-bit weights, bitsandbytes',
  q2: '2-bit weights',
  q2f16: '2-bit weights, 16-bit activations',
};

/** What is known of a variant by its name. */
export function dtypeWords(dtype: string): string {
  return DTYPES[dtype] ?? '';
}

/** Containers as they are called. */
const CONTAINERS: Readonly<Record<Container, string>> = { gguf: 'GGUF', safetensors: 'safetensors' };

/** What a checkpoint is, in one sentence. */
export function aboutSentence({ container, family, layers, hidden, vocabulary, parameters }: CheckpointAbout): string {
  return `A ${family} model in ${CONTAINERS[container]}: ${plural(layers, 'layer')} of ${count(hidden)}, a vocabulary of ${count(vocabulary)} tokens, ${parametersOf(parameters)} parameters.`;
}

/** What is said of an adapter before it is merged, by the name of the model that it was made for. */
export function adapterSentence(base: string): string {
  return `A LoRA adapter that was made for ${base} is merged into its weights. Take the variant without it to have it off.`;
}

/** In which numbers it is stored and what these become here, a sentence for each kind, the most bytes first. */
export function numbersSentences({ numbers }: CheckpointAbout): readonly string[] {
  return numbers.map(
    ({ type, tensors, bytes, ...form }) =>
      `${type}: ${plural(tensors, 'tensor')}, ${fileSize(bytes)}. ${becomes({ type, ...form })}`,
  );
}

/** No format is quantised again (docs/decisions/0025), so what is left is one rounding of a float of 32 bits: 2^-24. */
function becomes({
  type,
  bits,
  offsets,
  quantised,
}: Pick<StoredNumbers, 'type' | 'bits' | 'offsets' | 'quantised'>): string {
  if (quantised === true)
    return `Each is rounded to a whole number of ${bits} bits; 32 of them share a scale. By how much that changes them is measured when they are read.`;
  if (bits === 32)
    return type === 'F32' ? 'They stay as they are.' : 'Each becomes a float of 32 bits of the same value.';
  const product = `Each stays a whole number of ${bits} bits with its block’s scale`;
  const second = offsets ? '; minimums take a second, small product' : '';
  return `${product}${second}. Largest relative change of a weight: 6·10⁻⁸, one rounding.`;
}

const parametersOf = (parameters: number): string =>
  parameters >= 1e9
    ? `${(parameters / 1e9).toFixed(1)} billion`
    : parameters >= 1e6
      ? `${Math.round(parameters / 1e6)} million`
      : count(parameters);

/** What WebAssembly can address in a tab. */
const TAB_BYTES = 2 ** 32;

/**
 * Whether it fits a tab where it runs on the processor. Products of 4 and 8 bits are unpacked to floats there where these have room
 * (engine/ort/web-products.ts), which takes 4 bytes a parameter at most.
 */
export function tabSentence(
  { bytes, cacheBytes }: Pick<MemoryEstimate, 'bytes' | 'cacheBytes'>,
  { numbers, parameters }: Pick<CheckpointAbout, 'numbers' | 'parameters'>,
): string {
  const unpacked = numbers.some(({ bits }) => bits !== 32)
    ? ` To be faster its products are unpacked to 32 bits there where memory allows it, and it then takes up to ${fileSize(4 * parameters + (cacheBytes ?? 0))}.`
    : '';
  return bytes < TAB_BYTES
    ? `On the processor a tab has ${fileSize(TAB_BYTES)} at most, and this takes about ${fileSize(bytes)} of it.${unpacked}`
    : `On the processor it does not fit: a tab has ${fileSize(TAB_BYTES)} at most, and this takes about ${fileSize(bytes)}.`;
}

/** The place itself. */
export const MODELS_WORDS = {
  back: '← Library',
  title: 'Models',
  lead: (embedded: string): string =>
    `Flipside comes with ${embedded} and reads other decoders too. Each model needs a probe of its own.`,
  inUse: 'In use',
  loaded: (layers: number, hidden: number, backend: string): string =>
    `is loaded: ${plural(layers, 'layer')} of ${count(hidden)}, ${backend === 'webgpu' ? 'on WebGPU' : 'on the processor'}.`,
  chosen: 'is chosen.',
  back2: 'Use the embedded model instead',
  notStored: 'It is not stored for the next visit.',
  purpose: 'To read and write',
} as const;

/** How another model comes in. */
export const BRING_WORDS = {
  title: 'Bring another',
  drop: 'Drop a folder or files here, or anywhere on this page.',
  folder: 'Pick a folder…',
  files: 'Pick files…',
  which: 'Which files?',
  kinds: [
    'One GGUF file.',
    'Or a folder with config.json, safetensors and the two files of the tokenizer.',
    'Or an ONNX graph with the same.',
  ],
  look: 'Look',
  asks: 'Looking fetches the list of files, config.json and the graph or the heads of the weight files. The host learns the name and your address.',
  names: 'Models that fit',
  doing: {
    listing: 'Looking…',
    weighing: 'Looking into the graph…',
    checking: 'Reading config and tokenizer…',
  },
} as const;

/** What is asked before a host is, and how that is taken back. */
export const CONSENT_WORDS = {
  asks: (hosts: string): string =>
    `This copy can fetch models from ${hosts}, once you allow it. The host then learns your address and which models you look for. What you write and read is never sent.`,
  allow: (hosts: string): string => `Allow ${hosts}`,
  given: (hosts: string): string => `You allow ${hosts}.`,
  withdraw: 'Do not allow it any more',
} as const;

/** What of a model is known before its host is asked. */
export function hubModelSays({ family, bytes, licence }: HubModel): string {
  return `family ${family}, ${fileSize(bytes)}, ${licence}`;
}

/** Why there is no field for a model's name. */
export const HOSTS_OFF = 'This copy is closed to the network, so it fetches no models.';

/** How to get one. */
export const HOSTS_HOW = {
  summary: 'How to allow a host',
  says: 'Stop Flipside and start it as',
  command: `${HOSTS_VARIABLE}=huggingface npm start`,
} as const;

/** Models that this browser stores. */
export const STORED_WORDS = {
  title: 'Stored in this browser',
  none: 'None yet. A model that you load is stored for the next visit.',
  looking: 'Looking…',
} as const;

/** How the weights of safetensors may be kept; the errors are those of SmolLM2-135M (docs/decisions/0029). */
export const KEPT_WORDS = {
  legend: 'Its weights are kept in',
  names: { 32: '32 bits', 8: '8 bits', 4: '4 bits' },
  says: {
    32: 'as they are',
    8: 'just over a quarter of the memory on a graphics card; SmolLM2-135M’s weights change by 0.5 %, its next words by 0.002 nats',
    4: 'a sixth to a quarter of the memory on a graphics card; SmolLM2-135M’s weights change by 8 %, its next words by 0.4 nats',
  },
} as const satisfies Record<string, string | Readonly<Record<KeptBits, string>>>;

/** How much memory a model takes, in one sentence. */
export function memorySentence(estimate: MemoryEstimate): string {
  const { weightBytes, cacheBytes, tokens, bytes, bufferLimitBytes, estimated } = estimate;
  const where = bufferLimitBytes === null ? 'of memory' : 'on the graphics card';
  if (cacheBytes === null)
    return `About ${fileSize(bytes)} ${where} for its weights; what a text takes is known once it is loaded, because this graph holds its weights and config.json does not say.`;
  return `About ${fileSize(bytes)} ${where}: ${fileSize(weightBytes)} of weights and ${fileSize(cacheBytes)} for a text of ${count(tokens)} tokens${estimated ? ', estimated from config.json' : ''}.${bufferLimitBytes === null ? '' : ' Writing fast takes the weights once more, where there is room.'}`;
}

/** Whether it runs here, and where. */
export function fitSentence({
  largestBufferBytes,
  bufferLimitBytes,
  lacksHalf,
  estimated,
  gpuOnly,
  cpuOnly,
  fits,
}: MemoryEstimate): string {
  if (bufferLimitBytes === null)
    return gpuOnly === null
      ? 'This browser offers no graphics card, so it would run on the processor, slowly, if at all.'
      : `It cannot be loaded here: it runs on a graphics card only (${gpuOnly}), and this browser offers none.`;
  const elsewhere =
    gpuOnly === null
      ? 'On the processor it would be slow, if it runs there at all.'
      : `It cannot be loaded here, because it runs on a graphics card only (${gpuOnly}).`;
  if (cpuOnly !== undefined) return `It runs on the processor: ${cpuOnly}.`;
  if (lacksHalf)
    return `It computes in 16 bits (shader-f16), which this card does not offer to the browser: on the card it does not fit. ${elsewhere}`;
  const only = gpuOnly === null ? '' : ` It runs on a graphics card only: ${gpuOnly}.`;
  if (largestBufferBytes === null) return `Its largest buffer is known once it is loaded.${only}`;
  const largest = `Its largest buffer is ${estimated ? 'at most ' : ''}${fileSize(largestBufferBytes)}`;
  if (fits === null)
    return `${largest}, estimated from config.json, and this card takes ${fileSize(bufferLimitBytes)} in one: on the card it may not fit.${only}`;
  return fits
    ? `${largest}${estimated ? ', estimated from config.json' : ''}; this card takes ${fileSize(bufferLimitBytes)}.${only}`
    : `${largest}, and this card takes ${fileSize(bufferLimitBytes)} in one: on the card it does not fit. ${elsewhere}`;
}
