/** `patch`: the stream of one text put into another, token by token and layer by layer, and how far that moves a choice of words. */
import { PATCH_PLACEBOS, patchSentences } from '../../content/patching.ts';
import { AppError } from '../../base/errors.ts';
import { streamsEvery } from '../../steering/patch-work.ts';
import {
  type PatchCell,
  patchCell,
  patchGap,
  type PatchPlace,
  placeboScale,
  type PatchReport,
  type PatchTokens,
  strongestPatch,
} from '../../steering/patching.ts';
import { PatchRunner } from '../../engine/steering/patch-runner.ts';
import { createScorer } from '../../engine/scorer.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe } from '../files.ts';
import { showProgress } from '../progress.ts';

const KNOWN = ['model', 'a', 'b', 'words', 'layers', 'every', 'tokens', 'at', 'continue', 'seed', 'probe'];
/** Layers of a grid unless said otherwise. */
const EVERY = 3;

/** Patches one text into another. */
export const patch: Command = {
  name: 'patch',
  usage: `patch --model DIR --a TEXT --b TEXT --words "FIRST|SECOND" [--layers N-M | --every N] [--tokens N,N,…] [--no-placebo] [--at LAYER:TOKEN] [--continue N [--seed N]] [--probe DIR ${FITTED_ON_USAGE}]`,
  summary:
    'Puts what leaves a layer at a token of A in the place of what B has there, and tells how far that moves the log-odds of FIRST over SECOND after B (mind the space before a word: " kind| cruel"). Beside each: streams of unrelated texts of the same length. --continue lets B go on with one patch, greedily or with a seed, --probe reads B with it: the strongest of the grid that is not its last token, or --at, TOKEN being one of B. A probe of another variant of this model is measured first, as by read.',
  async run(args, signal) {
    const options = new Options('patch', args, {
      ...Object.fromEntries(KNOWN.map((name) => [name, { type: 'string' } as const])),
      'no-placebo': { type: 'boolean' },
      ...FITTED_ON,
    });
    const texts = { a: options.needed('a'), b: options.needed('b') };
    const words = wordsIn(options.needed('words'));
    const tokens = tokensIn(options.text('tokens'));
    const at = placeIn(options.text('at'));
    const probeDir = options.text('probe');
    const read = probeDir === undefined ? null : await readProbe(probeDir);
    const maxTokens = options.number('continue', 0, { min: 1, max: 1000, whole: true });
    const engine = await openModel(options);
    try {
      const carried = read && (await carriedProbe(createSegmentReader(engine), read.probe, options, signal));
      const streams = streamsIn(options, engine.model.layerCount);
      const decoder = await engine.openEditor();
      try {
        const bench = new PatchRunner({ ...engine, decoder });
        const report = await bench.grid(
          { ...texts, words, streams, tokens, placebos: options.flag('no-placebo') ? [] : PATCH_PLACEBOS },
          (done, total) => showProgress('patching', done, total),
          signal,
        );
        const place = chosen(report, at);
        const seed =
          options.text('seed') === undefined
            ? null
            : options.number('seed', 1, { min: 0, max: 2 ** 32 - 1, whole: true });
        const sampling = {
          temperature: seed === null ? 0 : 0.8,
          topK: 0,
          topP: seed === null ? 1 : 0.95,
          seed: seed ?? 1,
          maxTokens,
        };
        return {
          result: {
            ...printed(report),
            ...(maxTokens === 0
              ? {}
              : { continued: { ...place, sampling, ...(await bench.goOn(texts, place, sampling, signal)) } }),
            ...(read === null || carried === null
              ? {}
              : {
                  probe: {
                    id: read.probe.id,
                    sha256: read.sha256,
                    ...agreementPart(carried.agreement),
                    ...place,
                    ...scoresOf(
                      await bench.readAgain(texts, place, createScorer(carried.probe), signal),
                      read.probe.defaultLayer,
                      engine.model.layerCount + 1,
                    ),
                  },
                }),
          },
          ok: true,
        };
      } finally {
        await decoder.dispose();
      }
    } finally {
      await engine.dispose();
    }
  },
};

function wordsIn(text: string): [string, string] {
  const words = text.split('|');
  const [first, second] = words;
  if (words.length !== 2 || first === undefined || second === undefined || first === '' || second === '')
    throw new AppError(
      'usage',
      `patch: --words must be two ways of going on with | between them, such as " kind| cruel", got "${text}".`,
    );
  return [first, second];
}

function tokensIn(text: string | undefined): PatchTokens {
  if (text === undefined) return 'differing';
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text))
    throw new AppError(
      'usage',
      `patch: --tokens must be numbers of tokens of B with commas between them, got "${text}".`,
    );
  return [...new Set(text.split(',').map(Number))].sort((x, y) => x - y);
}

function placeIn(text: string | undefined): { readonly stream: number; readonly token: number } | null {
  if (text === undefined) return null;
  const found = /^(\d{1,3}):(\d{1,6})$/.exec(text);
  if (found === null)
    throw new AppError('usage', `patch: --at must be a layer and a token of B, such as 12:6, got "${text}".`);
  return { stream: Number(found[1]), token: Number(found[2]) };
}

function streamsIn(options: Options, layerCount: number): number[] {
  const text = options.text('layers');
  if (text === undefined)
    return streamsEvery(options.number('every', EVERY, { min: 1, max: layerCount, whole: true }), layerCount);
  if (options.text('every') !== undefined) throw new AppError('usage', 'patch: give --layers or --every, not both.');
  const found = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text);
  const [from, to] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? found?.[1] ?? 0)];
  if (from < 1 || to < from || to > layerCount)
    throw new AppError(
      'usage',
      `patch: --layers must be a layer or two with a hyphen, from 1 to ${layerCount}, got "${text}".`,
    );
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The patch that is gone on from: the one asked for, or the strongest. */
function chosen(report: PatchReport, at: { readonly stream: number; readonly token: number } | null): PatchPlace {
  const { pairs, streams } = report;
  if (at === null) {
    const best = strongestPatch(report);
    return { stream: streams[best?.row ?? 0] ?? 1, pair: pairs[best?.column ?? 0] ?? { a: 0, b: 0 } };
  }
  const pair = pairs.find(({ b }) => b === at.token);
  if (pair === undefined)
    throw new AppError(
      'usage',
      `patch: token ${at.token} of B is not in the grid, which has ${pairs.map(({ b }) => b).join(', ')}.`,
    );
  return { stream: at.stream, pair };
}

function printed(report: PatchReport): object {
  const { model, a, b, words, wordTokens, pairs, streams } = report;
  const text = ({ tokens, odds }: typeof a): object => ({ tokens, logOdds: odds });
  const { high, n } = placeboScale(report);
  return {
    model,
    unit: 'nats: log p(first) - log p(second) after the last token; effect is B with the patch less B; share is of the way from B to A',
    words,
    wordTokens,
    a: text(a),
    b: text(b),
    gap: patchGap(report),
    said: patchSentences(report),
    placebo: { high95: high, n },
    tokens: pairs.map((pair) => ({ ...pair, textA: a.tokens[pair.a], textB: b.tokens[pair.b] })),
    layers: streams.map((stream, row) => ({
      layer: stream,
      cells: pairs.map((_, column) => shortCell(patchCell(report, row, column))),
    })),
  };
}

function shortCell({ pair, effect, share, placebos }: PatchCell): object {
  return { token: pair.b, effect: rounded(effect), share: rounded(share), placebos: placebos.map(rounded) };
}

function scoresOf(
  { patched, plain }: { readonly patched: Float32Array; readonly plain: Float32Array },
  layer: number,
  layers: number,
): object {
  const at = (scores: Float32Array): (number | null)[] =>
    Array.from({ length: scores.length / layers }, (_, token) => rounded(scores[token * layers + layer] ?? Number.NaN));
  return {
    layer,
    unit: 'standard deviations of the probe at the control texts of its training turns',
    patchedScores: at(patched),
    scores: at(plain),
  };
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(4)) : null;
}
