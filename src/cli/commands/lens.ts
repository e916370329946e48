/** `lens`: a text through the logit lens, and a probe's direction through the same lens. */
import { AppError } from '../../base/errors.ts';
import {
  checkLayers,
  checkTop,
  isDirectionKind,
  DIRECTION_KINDS,
  splitSentence,
  type DirectionKind,
  type DirectionWord,
  type LensReading,
} from '../../lens/lens.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { significant } from '../../base/round.ts';
import { directionOf } from '../../lens/probe-direction.ts';
import { directionThroughLens } from '../../engine/lens/lens-direction.ts';
import { findWords } from '../../engine/lens/lens-words.ts';
import { readLens } from '../../engine/lens/lens.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import type { TextTokenizer } from '../../engine/text/tokenizer.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe, readProse, writeOutput } from '../files.ts';
import { serialiseLens } from '../../formats/runs/lens-json.ts';
import { showProgress } from '../progress.ts';

const KNOWN = {
  model: { type: 'string' },
  text: { type: 'string' },
  file: { type: 'string' },
  top: { type: 'string' },
  words: { type: 'string' },
  'first-token': { type: 'boolean' },
  layer: { type: 'string', multiple: true },
  probe: { type: 'string' },
  direction: { type: 'string' },
  record: { type: 'string' },
  last: { type: 'string' },
  ...FITTED_ON,
} as const;

/** Reads a text, a direction or both through the lens. */
export const lens: Command = {
  name: 'lens',
  usage: `lens --model DIR [--text TEXT | --file FILE] [--top N] [--words "kind, cruel"] [--first-token] [--layer N ...] [--record FILE [--last N]] [--probe DIR [--direction reading|steering|positive|negative] ${FITTED_ON_USAGE}]`,
  summary:
    'The likeliest next words at every token and layer, their entropy in nats, and the rank of chosen words and of the word that comes; with --probe the words that its direction makes likelier and less likely. --layer may be repeated; without it all layers. --record also writes the grid of the last N tokens (8) as the page shows it before a model is loaded. A probe of another variant of this model is measured first, as by read.',
  async run(args, signal) {
    const options = new Options('lens', args, KNOWN);
    const [text, file, probeDir] = ['text', 'file', 'probe'].map((name) => options.text(name));
    if (text !== undefined && file !== undefined) throw new AppError('usage', 'lens: give either --text or --file.');
    if (text === undefined && file === undefined && probeDir === undefined)
      throw new AppError('usage', 'lens: give a text (--text or --file), a probe (--probe), or both.');
    const kind = options.text('direction') ?? 'reading';
    if (!isDirectionKind(kind))
      throw new AppError('usage', `lens: --direction must be ${DIRECTION_KINDS.join(', ')}, got "${kind}".`);
    if (probeDir === undefined && options.text('direction') !== undefined)
      throw new AppError('usage', 'lens: --direction needs --probe.');
    const top = options.number('top', 10, { min: 1, max: 50, whole: true });
    const asked = options.texts('layer').map((layer) => {
      if (!/^-?\d+$/.test(layer)) throw new AppError('usage', `lens: --layer must be a whole number, got "${layer}".`);
      return Number(layer);
    });
    const record = options.text('record');
    const last = options.number('last', 8, { min: 1, max: 200, whole: true });
    if (record !== undefined && text === undefined && file === undefined)
      throw new AppError('usage', 'lens: --record needs a text (--text or --file).');
    const given = file === undefined ? (text ?? null) : await readProse(file);
    const probe = probeDir === undefined ? null : await readProbe(probeDir);
    const engine = await openModel(options);
    try {
      const layers = checkLayers(asked, engine.model.layerCount);
      checkTop(top, engine.decoder.sizes.vocabulary);
      const carried = probe && (await carriedProbe(createSegmentReader(engine), probe.probe, options, signal));
      const { found, split } = findWords(
        engine.tokenizer,
        (options.text('words') ?? '').split(','),
        options.flag('first-token'),
      );
      const [several] = split;
      if (several !== undefined) throw new AppError('usage', `lens: ${splitSentence(several)} --first-token takes it.`);
      const head = await engine.openLens();
      try {
        const reading =
          given === null
            ? null
            : await readLens(
                { ...engine, head },
                { text: given, layers, top, words: found },
                (done, total) => showProgress('looking', done, total),
                signal,
              );
        if (record !== undefined && reading !== null && given !== null)
          await writeOutput(record, serialiseLens({ text: given, lens: reading, model: engine.model }, last));
        const direction =
          probe === null || carried === null
            ? {}
            : {
                direction: {
                  probe: { id: probe.probe.id, sha256: probe.sha256 },
                  ...agreementPart(carried.agreement),
                  ...(await directionJson(carried.probe, kind, layers, top, head, engine.tokenizer)),
                },
              };
        return {
          result: { model: engine.model, layers, ...(reading === null ? {} : readingJson(reading)), ...direction },
          ok: true,
        };
      } finally {
        await head.dispose();
      }
    } finally {
      await engine.dispose();
    }
  },
};

/** Probabilities and nats to four significant digits: finer than float32 kernels agree. */
const tidy = (value: number): number | null => (Number.isFinite(value) ? significant(value, 4) : null);
const probability = (log: number | undefined): number | null => tidy(Math.exp(log ?? NaN));

function readingJson({ tokens, layers, top, words, rows, texts, disagreement, milliseconds }: LensReading): object {
  const asked = words.length + 1;
  const followed = (row: number, word: number): object | null => {
    const rank = rows.ranks[row * asked + word] ?? 0;
    return rank === 0 ? null : { rank, probability: probability(rows.askedLogProbabilities[row * asked + word]) };
  };
  const place = (row: number, layer: number): object => ({
    layer,
    entropy: tidy(rows.entropy[row] ?? NaN),
    top: Array.from(rows.ids.subarray(row * top, (row + 1) * top), (id, at) => ({
      id,
      text: texts.get(id) ?? '',
      probability: probability(rows.logProbabilities[row * top + at]),
    })),
    next: followed(row, words.length),
    ...(words.length === 0 ? {} : { words: words.map((_, word) => followed(row, word)) }),
  });
  return {
    unit: 'probabilities of the next word, entropy in nats',
    milliseconds: Math.round(milliseconds),
    largestDifferenceFromModel: tidy(disagreement),
    words,
    tokens: tokens.map(({ id, text }, token) => ({
      id,
      text,
      layers: layers.map((layer, index) => place(token * layers.length + index, layer)),
    })),
  };
}

async function directionJson(
  probe: Probe,
  kind: DirectionKind,
  layers: readonly number[],
  count: number,
  head: Parameters<typeof directionThroughLens>[0],
  tokenizer: TextTokenizer,
): Promise<object> {
  const tidied = (words: readonly DirectionWord[]): object[] =>
    words.map(({ id, text, logit }) => ({ id, text, logit: tidy(logit) }));
  const told = await directionThroughLens(
    head,
    tokenizer,
    { direction: directionOf(probe, kind), nullModel: probe.nullModel },
    layers,
    count,
  );
  return {
    kind,
    unit: 'logits, above the mean of all words, for a step as long as the stream itself',
    layers: told.map(({ layer, length, promoted, suppressed, chance }) => ({
      layer,
      length: tidy(length),
      promoted: tidied(promoted),
      suppressed: tidied(suppressed),
      randomDirections: chance && { count: chance.count, up95: tidy(chance.up), down95: tidy(chance.down) },
    })),
  };
}
