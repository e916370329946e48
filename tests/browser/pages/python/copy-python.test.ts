/** "Copy as Python" where a reading, a steered text, a direction and a probe are shown: the number of the page, in a program. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { AxesRead } from '../../../../src/reading/axes/axes.ts';
import { pythonProgram } from '../../../../src/formats/python/python-program.ts';
import { pythonWeights } from '../../../../src/state/python/python-weights.ts';
import type { SteeredWords } from '../../../../src/steering/steering.ts';
import type { CallArgs } from '../../../../src/worker/protocol.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { freshHands, hands, open, readOwn, title } from '../support/keeping-page.ts';
import { madeUpDirection } from '../support/sample-lens.ts';
import { SAMPLE_CARD } from '../support/sample.ts';
import * as steer from '../support/steer-page.ts';
import * as train from '../support/train-page.ts';
import { button, engines, load, openAt } from '../support/whole-page.ts';

freshHands();
const HIDDEN = SAMPLE_CARD.model.hidden;

/** The calls behind a steered text and a probe, made up. */
class PythonEngine extends FakeEngine {
  readonly asked: CallArgs<'steeredWords'>[] = [];
  override steeredWords: FakeEngine['steeredWords'] = (args) => {
    this.asked.push(args);
    const add = new Float32Array(HIDDEN).fill(0.5);
    return Promise.resolve({
      steps: [{ stream: 18, add, bound: null }],
      from: 9,
      ids: [7, 8],
      logP: -12.3456789,
    } satisfies SteeredWords);
  };
  override readAxes: FakeEngine['readAxes'] = (args) => {
    const pieces = args.text.split(/(?= )/).map((text, id) => ({ id: id + 40, text }));
    const readings = [4, pieces.length - 1].map((afterToken) => ({
      afterToken,
      stand: 'sentence' as const,
      axes: [{ score: afterToken / 100, low: -1, high: 1 }],
    }));
    const axes = [{ axis: SAMPLE_CARD.axis, layer: 16 }];
    return Promise.resolve({
      axes,
      pieces,
      readings,
      readoutTokens: 9,
      milliseconds: 1,
      left: null,
    } satisfies AxesRead);
  };
}
const engine = () => engines.at(-1) as PythonEngine;
const connect = () => {
  engines.push(new PythonEngine());
  return engine();
};

/** The numbers of the program on the clipboard, once it is there. */
async function program(): Promise<{ readonly source: string; readonly expected: number; readonly tolerance: number }> {
  await expect.poll(() => hands.copied).toContain('EXPECTED, TOLERANCE = ');
  const source = hands.copied;
  hands.copied = '';
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  const [, expected, tolerance] = /^EXPECTED, TOLERANCE = (\S+), (\S+)$/m.exec(source) ?? [];
  return { source, expected: Number(expected), tolerance: Number(tolerance) };
}
const fromMenu = async (name: string) => {
  await page.getByRole('navigation', { name: 'Places' }).hover();
  await page.getByText('Export', { exact: true }).click();
  await button(name).click();
};

describe('a reading', () => {
  it('is copied from Export: the last one, or the one that is held, at the layer that is shown', async () => {
    await open();
    await title('Betrayal');
    await load();
    await readOwn('The guard opened the gate. Then he closed it again.');
    await fromMenu('Copy Python');
    const last = await program();
    await expect.element(page.getByRole('status').first()).toHaveTextContent(/The program is on the clipboard\./);
    const tokens = document.querySelectorAll('[data-token]').length;
    expect(last.source).toContain(`TOKEN, LAYERS, ZERO, SCALE = ${tokens - 1}, [16], `);
    expect(last.source).toContain('"The guard opened the gate. Then he closed it again."');
    expect(last.source).toContain('flipside weights --model FOLDER --out MODEL');
    expect(last.tolerance).toBeLessThan(6e-4);
    expect(last.source).not.toContain('NNsight');
    await fromMenu('Copy nnsight');
    const traced = await program();
    expect(traced.expected).toBe(last.expected);
    expect(traced.source).toContain('model.trace(');
  });

  it('by a probe that is not here is refused with what to do', async () => {
    await open();
    await title('Betrayal');
    await fromMenu('Copy Python');
    await expect
      .element(page.getByText(/The probe that read this text is not here\. Choose a probe, and read the text again\./))
      .toBeVisible();
    expect(hands.copied).toBe('');
  });
});

describe('a steered text', () => {
  it('gives its first words under the same steering', async () => {
    await steer.write({}, { connect });
    await steer.unfold('Copy as Python');
    await button('For transformers').click();
    const { source, expected } = await program();
    expect(expected).toBe(-12.3456789);
    expect(source).toContain('FROM, LAYERS = 9, [18]');
    const [asked] = engine().asked;
    expect(asked).toMatchObject({ settings: { mode: 'add', pole: 'positive' } });
    expect(source).toContain(JSON.stringify(asked!.text));
    expect(asked!.words.length).toBeGreaterThan(3);
    await button('For nnsight').click();
    expect((await program()).source).toContain('model.trace(');
  });
});

describe('a direction', () => {
  it('gives the word that it moves most', async () => {
    await openAt('#/inside', {}, { connect });
    await load();
    await button('Show its words').click();
    await page.getByText('Copy as Python', { exact: true }).click();
    expect(button('For nnsight').elements()).toHaveLength(0);
    await button('For transformers').click();
    const { source, expected } = await program();
    const [word] = madeUpDirection(16, 15).promoted;
    expect(expected).toBe(word!.logit);
    expect(source).toContain(`WORD = ${word!.id}  # ${JSON.stringify(word!.text)}`);
  });
});

describe('a probe', () => {
  it('gives what it reads at the end of a short text; without a model it says what to do', async () => {
    await train.open({}, { connect });
    await train.openNumbers();
    await page.getByText('Copy as Python', { exact: true }).click();
    await button('For transformers').click();
    await expect.element(page.getByText(/The model must be loaded first/).first()).toBeVisible();
    await train.load();
    await button('For transformers').click();
    const { source, expected } = await program();
    expect(expected).toBe(0.12);
    expect(source).toContain('assert ids[0, TOKEN] == 52, ');
  });
});

it('rounds the weights of a model that the page keeps in fewer bits', () => {
  const model = { id: 'toy', dtype: 'q4', container: 'safetensors' } as const;
  const title = { kind: 'direction', title: 'x', id: 1, word: 'x', direction: Float32Array.of(1) } as const;
  const program = (weights: ReturnType<typeof pythonWeights>): string =>
    pythonProgram({ ...title, weights, expected: 1, tolerance: 1 }, 'nnsight');
  const four = program(pythonWeights(model));
  expect(four).toContain('# Flipside');
  expect(four).toContain('"Q8_0" if "embed_tokens" in name or "lm_head" in name else "Q4_0"');
  expect(program(pythonWeights({ ...model, dtype: 'q8' }))).not.toContain('Q4_0');
  const merged = program(pythonWeights({ ...model, adapter: 'kind' }));
  expect(merged.split('\n')[0]).toContain('Merge the adapter kind into them first.');
  for (const as of ['fp32', 'bf16']) expect(pythonWeights({ ...model, dtype: as })).not.toHaveProperty('rounded');
  expect(pythonWeights({ ...model, container: 'gguf' })).not.toHaveProperty('rounded');
});
