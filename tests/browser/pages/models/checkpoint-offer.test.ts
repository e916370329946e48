/** What the room of models says of a GGUF file or a folder of safetensors before its weights are read, and of one that cannot be read. */
import { beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { CheckpointAbout, StoredNumbers } from '../../../../src/models/checkpoint/checkpoint-file.ts';
import App from '../../../../src/shell/App.svelte';
import { ModelsEngine, type Shared } from '../support/models-engine.ts';
import { fakeParts } from '../support/parts.ts';
import { button, engines, freshPages, violations } from '../support/whole-page.ts';

freshPages();
let shared: Shared;

const numbers = (type: StoredNumbers['type'], tensors: number, bytes: number, bits: 4 | 8 | 32, offsets = false) => ({
  type,
  tensors,
  bytes,
  bits,
  offsets,
});
const GGUF: CheckpointAbout = {
  container: 'gguf',
  family: 'llama',
  layers: 30,
  hidden: 576,
  vocabulary: 49_152,
  parameters: 134_515_008,
  licence: 'apache-2.0',
  numbers: [
    numbers('Q4_1', 180, 66_355_200, 4, true),
    numbers('Q8_0', 31, 30_081_024, 8),
    numbers('F16', 1, 1_000_000, 32),
    numbers('F32', 61, 140_544, 32),
  ],
};
const SAFETENSORS: CheckpointAbout = {
  ...GGUF,
  container: 'safetensors',
  family: 'gemma3_text',
  parameters: 1_235_814_400,
  licence: null,
  numbers: [numbers('BF16', 340, 2_471_628_800, 32)],
};

beforeEach(async () => {
  shared = {
    sources: [],
    asked: [],
    kept: [],
    fail: null,
    failLoad: null,
    failCheck: null,
    limit: 2 ** 31 - 4,
    half: true,
    card: true,
    gpuOnly: {},
    estimated: false,
    missing: [],
    limits: [],
    about: GGUF,
    weightBytes: 110_000_000,
  };
  location.hash = '#/library/models';
  const connect = () => {
    const engine = new ModelsEngine(shared);
    engines.push(engine);
    return engine;
  };
  render(App, { props: { parts: fakeParts(connect, { storage: localStorage }) } });
  await expect.element(page.getByRole('heading', { name: 'Bring another' })).toBeVisible();
});

const pick = (...names: readonly string[]) =>
  userEvent.upload(
    page.getByLabelText('Pick files…'),
    names.map((name) => new File([name === 'README.md' ? '---\nlicense: mit\n---\n' : 'x'], name)),
  );
const FOLDER = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const MODEL = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const offer = (title: string) => page.getByRole('region', { name: title });
const text = (words: string | RegExp) => page.getByText(words).first();
/** The items of the list of its numbers. */
const sentences = (title: string): readonly string[] =>
  [...offer(title).element().querySelectorAll('.weighed li')].map((item) => item.textContent.trim());

describe('a LoRA adapter', () => {
  const ADAPTED = [...FOLDER, 'adapter_config.json', 'adapter_model.safetensors'];

  it('is a variant beside its base, and says which model it was made for before it is merged', async () => {
    shared.about = SAFETENSORS;
    await pick(...ADAPTED);
    await expect.element(page.getByRole('radio').nth(0)).toBeChecked();
    expect(page.getByText(/A LoRA adapter/).elements()).toEqual([]);
    shared.about = { ...SAFETENSORS, adapterBase: 'google/gemma-3-1b' };
    await page.getByRole('radio', { name: /^safetensors with adapter/ }).click();
    await expect
      .element(text(/^A LoRA adapter/))
      .toHaveTextContent(/made for google\/gemma-3-1b is merged into its weights\. Take the variant without it/);
    await expect.element(button(/^Load .* with adapter /)).toBeEnabled();
  });
});

describe('a GGUF file', () => {
  const TITLE = 'SmolLM2-135M-Instruct.Q4_1';

  it('is said to be of its family, licence and sizes, before it is loaded', async () => {
    await pick(MODEL);
    await expect
      .element(text(/^A llama model in GGUF/))
      .toHaveTextContent(
        /^A llama model in GGUF: 30 layers of 576, a vocabulary of 49.152 tokens, 135 million parameters\.$/,
      );
    await expect.element(text(/From 1 file of yours\.\s+Licence: apache-2\.0\./)).toBeVisible();
    expect(shared.asked).toEqual(['weigh Q4_1']);
    expect(shared.sources).toEqual([]);
    expect(await violations()).toEqual([]);
  });

  it('says of each kind of numbers what becomes of it, and with which error', async () => {
    await pick(MODEL);
    await expect.element(text(/^Q4_1:/)).toBeVisible();
    const rounding = 'Largest relative change of a weight: 6·10⁻⁸, one rounding.';
    expect(sentences(TITLE)).toEqual([
      `Q4_1: 180 tensors, 66 MB. Each stays a whole number of 4 bits with its block’s scale; minimums take a second, small product. ${rounding}`,
      `Q8_0: 31 tensors, 30 MB. Each stays a whole number of 8 bits with its block’s scale. ${rounding}`,
      'F16: 1 tensor, 1.0 MB. Each becomes a float of 32 bits of the same value.',
      'F32: 61 tensors, 141 kB. They stay as they are.',
    ]);
  });

  it('says what it takes on the card and in a tab', async () => {
    await pick(MODEL);
    await expect
      .element(text(/^About 580 MB on the graphics card: 110 MB of weights and 470 MB for a text of 2.048 tokens\./))
      .toBeVisible();
    await expect
      .element(
        text(
          'On the processor a tab has 4.3 GB at most, and this takes about 580 MB of it. To be faster its products are unpacked to 32 bits there where memory allows it, and it then takes up to 1.0 GB.',
        ),
      )
      .toBeVisible();
    await expect.element(button(/^Load Q4_1 /)).toBeEnabled();
  });

  it('that is larger than a tab is said not to fit there', async () => {
    Object.assign(shared, { weightBytes: 4_100_000_000, card: false });
    await pick(MODEL);
    await expect.element(text(/^About 4\.6 GB of memory: 4\.1 GB of weights/)).toBeVisible();
    await expect
      .element(text('On the processor it does not fit: a tab has 4.3 GB at most, and this takes about 4.6 GB.'))
      .toBeVisible();
  });

  it('that was split names the files that are not there, and cannot be loaded', async () => {
    await pick('story-Q8_0-00001-of-00002.gguf');
    await expect
      .element(
        text(
          'Cannot be loaded: story-Q8_0-00002-of-00002.gguf is not there, and story-Q8_0-00001-of-00002.gguf is one of 2 files of a model.',
        ),
      )
      .toBeVisible();
    await expect.element(page.getByRole('radio', { name: /^Q8_0 / })).toBeDisabled();
    expect(shared.asked).toEqual([]);
  });

  it('that cannot be stored says so once it is loaded, and why', async () => {
    shared.notStored = 'This browser offers no private file storage to this page.';
    await pick(MODEL);
    await button(/^Load Q4_1 /).click();
    const inUse = page.getByRole('region', { name: 'In use' });
    await expect.element(inUse).toHaveTextContent(/SmolLM2-135M-Instruct\.Q4_1 \(Q4_1\) is loaded/);
    await expect
      .element(inUse)
      .toHaveTextContent(
        /It is not stored for the next visit\. This browser offers no private file storage to this page\./,
      );
  });
});

describe('safetensors', () => {
  it('say the same; a licence that nobody names is said to be so', async () => {
    Object.assign(shared, { about: SAFETENSORS, weightBytes: 2_600_000_000 });
    await pick(...FOLDER);
    await expect.element(text(/^A gemma3_text model in safetensors: .*, 1\.2 billion parameters\.$/)).toBeVisible();
    await expect
      .element(text(/From 4 files of yours\.\s+Licence: not named; look for it where the model comes from\./))
      .toBeVisible();
    expect(sentences('Your model')).toEqual([
      'BF16: 340 tensors, 2.5 GB. Each becomes a float of 32 bits of the same value.',
    ]);
  });

  it('take their licence from the card beside them', async () => {
    shared.about = SAFETENSORS;
    await pick(...FOLDER, 'README.md');
    await expect.element(text(/Licence: mit\./)).toBeVisible();
  });

  it('without a tokenizer cannot be loaded, and name it', async () => {
    await pick('config.json', 'model.safetensors');
    await expect
      .element(text('Cannot be loaded: tokenizer.json is not there; tokenizer_config.json is not there.'))
      .toBeVisible();
    await expect.element(page.getByRole('radio', { name: /^safetensors / })).toBeDisabled();
  });
});

describe('the weights of safetensors', () => {
  const kept = (bits: number) => page.getByRole('radio', { name: `${bits} bits` });
  const QUANTISED: CheckpointAbout = {
    ...SAFETENSORS,
    numbers: [
      { ...numbers('BF16', 210, 1_800_000_000, 4), quantised: true },
      { ...numbers('BF16', 1, 600_000_000, 8), quantised: true },
      numbers('BF16', 129, 1_000_000, 32),
    ],
  };

  it('are kept as they are unless fewer bits are picked, and memory, name and what is loaded follow', async () => {
    Object.assign(shared, { about: SAFETENSORS, weightBytes: 2_600_000_000 });
    await pick(...FOLDER);
    await expect.element(kept(32)).toBeChecked();
    await expect.element(text(/2\.6 GB of weights/)).toBeVisible();
    expect(page.getByText(/its products are unpacked/).elements()).toEqual([]);
    await kept(8).click();
    await expect.element(text(/728 MB of weights/)).toBeVisible();
    await expect.element(button(/^Load safetensors in 8 bits /)).toBeEnabled();
    shared.about = QUANTISED;
    await kept(4).click();
    await expect.element(text(/520 MB of weights/)).toBeVisible();
    await expect.element(text(/its products are unpacked .* up to 5\.4 GB\.$/)).toBeVisible();
    expect(sentences('Your model').map((sentence) => sentence.replace(/^.*?\. /, ''))).toEqual([
      'Each is rounded to a whole number of 4 bits; 32 of them share a scale. By how much that changes them is measured when they are read.',
      'Each is rounded to a whole number of 8 bits; 32 of them share a scale. By how much that changes them is measured when they are read.',
      'Each becomes a float of 32 bits of the same value.',
    ]);
    expect(shared.asked).toEqual(['weigh safetensors', 'weigh safetensors in 8', 'weigh safetensors in 4']);
    expect(await violations()).toEqual([]);

    await button(/^Load safetensors in 4 bits /).click();
    const inUse = page.getByRole('region', { name: 'In use' });
    await expect
      .element(inUse)
      .toHaveTextContent(
        /Weights are kept in 4 bits, which changed them by 8\.1 % \(root mean square over 211 tensors/,
      );
    expect(shared.sources.at(-1)).toMatchObject({ kind: 'offer', chosen: { offer: { kept: 4 } } });
  });

  it('that do not fit the card are offered in fewer bits', async () => {
    Object.assign(shared, { about: SAFETENSORS, limit: 500_000_000 });
    await pick(...FOLDER);
    await expect.element(text('safetensors in 8 bits would fit.')).toBeVisible();
    await button('Take safetensors in 8 bits instead').click();
    await expect.element(kept(8)).toBeChecked();
    await expect.element(button(/^Load safetensors in 8 bits /)).toBeEnabled();
  });

  it('in another pick begin as they are again, and GGUF has no such choice', async () => {
    shared.about = SAFETENSORS;
    await pick(...FOLDER);
    await kept(4).click();
    await expect.element(kept(4)).toBeChecked();
    await pick(...FOLDER, 'README.md');
    await expect.element(kept(32)).toBeChecked();
    shared.about = GGUF;
    await pick(MODEL);
    await expect.element(button(/^Load Q4_1 /)).toBeEnabled();
    expect(kept(8).elements()).toEqual([]);
  });
});

describe('what cannot be read', () => {
  const CASES = [
    ['model-checkpoint-invalid', `${MODEL} tensor 3 ends at byte 90000, but the file has 60000: it is cut short.`],
    ['model-checkpoint-unknown', `${MODEL} is of the architecture "mamba", which is not read.`],
  ] as const;

  it.each(CASES)('is refused by name, is not offered, and the model before stays (%s)', async (code, message) => {
    await pick(MODEL);
    await button(/^Load Q4_1 /).click();
    await expect.element(text('is loaded:')).toBeVisible();
    shared.failWeigh = { code, message };
    await pick(MODEL);
    await expect.element(text(message)).toBeVisible();
    await expect.element(page.getByText(code, { exact: true })).toBeVisible();
    expect(page.getByRole('button', { name: /^Load Q4_1 / }).elements()).toEqual([]);
    expect(page.getByText(/^A llama model/).elements()).toEqual([]);
    await expect.element(text('is loaded:')).toBeVisible();
    expect(shared.sources).toHaveLength(1);

    shared.failWeigh = null;
    await pick(MODEL);
    await expect.element(button(/^Load Q4_1 /)).toBeEnabled();
    expect(page.getByText(message).elements()).toEqual([]);
  });

  it('as a photo is said to hold no model', async () => {
    await pick('holiday.jpg');
    await expect.element(text(/The file that was picked is no graph/)).toBeVisible();
    expect(page.getByRole('group', { name: 'Variants, smallest first' }).elements()).toEqual([]);
  });
});
