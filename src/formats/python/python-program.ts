/**
 * A reading as a Python program: at most 25 lines for transformers that read the same text at the same layers with the same
 * directions in float32, and assert the same number. Pure text; nothing is run.
 */
import { AppError } from '../../base/errors.ts';
import { toBase64 } from '../../base/base64.ts';
import type { StreamSteering } from '../../steering/steering.ts';
import { VERSION } from '../../base/version.ts';

/** Lines that a program has at most. */
export const MOST_PYTHON_LINES = 25;

/** Words that are put after a text. */
export interface PythonWords {
  /** With their leading space. */
  readonly text: string;
  /** Their tokens; null where they are not known, and the program's tokenizer makes them. */
  readonly ids: readonly number[] | null;
}

/** Which checkpoint the program opens. */
export interface PythonWeights {
  /** A name on the Hugging Face Hub, or a folder. */
  readonly model: string;
  /** The GGUF file in that folder; null for safetensors. */
  readonly gguf: string | null;
}

/** What every program has. */
interface PythonText {
  /** What is read, for the first line, e.g. the probe's title. */
  readonly title: string;
  readonly weights: PythonWeights;
  /** The whole text; it is cut into tokens first, and then to those that are read. */
  readonly text: string;
  /** The number that Flipside found. */
  readonly expected: number;
  /** By how much the program's may differ; {@link fourDigits} of the number for the same weights. */
  readonly tolerance: number;
}

/** A score: products of streams with directions, less their zeros, averaged over layers, over a scale. */
export interface PythonReading extends PythonText {
  readonly kind: 'reading';
  /** The token that is read, from 0, and its id, which is asserted. */
  readonly token: number;
  readonly id: number;
  /**
   * Neutral words that are put after that token, each text by itself; none reads the token. `own`: the token's stream counts as
   * much as theirs.
   */
  readonly neutral: readonly PythonWords[];
  readonly own: boolean;
  /** 0 is the embeddings; l is what leaves layer l. */
  readonly layers: readonly number[];
  /** One direction a layer `[layers, hidden]`, with its zero. */
  readonly directions: Float32Array;
  readonly zero: readonly number[];
  readonly scale: number;
}

/** The log probability of words after a text under steering. */
export interface PythonSteering extends PythonText {
  readonly kind: 'steering';
  readonly continuation: PythonWords;
  /** First token that is steered. */
  readonly from: number;
  /** What is done to each stream; one of added vectors or bounds. */
  readonly steps: readonly StreamSteering[];
}

/** What a program can say. */
export type PythonProgram = PythonReading | PythonSteering;

/** Half a unit of the fourth digit of a number; never below half of the fourth decimal, since scores near zero have no more. */
export function fourDigits(value: number): number {
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return 5 * 10 ** Math.max(digits - 4, -5);
}

/** Writes the program. Throws `usage` for numbers that are not finite. */
export function pythonProgram(program: PythonProgram): string {
  const numbers = program.kind === 'reading' ? [...program.zero, program.scale, ...program.directions] : [];
  if (![program.expected, program.tolerance, ...numbers].every(Number.isFinite))
    throw new AppError(
      'usage',
      'There is no number to compare: the first token of a text has no score. Choose another token.',
    );
  const lines = [
    ...headLines(program),
    ...(program.kind === 'reading' ? readingLines(program) : steeringLines(program)),
  ];
  return `${lines.join('\n')}\n`;
}

/** A string of Python: that of JSON, which leaves characters beyond ASCII as they are. */
const text = (value: string): string => JSON.stringify(value);

function headLines({ title, weights: { model, gguf }, text: words, expected, tolerance }: PythonProgram): string[] {
  const file = gguf === null ? '' : `, gguf_file=${text(gguf)}`;
  return [
    `# Flipside ${VERSION}: ${title.replace(/\s+/g, ' ')}. Needs torch and transformers${gguf === null ? '' : ', gguf'}.`,
    'import base64, numpy, torch',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    `MODEL, TEXT = ${text(model)}, ${text(words)}`,
    `EXPECTED, TOLERANCE = ${expected}, ${tolerance}`,
    `tokenizer = AutoTokenizer.from_pretrained(MODEL${file})`,
    `model = AutoModelForCausalLM.from_pretrained(MODEL${file}, dtype=torch.float32).eval()`,
    'ids = tokenizer(TEXT, return_tensors="pt").input_ids',
    'places = [model.model.embed_tokens, *model.model.layers]  # what leaves each is a stream',
  ];
}

const idsOf = ({ text: words, ids }: PythonWords): string =>
  ids === null ? `tokenizer(${text(words)}, add_special_tokens=False).input_ids` : `[${ids.join(', ')}]`;

const matrix = (values: Float32Array, rows: number): string =>
  `torch.tensor(numpy.frombuffer(base64.b64decode("${toBase64(bytesOf(values))}"), "<f4")).reshape(${rows}, -1)`;

function readingLines({ token, id, neutral, own, layers, directions, zero, scale }: PythonReading): string[] {
  const plain = neutral.length === 0;
  return [
    `TOKEN, LAYERS, ZERO, SCALE = ${token}, [${layers.join(', ')}], torch.tensor([${zero.join(', ')}]), ${scale}`,
    `DIRECTIONS = ${matrix(directions, layers.length)}`,
    `assert ids[0, TOKEN] == ${id}, "the tokenizer cuts the text otherwise"`,
    'streams = {}',
    'for layer in LAYERS:',
    '    places[layer].register_forward_hook(lambda module, args, out, layer=layer: streams.update({layer: out[0] if isinstance(out, tuple) else out}))',
    ...(plain
      ? [
          'with torch.no_grad():',
          '    model(ids[:, : TOKEN + 1])',
          'read = torch.stack([streams[layer].reshape(TOKEN + 1, -1)[TOKEN] for layer in LAYERS])',
        ]
      : [
          'parts = []',
          `for words in [${neutral.map(idsOf).join(', ')}]:  # after the token: ${neutral.map((each) => text(each.text)).join(', ')}`,
          '    with torch.no_grad():',
          '        model(torch.cat([ids[:, : TOKEN + 1], torch.tensor([words])], 1))',
          '    whole = torch.stack([streams[layer].reshape(-1, DIRECTIONS.shape[1]) for layer in LAYERS])',
          '    parts.append(whole[:, TOKEN + 1 :].mean(1))',
          own ? 'read = (whole[:, TOKEN] + torch.stack(parts).mean(0)) / 2' : 'read = torch.stack(parts).mean(0)',
        ]),
    'score = ((read * DIRECTIONS).sum(1) - ZERO).mean().item() / SCALE',
    ...lastLines('score'),
  ];
}

function steeringLines({ continuation, from, steps }: PythonSteering): string[] {
  const bounded = steps.some(({ bound }) => bound !== null);
  const vectors = steps.map(({ add, bound }) => (bounded ? bound?.direction : add) ?? new Float32Array(0));
  const all = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    all.set(vector, at);
    at += vector.length;
  }
  const real = (value: number): string =>
    Number.isFinite(value) ? String(value) : `float("${value > 0 ? 'inf' : '-inf'}")`;
  const bounds = steps.map(({ bound }) => `(${real(bound?.low ?? -Infinity)}, ${real(bound?.high ?? Infinity)})`);
  return [
    `FROM, LAYERS = ${from}, [${steps.map(({ stream }) => stream).join(', ')}]`,
    `VECTORS = ${matrix(all, steps.length)}`,
    `more = torch.tensor([${idsOf(continuation)}])  # ${text(continuation.text)}`,
    ...(bounded ? [`BOUNDS = [${bounds.join(', ')}]  # between what the product with each vector is held`] : []),
    `def steer(vector${bounded ? ', low, high' : ''}):`,
    '    def hook(module, args, out):',
    '        stream = (out[0] if isinstance(out, tuple) else out)[:, FROM:]',
    ...(bounded
      ? ['        along = stream @ vector', '        stream += (along.clamp(low, high) - along)[..., None] * vector']
      : ['        stream += vector']),
    '    return hook',
    bounded
      ? 'for layer, vector, (low, high) in zip(LAYERS, VECTORS, BOUNDS): places[layer].register_forward_hook(steer(vector, low, high))'
      : 'for layer, vector in zip(LAYERS, VECTORS): places[layer].register_forward_hook(steer(vector))',
    'with torch.no_grad(): logits = model(torch.cat([ids, more], 1)).logits[0, ids.shape[1] - 1 : -1]',
    'found = logits.log_softmax(-1).gather(1, more[0, :, None]).sum().item()',
    ...lastLines('found'),
  ];
}

const lastLines = (name: string): string[] => [
  `print(f"{${name}:.6f}, and Flipside found {EXPECTED:.6f}")`,
  `assert abs(${name} - EXPECTED) <= TOLERANCE, ${name}`,
];

/** Little-endian, as the program reads them. */
function bytesOf(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return bytes;
}
