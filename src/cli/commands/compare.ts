/** `compare`: two texts side by side, token by token: their scores, and how far their next words are apart. */
import { alignTokens, type Column } from '../../text/align.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import { firstSteered, type SteeringSettings } from '../../steering/steering.ts';
import { steeringWords } from '../../steering/steering-words.ts';
import { columnDifference, obstacle, sharedDifference, type ReadWith } from '../../reading/run-difference.ts';
import { streamProducts } from '../../reading/score.ts';
import { checkText } from '../../text/text-check.ts';
import { divergenceByColumn, firstApart, sharedPairs, summariseDivergence } from '../../reading/token-divergence.ts';
import type { Decoder } from '../../engine/decoder.ts';
import type { NodeEngine } from '../../engine/node/node-engine.ts';
import { readDivergence } from '../../engine/steering/run-divergence.ts';
import type { RowText } from '../../engine/steering/row-reader.ts';
import { createScorer } from '../../engine/scorer.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { wholeText } from '../../engine/text/whole-text.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe, readProse } from '../files.ts';
import { showProgress } from '../progress.ts';
import type { CarriedProbe } from '../../training/carry-over.ts';
import { parseSteeringSpec, STEERING_SPEC, steeringAlong } from '../steering-spec.ts';

const KNOWN = [
  'model',
  'a',
  'a-file',
  'b',
  'b-file',
  'probe',
  'probe-b',
  'layer',
  'given',
  'steer-a',
  'steer-b',
  'push-a',
  'push-b',
];
/** Decimals of what is printed: finer than float32 kernels agree. */
const DECIMALS = 4;

/** One of the two before the model is open. */
interface Side {
  readonly text: string;
  readonly probe: Awaited<ReturnType<typeof readProbe>>;
  readonly settings: SteeringSettings | null;
}

/** The same, ready to be read. */
interface Run extends RowText {
  readonly texts: readonly string[];
  /** Scores `[tokens]` at the layer, filled by reading. */
  readonly scores: Float32Array;
  readonly pushed: string | null;
  readonly agreement: DtypeAgreement | null;
  readonly readWith: ReadWith;
}

/** Compares two texts. */
export const compare: Command = {
  name: 'compare',
  usage: `compare --model DIR (--a TEXT | --a-file FILE) (--b TEXT | --b-file FILE) --probe DIR [--probe-b DIR] ${FITTED_ON_USAGE} [--layer N] [--steer-a STEERING] [--steer-b STEERING] [--given N]`,
  summary: `Two texts token by token: where they part, the score of each and B less A at a layer, and the KL divergence of their next words after tokens that they share, both ways round, in nats. STEERING is ${STEERING_SPEC}; strength is in lengths of the stream. "generated" means tokens after the first N that are given (all of them unless --given says so). A probe of another variant of this model is measured first, as by read.`,
  async run(args, signal) {
    const options = new Options('compare', args, {
      ...Object.fromEntries(KNOWN.map((name) => [name, { type: 'string' } as const])),
      ...FITTED_ON,
    });
    const [a, b] = [await sideOf(options, 'a'), await sideOf(options, 'b')];
    const engine = await openModel(options);
    let editor: Decoder | null = null;
    try {
      const reader = createSegmentReader(engine);
      const carriedA = await carriedProbe(reader, a.probe.probe, options, signal);
      const carriedB =
        a.probe.sha256 === b.probe.sha256 ? carriedA : await carriedProbe(reader, b.probe.probe, options, signal);
      const layer = options.number('layer', a.probe.probe.defaultLayer, {
        min: 0,
        max: engine.model.layerCount,
        whole: true,
      });
      const given =
        options.text('given') === undefined
          ? null
          : options.number('given', 0, { min: 0, max: engine.decoder.sizes.contextTokens, whole: true });
      if (a.settings !== null || b.settings !== null) editor = await engine.openEditor();
      const prepared = { engine, editor, layer, given, signal };
      const [runA, runB] = [await prepare(a, carriedA, prepared), await prepare(b, carriedB, prepared)];
      return { result: await compared(runA, runB, { engine, layer, signal }), ok: true };
    } finally {
      await editor?.dispose();
      await engine.dispose();
    }
  },
};

async function sideOf(options: Options, side: 'a' | 'b'): Promise<Side> {
  const [text, file] = [options.text(side), options.text(`${side}-file`)];
  if ((text === undefined) === (file === undefined))
    throw new AppError('usage', `compare: give either --${side} or --${side}-file.`);
  // `--push-a` and `--push-b` were the names until 0.2.0, and are still taken.
  const option = options.text(`push-${side}`) === undefined ? `steer-${side}` : `push-${side}`;
  if (option !== `steer-${side}` && options.text(`steer-${side}`) !== undefined)
    throw new AppError('usage', `compare: give --steer-${side} or its older name --${option}, not both.`);
  const spec = options.text(option);
  const settings = spec === undefined ? null : parseSteeringSpec(option, spec);
  const body = text ?? (await readProse(file ?? ''));
  checkText(body);
  return {
    text: body,
    settings,
    probe: await readProbe((side === 'b' ? options.text('probe-b') : undefined) ?? options.needed('probe')),
  };
}

async function prepare(
  { text, probe: { sha256 }, settings }: Side,
  carried: CarriedProbe,
  {
    engine,
    editor,
    layer,
    given,
    signal,
  }: { engine: NodeEngine; editor: Decoder | null; layer: number; given: number | null; signal: AbortSignal },
): Promise<Run> {
  const ids = wholeText(engine.tokenizer, text);
  const piece = engine.tokenizer.pieces();
  const { probe, agreement } = carried;
  const steered = settings && (await steeringAlong(settings, { ...carried, sha256 }, engine, signal));
  const { hidden } = engine.decoder.sizes;
  const scorer = createScorer(probe);
  const layers = engine.model.layerCount + 1;
  const scores = new Float32Array(ids.length);
  let before: Float32Array | null = null;
  return {
    decoder: steered && editor ? editor : engine.decoder,
    ids,
    texts: ids.map((id) => piece(id).text),
    intervention: steered?.intervention ?? [],
    from: firstSteered(settings?.where ?? 'all', Math.min(given ?? ids.length, ids.length)),
    scores,
    pushed: steered && steeringWords(steered.record, probe.axis),
    agreement,
    readWith: {
      model: engine.model.id,
      weightsSha256: engine.model.weightsSha256,
      probe: probe.id,
      probeSha256: sha256,
    },
    onPass({ residuals, tokens }, start) {
      const products = streamProducts(scorer.directions, residuals, tokens, hidden);
      const own = scorer.tokens(products, start, before).scores;
      for (let token = 0; token < tokens; token += 1) scores[start + token] = own[token * layers + layer] ?? Number.NaN;
      before = products.embeddings.slice((tokens - 1) * hidden);
    },
  };
}

async function compared(
  a: Run,
  b: Run,
  { engine, layer, signal }: { engine: NodeEngine; layer: number; signal: AbortSignal },
): Promise<object> {
  const { columns, shared, parting, alike, complete } = alignTokens(a.texts, b.texts);
  const divergence = await readDivergence(a, b, sharedPairs(columns), {
    chunkTokens: engine.chunkTokens,
    onProgress: (done, total) => showProgress('comparing', done, total),
    signal,
  });
  const why = obstacle(a.readWith, b.readWith);
  const difference = why === null ? columnDifference(columns, a.scores, b.scores) : null;
  const [ab, ba] = [divergenceByColumn(columns, divergence.ab), divergenceByColumn(columns, divergence.ba)];
  const about = ({ ids, pushed: steered, agreement, readWith }: Run): object => ({
    tokens: ids.length,
    probe: readWith.probe,
    probeSha256: readWith.probeSha256,
    ...agreementPart(agreement),
    pushed: steered,
  });
  const side = ({ texts, scores }: Run, token: number | null): object | null =>
    token === null ? null : { token, text: texts[token], score: rounded(scores[token]) };
  const { first, ...summary } = summariseDivergence(divergence);
  return {
    model: engine.model,
    a: about(a),
    b: about(b),
    layer,
    alignment: { columns: columns.length, shared, parting, alike, complete },
    difference:
      difference === null
        ? {
            refused: `A was read with ${a.readWith.probe}, B with ${b.readWith.probe}: scores of two probes have no common scale, so they are not subtracted.`,
          }
        : {
            unit: 'B less A, standard deviations of the probe at the control texts of its training turns',
            ...sharedDifference(difference, parting),
          },
    divergence: {
      unit: 'nats, of the next token after a shared token; ab is KL(A||B), ba is KL(B||A); a text compared with itself gives 0',
      ...summary,
      firstColumn: firstApart(columns, { first }),
    },
    columns: columns.map((column: Column, index) => ({
      column: index,
      same: column.same,
      a: side(a, column.a),
      b: side(b, column.b),
      difference: rounded(difference?.[index]),
      klAB: rounded(ab[index]),
      klBA: rounded(ba[index]),
    })),
  };
}

function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(DECIMALS));
}
