/** Lines and literals of Python that programs share. */
import { toBase64 } from '../../base/base64.ts';
import { concat, littleEndian } from '../../base/float32.ts';
import { VERSION } from '../../base/version.ts';
import { QUANTISED_AS, TABLE_BITS, type QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import type { PythonLibrary, PythonProgram, PythonSteering, PythonWords } from './program-types.ts';

/** A string of Python: that of JSON, which leaves characters beyond ASCII as they are. */
export const text = (value: string): string => JSON.stringify(value);

/** A number of Python, infinite ones included. */
const real = (value: number): string =>
  Number.isFinite(value) ? String(value) : `float("${value > 0 ? 'inf' : '-inf'}")`;

/** The tokens of words: a list, or what makes one. */
export const idsOf = ({ text: words, ids }: PythonWords): string =>
  ids === null ? `tokenizer(${text(words)}, add_special_tokens=False).input_ids` : `[${ids.join(', ')}]`;

/** A tensor `[rows, columns]` of float32. */
export const matrix = (values: Float32Array, rows: number): string =>
  `torch.tensor(numpy.frombuffer(base64.b64decode("${toBase64(littleEndian(values))}"), "<f4")).reshape(${rows}, -1)`;

/** What each library needs beside torch and transformers, and how it wraps the model. */
const LIBRARIES = {
  transformers: { needs: '', load: '', wrap: (model: string) => model },
  nnsight: { needs: ', nnsight', load: 'from nnsight import NNsight', wrap: (model: string) => `NNsight(${model})` },
} satisfies Record<PythonLibrary, object>;

/** Rounds weights as graph/build/quantise.ts does: in the blocks of llama.cpp's formats, which the package gguf writes too. */
const roundingLines = (bits: QuantisedBits): string[] => [
  'for name, weight in model.named_parameters():  # rounded as Flipside rounded them',
  `    kind = gguf.GGMLQuantizationType["${QUANTISED_AS[TABLE_BITS]}" if "embed_tokens" in name or "lm_head" in name else "${QUANTISED_AS[bits]}"]`,
  '    if weight.dim() == 2: weight.data = torch.from_numpy(gguf.quants.dequantize(gguf.quants.quantize(weight.data.numpy(), kind), kind))',
];

/** What the program is, what it needs, and the model with its tokenizer. */
export function headLines(program: PythonProgram, library: PythonLibrary): string[] {
  const { title, weights, expected, tolerance } = program;
  const { model, gguf, origin, rounded } = weights;
  const { needs, load, wrap } = LIBRARIES[library];
  const file = gguf === null ? '' : `, gguf_file=${text(gguf)}`;
  const plain = (words: string): string => words.replace(/\s+/g, ' ').trim();
  const packages = `torch and transformers${gguf === null && rounded === undefined ? '' : ', gguf'}${needs}`;
  const opened = `AutoModelForCausalLM.from_pretrained(MODEL${file}, dtype=torch.float32).eval()`;
  return [
    `# Flipside ${VERSION}: ${plain(title)}. Needs ${packages}.${origin === null ? '' : ` ${plain(origin)}`}`,
    `import base64, numpy, torch${rounded === undefined ? '' : ', gguf'}`,
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    ...(load === '' ? [] : [load]),
    `MODEL${'text' in program ? `, TEXT = ${text(model)}, ${text(program.text)}` : ` = ${text(model)}`}`,
    `EXPECTED, TOLERANCE = ${expected}, ${tolerance}`,
    `tokenizer = AutoTokenizer.from_pretrained(MODEL${file})`,
    ...(rounded === undefined
      ? [`model = ${wrap(opened)}`]
      : [`model = ${opened}`, ...roundingLines(rounded), ...(load === '' ? [] : [`model = ${wrap('model')}`])]),
    ...('text' in program
      ? [
          program.ids === null
            ? 'ids = tokenizer(TEXT, return_tensors="pt").input_ids'
            : `ids = torch.tensor([[${program.ids.join(', ')}]])  # as the model wrote them`,
          'places = [model.model.embed_tokens, *model.model.layers]  # what leaves each is a stream',
        ]
      : []),
  ];
}

/** What steers: the first token, the layers with their vectors, the words behind the text, and bounds where there are any. */
export function steeringHead({ continuation, from, steps }: PythonSteering): {
  readonly bounded: boolean;
  readonly lines: string[];
} {
  const bounded = steps.some(({ bound }) => bound !== null);
  const vectors = steps.map(({ add, bound }) => (bounded ? bound?.direction : add) ?? new Float32Array(0));
  const bounds = steps.map(({ bound }) => `(${real(bound?.low ?? -Infinity)}, ${real(bound?.high ?? Infinity)})`);
  return {
    bounded,
    lines: [
      `FROM, LAYERS = ${from}, [${steps.map(({ stream }) => stream).join(', ')}]`,
      `VECTORS = ${matrix(concat(vectors), steps.length)}`,
      `more = torch.tensor([${idsOf(continuation)}])  # ${text(continuation.text)}`,
      ...(bounded ? [`BOUNDS = [${bounds.join(', ')}]  # between what the product with each vector is held`] : []),
    ],
  };
}

/** The number beside Flipside's, and the assertion. */
export const lastLines = (name: string): string[] => [
  `print(f"{${name}:.6f}, and Flipside found {EXPECTED:.6f}")`,
  `assert abs(${name} - EXPECTED) <= TOLERANCE, ${name}`,
];
