/** What a program computes, in each library: the streams by hooks of PyTorch, or by a trace of nnsight. */
import { idsOf, lastLines, matrix, steeringHead, text } from './program-parts.ts';
import type { PythonDirection, PythonLibrary, PythonReading, PythonSteering } from './program-types.ts';

/** A number of a text, by the streams that a library gives. */
interface StreamLines {
  readonly reading: (program: PythonReading) => string[];
  readonly steering: (program: PythonSteering) => string[];
}

/** What is read, and that the tokenizer cuts the text as Flipside's does. */
const readingHead = ({ token, id, layers, directions, zero, scale }: PythonReading): string[] => [
  `TOKEN, LAYERS, ZERO, SCALE = ${token}, [${layers.join(', ')}], torch.tensor([${zero.join(', ')}]), ${scale}`,
  `DIRECTIONS = ${matrix(directions, layers.length)}`,
  `assert ids[0, TOKEN] == ${id}, "the tokenizer cuts the text otherwise"`,
];

const neutralLoop = ({ neutral }: PythonReading): string[] => [
  'parts = []',
  `for words in [${neutral.map(idsOf).join(', ')}]:  # after the token: ${neutral.map((each) => text(each.text)).join(', ')}`,
];

const readingEnd = ({ neutral, own }: PythonReading): string[] => [
  ...(neutral.length === 0
    ? []
    : [own ? 'read = (whole[:, TOKEN] + torch.stack(parts).mean(0)) / 2' : 'read = torch.stack(parts).mean(0)']),
  'score = ((read * DIRECTIONS).sum(1) - ZERO).mean().item() / SCALE',
  ...lastLines('score'),
];

const FOUND = 'found = logits.log_softmax(-1).gather(1, more[0, :, None]).sum().item()';
const WITH_WORDS = 'torch.cat([ids[:, : TOKEN + 1], torch.tensor([words])], 1)';
const BOUNDED = '(along.clamp(low, high) - along)[..., None] * vector';

const HOOKS: StreamLines = {
  reading: (program) => [
    ...readingHead(program),
    'streams = {}',
    'for layer in LAYERS:',
    '    places[layer].register_forward_hook(lambda module, args, out, layer=layer: streams.update({layer: out[0] if isinstance(out, tuple) else out}))',
    ...(program.neutral.length === 0
      ? [
          'with torch.no_grad():',
          '    model(ids[:, : TOKEN + 1])',
          'read = torch.stack([streams[layer].reshape(TOKEN + 1, -1)[TOKEN] for layer in LAYERS])',
        ]
      : [
          ...neutralLoop(program),
          '    with torch.no_grad():',
          `        model(${WITH_WORDS})`,
          '    whole = torch.stack([streams[layer].reshape(-1, DIRECTIONS.shape[1]) for layer in LAYERS])',
          '    parts.append(whole[:, TOKEN + 1 :].mean(1))',
        ]),
    ...readingEnd(program),
  ],
  steering: (program) => {
    const { bounded, lines } = steeringHead(program);
    return [
      ...lines,
      `def steer(vector${bounded ? ', low, high' : ''}):`,
      '    def hook(module, args, out):',
      '        stream = (out[0] if isinstance(out, tuple) else out)[:, FROM:]',
      ...(bounded ? ['        along = stream @ vector', `        stream += ${BOUNDED}`] : ['        stream += vector']),
      '    return hook',
      bounded
        ? 'for layer, vector, (low, high) in zip(LAYERS, VECTORS, BOUNDS): places[layer].register_forward_hook(steer(vector, low, high))'
        : 'for layer, vector in zip(LAYERS, VECTORS): places[layer].register_forward_hook(steer(vector))',
      'with torch.no_grad(): logits = model(torch.cat([ids, more], 1)).logits[0, ids.shape[1] - 1 : -1]',
      FOUND,
      ...lastLines('found'),
    ];
  },
};

/** In a trace of nnsight the lines stand in the order in which the model computes; what leaves a layer is `output`. */
const TRACE: StreamLines = {
  reading: (program) => [
    ...readingHead(program),
    ...(program.neutral.length === 0
      ? [
          'with torch.no_grad(), model.trace(ids[:, : TOKEN + 1]):',
          '    read = torch.stack([places[layer].output.reshape(TOKEN + 1, -1)[TOKEN] for layer in LAYERS]).save()',
        ]
      : [
          ...neutralLoop(program),
          `    with torch.no_grad(), model.trace(${WITH_WORDS}):`,
          '        whole = torch.stack([places[layer].output.reshape(-1, DIRECTIONS.shape[1]) for layer in LAYERS]).save()',
          '    parts.append(whole[:, TOKEN + 1 :].mean(1))',
        ]),
    ...readingEnd(program),
  ],
  steering: (program) => {
    const { bounded, lines } = steeringHead(program);
    return [
      ...lines,
      'with torch.no_grad(), model.trace(torch.cat([ids, more], 1)):',
      ...(bounded
        ? [
            '    for layer, vector, (low, high) in zip(LAYERS, VECTORS, BOUNDS):',
            '        stream = places[layer].output[:, FROM:]',
            '        along = stream @ vector',
            `        stream += ${BOUNDED}`,
          ]
        : ['    for layer, vector in zip(LAYERS, VECTORS):', '        places[layer].output[:, FROM:] += vector']),
      '    logits = model.lm_head.output[0, ids.shape[1] - 1 : -1].save()',
      FOUND,
      ...lastLines('found'),
    ];
  },
};

/** How each library gets at the streams. */
export const STREAM_LINES = { transformers: HOOKS, nnsight: TRACE } satisfies Record<PythonLibrary, StreamLines>;

/** A direction through the final norm and the head; the norm divides by the length, so a long step leaves its epsilon behind. */
export const directionLines = ({ id, word, direction }: PythonDirection): string[] => [
  `WORD = ${id}  # ${text(word)}`,
  `DIRECTION = ${matrix(direction, 1)}`,
  'step = 1000 * DIRECTION / DIRECTION.norm() * DIRECTION.numel() ** 0.5',
  'with torch.no_grad(): logits = model.lm_head(model.model.norm(step))[0]',
  'found = (logits[WORD] - logits.mean()).item()',
  ...lastLines('found'),
];
