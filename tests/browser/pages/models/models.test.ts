/** The room of models: what it says before anything is fetched, what it loads, and what it remembers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import { HUB_MODELS } from '../../../../src/models/hub-models.ts';
import { CONSENT_WORDS, HOSTS_HOW, HOSTS_OFF, STORED_WORDS } from '../../../../src/features/models/words.ts';
import { ModelsEngine, type Shared } from '../support/models-engine.ts';
import { fakeParts } from '../support/parts.ts';
import { button, engines, freshPages, violations } from '../support/whole-page.ts';

freshPages();
let shared: Shared;
const HOSTS = ['https://hub.example', 'https://*.hub.example'];
const CONSENT = 'flipside.model-hosts';
const given = (): void => localStorage.setItem(CONSENT, HOSTS.join(' '));

beforeEach(() => {
  shared = {
    sources: [],
    asked: [],
    hosts: [],
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
  };
  given();
});

function open(hash = '#/library/models', more: Partial<AppParts> = { modelHosts: HOSTS }) {
  location.hash = hash;
  const connect = () => {
    const engine = new ModelsEngine(shared);
    engines.push(engine);
    return engine;
  };
  return render(App, { props: { parts: fakeParts(connect, { storage: localStorage, ...more }) } });
}

const text = (words: string | RegExp) => page.getByText(words).first();
/** Looks for a model by the keyboard alone. */
const look = async () => {
  await page.getByRole('textbox', { name: 'A model on hub.example' }).fill('onnx-community/Qwen3-0.6B-ONNX');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: 'Qwen3-0.6B-ONNX' })).toBeVisible();
};
/** Rows of the models that this browser stores. */
const stored = () => page.getByRole('region', { name: STORED_WORDS.title }).getByRole('listitem');
const choose = (dtype: string) => page.getByRole('radio', { name: new RegExp(`^${dtype} `) }).click();
const fromFolder = (name: string, content: string): File => new File([content], name);

describe('without a host', () => {
  it('says that the copy is closed to the network, and how to allow one, and takes files all the same', async () => {
    open('#/library/models', { modelHosts: [] });
    await expect.element(text(HOSTS_OFF)).toBeVisible();
    await text(HOSTS_HOW.summary).click();
    await expect
      .element(page.getByText(HOSTS_HOW.command))
      .toHaveTextContent(/FLIPSIDE_MODEL_HOSTS=huggingface npm start/);
    expect(page.getByRole('textbox').elements()).toEqual([]);
    await userEvent.upload(page.getByLabelText('Pick files…'), [
      fromFolder('model_q4.onnx', 'graph'),
      fromFolder('model_q4.onnx_data', 'weights'),
      fromFolder('config.json', '{}'),
      fromFolder('tokenizer.json', '{}'),
      fromFolder('README.md', '---\nlicense: mit\n---\n'),
    ]);
    await expect.element(page.getByRole('heading', { name: 'Your model' })).toBeVisible();
    await expect.element(text(/From 5 files of yours\.\s+Licence: mit/)).toBeVisible();
    await expect.element(text('Cannot be loaded: tokenizer_config.json is not there.')).toBeVisible();
    await expect.element(page.getByRole('radio', { name: /^q4 / })).toBeDisabled();
  });

  it('takes what is dropped', async () => {
    open('#/library/models', { modelHosts: [] });
    await expect.element(page.getByRole('heading', { name: 'Bring another' })).toBeVisible();
    const transfer = new DataTransfer();
    for (const name of ['model_q4.onnx', 'config.json', 'tokenizer.json', 'tokenizer_config.json'])
      transfer.items.add(fromFolder(name, '{}'));
    document
      .querySelector('main')!
      .dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    await expect.element(page.getByRole('radio', { name: /^q4 / })).toBeEnabled();
  });
});

describe('what is dropped', () => {
  const transferOf = (files: readonly string[], text?: [string, string]): DataTransfer => {
    const transfer = new DataTransfer();
    for (const name of files) transfer.items.add(fromFolder(name, '{}'));
    if (text !== undefined) transfer.setData(...text);
    return transfer;
  };
  const send = (to: Element, type: string, dataTransfer: DataTransfer): DragEvent => {
    const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    to.dispatchEvent(event);
    return event;
  };
  const FILES = ['model_q4.onnx', 'config.json', 'tokenizer.json', 'tokenizer_config.json'];
  const ready = async () => {
    open('#/library/models', { modelHosts: [] });
    await expect.element(page.getByRole('heading', { name: 'Bring another' })).toBeVisible();
  };

  it.each(['main', 'header', 'body'])('is taken everywhere in the window (%s)', async (place) => {
    await ready();
    const transfer = transferOf(FILES);
    expect(send(document.querySelector(place)!, 'dragover', transfer).defaultPrevented).toBe(true);
    expect(send(document.querySelector(place)!, 'drop', transfer).defaultPrevented).toBe(true);
    await expect.element(page.getByRole('radio', { name: /^q4 / })).toBeEnabled();
  });

  it('is left to the browser in any other room', async () => {
    await ready();
    location.hash = '#/library';
    await expect.element(page.getByRole('heading', { name: 'Bring another' })).not.toBeInTheDocument();
    expect(send(document.body, 'dragover', transferOf(FILES)).defaultPrevented).toBe(false);
  });

  it('has an outline as long as it is over the window, whatever it passes on the way', async () => {
    await ready();
    const main = document.querySelector('main')!;
    const [heading, list] = [main.querySelector('h2')!, main.querySelector('section')!];
    const transfer = transferOf(FILES);
    const outline = () => expect.poll(() => getComputedStyle(main).outlineStyle);
    for (const [type, to] of [
      ['dragenter', main],
      ['dragenter', heading],
      ['dragleave', main],
      ['dragover', heading],
    ] as const)
      send(to, type, transfer);
    await outline().toBe('dashed');
    for (const [type, to] of [
      ['dragenter', list],
      ['dragleave', heading],
    ] as const)
      send(to, type, transfer);
    await outline().toBe('dashed');
    send(list, 'dragleave', transfer);
    await outline().toBe('none');
    send(heading, 'dragenter', transfer);
    await outline().toBe('dashed');
    send(heading, 'drop', transfer);
    await outline().toBe('none');
  });

  it.each([
    [['text/plain', 'hello'], 'a text'],
    [['text/uri-list', 'https://hub.example/a'], 'a link'],
  ] as const)('is named where it is no file (%j)', async (data, what) => {
    await ready();
    const transfer = transferOf([], [...data]);
    expect(send(document.body, 'dragover', transfer).defaultPrevented).toBe(true);
    expect(send(document.body, 'drop', transfer).defaultPrevented).toBe(true);
    await expect.element(text(new RegExp(`What was dropped is ${what}, and no file\\.`))).toBeVisible();
  });

  it('is text for the field where that is what it is dropped on', async () => {
    open();
    await expect.element(page.getByRole('textbox')).toBeVisible();
    const field = page.getByRole('textbox').element();
    expect(send(field, 'dragover', transferOf([], ['text/plain', 'a/b'])).defaultPrevented).toBe(false);
    expect(send(field, 'dragover', transferOf(FILES)).defaultPrevented).toBe(true);
  });

  it('as an empty folder is said to be empty, and nothing of what was listed before stays', async () => {
    await ready();
    send(document.body, 'drop', transferOf(FILES));
    await expect.element(page.getByRole('radio', { name: /^q4 / })).toBeEnabled();
    document
      .querySelector<HTMLInputElement>('input[webkitdirectory]')!
      .dispatchEvent(new Event('change', { bubbles: true }));
    await expect.element(text(/The folder that was picked holds no files\./)).toBeVisible();
    expect(page.getByRole('group', { name: 'Variants, smallest first' }).elements()).toEqual([]);
  });
});

describe('consent', () => {
  const allow = () => button('Allow hub.example');
  const field = () => page.getByRole('textbox', { name: 'A model on hub.example' });

  it('is asked for before a host is, remembered, and taken back', async () => {
    localStorage.removeItem(CONSENT);
    const screen = open();
    await expect
      .element(text(CONSENT_WORDS.asks('hub.example and *.hub.example')))
      .toHaveTextContent(/learns your address and which models you look for/);
    // What may be had is said before, and cannot be pressed.
    await expect.element(text(HUB_MODELS[0]!.repo)).toBeVisible();
    expect(page.getByRole('button', { name: HUB_MODELS[0]!.repo }).elements()).toEqual([]);
    expect(field().elements()).toEqual([]);
    await allow().click();
    await expect.element(field()).toHaveFocus();
    await look();
    expect(shared.hosts!.at(-1)).toEqual(HOSTS);

    await screen.unmount();
    const again = open();
    await expect.element(field()).toBeVisible();
    await button(CONSENT_WORDS.withdraw).click();
    await expect.element(allow()).toHaveFocus();
    expect(field().elements()).toEqual([]);
    await again.unmount();
    open();
    await expect.element(allow()).toBeVisible();
  });

  it('holds for no request once it is taken back, of a model that was loaded before neither', async () => {
    const screen = open();
    await look();
    await button(/^Load q4 /).click();
    await expect.element(text('is loaded:')).toBeVisible();
    expect(shared.hosts!.at(-1)).toEqual(HOSTS);
    await button(CONSENT_WORDS.withdraw).click();
    await button('Use the embedded model instead').click();
    await button('Use Qwen3-0.6B-ONNX (q4)').click();
    await expect.poll(() => shared.sources.at(-1)?.kind).toBe('kept');
    expect(shared.hosts!.at(-1)).toEqual([]);
    await screen.unmount();
  });

  it('is asked for anew where the build names other hosts', async () => {
    localStorage.setItem(CONSENT, 'https://hub.example');
    open();
    await expect.element(allow()).toBeVisible();
  });
});

describe('models that are known to fit', () => {
  it('are listed with family, size and licence, and one press looks at the variant that is named', async () => {
    open();
    const row = page.getByRole('listitem').filter({ hasText: 'Qwen/Qwen3-0.6B-GGUF' });
    await expect.element(row).toHaveTextContent(/family qwen3, 639 MB, Apache-2\.0/);
    await row.getByRole('button').click();
    await expect.element(page.getByRole('radio', { name: /^Q8_0 / })).toBeChecked();
    expect(shared.asked).toEqual(['https://hub.example Qwen/Qwen3-0.6B-GGUF', 'weigh Q8_0']);
    // Smaller ones are there, and would be taken where none is named.
    await expect.element(page.getByRole('radio').first()).toHaveAccessibleName(/^Q4_0 /);
  });
});

describe('a model of a host', () => {
  it('says what would run it, and how fast, before any weight is fetched', async () => {
    open();
    await look();
    const offer = page.getByRole('region', { name: 'Qwen3-0.6B-ONNX' });
    await offer.getByRole('button', { name: 'How fast here?' }).click();
    await expect
      .element(offer.getByText('Runs on the graphics card: about 83 tokens a second expected.', { exact: true }))
      .toBeVisible();
    // Of this variant only, by what was read of it: nothing is asked of the host again, and nothing is loaded.
    expect(shared.asked.filter((asked) => asked.startsWith('plan'))).toEqual(['plan 28 layers']);
    expect(shared.sources).toEqual([]);
    expect(await violations()).toEqual([]);
    await choose('q4f16');
    await expect.element(offer.getByRole('button', { name: 'How fast here?' })).toBeVisible();
  });

  it('is shown with its licence, its variants, its memory and whether it fits, before more than its list and graph are asked for', async () => {
    open();
    await look();
    expect(shared.asked[0]).toBe('https://hub.example onnx-community/Qwen3-0.6B-ONNX');
    await expect.element(text(/commit abababababab\.\s+Licence: apache-2\.0/)).toBeVisible();
    const names = page
      .getByRole('group', { name: 'Variants, smallest first' })
      .getByRole('radio')
      .elements()
      .map((radio) => radio.closest('label')!.textContent.replace(/\s+/g, ' ').trim());
    expect(names[0]).toMatch(/^q4f16 569 MB 4-bit weights, 16-bit activations, 5 files/);
    // Its weights are one file of more than 2 GiB.
    expect(names[2]).toMatch(/^fp32 2\.4 GB Cannot be loaded: onnx\/model\.onnx_data has more than the 2 GiB/);
    await choose('q4f16');
    await expect
      .element(text(/About 1\.0 GB on the graphics card: 560 MB of weights and 470 MB for a text of 2.048 tokens/))
      .toBeVisible();
    await expect.element(text('Its largest buffer is 311 MB; this card takes 2.1 GB.')).toBeVisible();
    await expect.element(text(/28 layers; made for texts of up to 40.960 tokens/)).toBeVisible();
    // q4 first, as the command takes it where none is named.
    expect(shared.asked.slice(1)).toEqual(['weigh q4', 'weigh q4f16']);
    expect(shared.sources).toEqual([]);
  });

  it('that is too large for one buffer says so, and what would fit', async () => {
    shared.limit = 2 ** 29;
    open();
    await look();
    await expect.element(page.getByRole('radio', { name: /^q4 / })).toBeChecked();
    await expect
      .element(text(/Its largest buffer is 622 MB, and this card takes 537 MB in one: on the card it does not fit/))
      .toBeVisible();
    await expect.element(text(/^q4f16 would fit\./)).toBeVisible();
    shared.limit = 2 ** 20;
    await button('Take q4f16 instead').click();
    await expect.element(page.getByRole('radio', { name: /^q4f16 / })).toBeChecked();
    await expect.element(text('No other variant of it fits either.')).toBeVisible();
  });

  it('in 16 bits that the card does not offer says so, and what would fit', async () => {
    shared.half = false;
    open();
    await look();
    await choose('q4f16');
    await expect.element(text(/It computes in 16 bits \(shader-f16\), which this card does not offer/)).toBeVisible();
    await expect.element(text(/^q4 would fit\./)).toBeVisible();
  });

  it('on a graphics card only is said so once where there is none, cannot be loaded, and another is offered', async () => {
    shared.card = false;
    shared.gpuOnly = { q4: '/layers.0 norms by itself' };
    open();
    await look();
    const why = text(/runs on a graphics card only/);
    await expect
      .element(why)
      .toHaveTextContent(
        'It cannot be loaded here: it runs on a graphics card only (/layers.0 norms by itself), and this browser offers none.',
      );
    expect(page.getByText(/graphics card only/).elements()).toHaveLength(1);
    expect(page.getByText(/would run on the processor/).elements()).toEqual([]);
    await expect.element(button(/^Load q4 /)).toBeDisabled();
    await expect.element(button(/^Load q4 /)).toHaveAccessibleDescription(/this browser offers none/);
    await button('Take q4f16 instead').click();
    await expect.element(text(/so it would run on the processor, slowly, if at all/)).toBeVisible();
    await expect.element(button(/^Load q4f16 /)).toBeEnabled();
  });

  it('whose graph is too large to be looked into is estimated, and said to be', async () => {
    Object.assign(shared, { estimated: true, limit: 2 ** 29 });
    open();
    await look();
    await expect.element(text(/470 MB for a text of 2.048 tokens, estimated from config\.json\./)).toBeVisible();
    await expect
      .element(
        text(
          'Its largest buffer is at most 622 MB, estimated from config.json, and this card takes 537 MB in one: on the card it may not fit.',
        ),
      )
      .toBeVisible();
    await choose('q4f16');
    await expect
      .element(text('Its largest buffer is at most 311 MB, estimated from config.json; this card takes 537 MB.'))
      .toBeVisible();
  });

  it('that lacks weights that its graph names cannot be loaded, and the button says why', async () => {
    shared.missing = ['q4.onnx_data is not there, and the graph takes weights from it'];
    open();
    await look();
    await expect.element(button(/^Load q4 /)).toBeDisabled();
    await expect
      .element(button(/^Load q4 /))
      .toHaveAccessibleDescription('Cannot be loaded: q4.onnx_data is not there, and the graph takes weights from it.');
  });

  it('that cannot do everything says what, where it is in use', async () => {
    shared.limits = ['Its stream cannot be steered: no product before the norm.'];
    open();
    await look();
    await button(/^Load q4 /).click();
    const inUse = page.getByRole('region', { name: 'In use' });
    await expect
      .element(inUse.getByRole('listitem'))
      .toHaveTextContent('Its stream cannot be steered: no product before the norm.');
  });

  it.each(['model-gated', 'model-list-invalid', 'model-fetch-failed'] as const)(
    'that does not come is told where it was asked for (%s)',
    async (code) => {
      shared.fail = code;
      open();
      await page.getByRole('textbox', { name: 'A model on hub.example' }).fill('a/b');
      await button('Look').click();
      await expect.element(page.getByText(code, { exact: true })).toBeVisible();
      await expect.element(text(/https:\/\/hub\.example does not give a\/b\./)).toBeVisible();
      await expect.element(page.getByRole('textbox')).not.toHaveAttribute('aria-invalid', 'true');
      // It is no reason to load the model again.
      expect(page.getByRole('button', { name: 'Load again' }).elements()).toEqual([]);
    },
  );

  it(
    'is loaded; that no probe fits it is said in every place, with the ways on, and nothing breaks',
    { timeout: 60_000 },
    async () => {
      const screen = open();
      await look();
      await choose('q4f16');
      await button(/^Load q4f16 \(569 MB\)/).click();
      await expect.element(text('Qwen3-0.6B-ONNX (q4f16)')).toBeVisible();
      await expect.element(page.getByRole('region', { name: 'No probe for this model' })).toBeVisible();
      expect(shared.sources).toMatchObject([{ kind: 'offer', chosen: { offer: { dtype: 'q4f16' } } }]);
      for (const [place, heading] of [
        ['read', 'Betrayal'],
        ['write', 'Let the model write'],
        ['steer', 'What does steering change?'],
        ['inside', 'Look inside'],
        ['train', 'Train a probe'],
      ] as const) {
        location.hash = `#/${place}`;
        await expect.element(page.getByRole('heading', { name: heading }).first()).toBeVisible();
        await expect
          .element(page.getByRole('region', { name: 'No probe for this model' }))
          .toHaveTextContent(/Qwen3-0\.6B-ONNX \(q4f16\) is loaded/);
      }
      await expect.element(page.getByRole('link', { name: 'Train a probe on it' })).toHaveAttribute('href', '#/train');

      // The next visit remembers it, by what is kept.
      await screen.unmount();
      const back = open('#/write');
      await expect
        .element(text(/load Qwen3-0\.6B-ONNX \(q4f16\)\. Downloads once \(569 MB\) from hub\.example/))
        .toBeVisible();
      await button('Load and write (569 MB)').click();
      await expect.element(page.getByRole('region', { name: 'No probe for this model' })).toBeVisible();
      expect(shared.sources[1]).toEqual({ kind: 'kept', key: 'd'.repeat(64) });

      // And the embedded one is one press away, with its probes.
      await button('Load the embedded model').click();
      await expect.poll(() => shared.sources.at(-1)?.kind).toBe('site');
      await expect.element(text(/a pass/)).toBeVisible();
      expect(page.getByRole('region', { name: 'No probe for this model' }).elements()).toEqual([]);
      await back.unmount();
      open('#/write');
      await expect.element(text(/load SmolLM2-135M\. Downloads once \(104 MB\)/)).toBeVisible();
    },
  );
});

describe('a model that cannot be read', () => {
  const NAMES = ['First (q4)', 'Second (q4)'];
  const kept = (index: number, unopened: string | null = null) => ({
    key: String(index + 1).repeat(64),
    id: 'a',
    title: NAMES[index]!,
    licence: 'mit',
    unopened,
    from: { kind: 'hub' as const, address: 'https://hub.example/a/b/resolve/c/' },
    changed: null,
    files: [{ path: 'model_q4.onnx', sha256: '1'.repeat(64), bytes: 3_000_000, keptBytes: 3_000_000 }],
  });
  const useFirst = async () => {
    shared.kept = [kept(0), kept(1)];
    open();
    await button('Use First (q4)').click();
    await expect.element(text('is loaded:')).toBeVisible();
  };

  it('by its small files leaves the one before loaded, and says which file it is', async () => {
    await useFirst();
    shared.failCheck = 'model-text-invalid';
    await look();
    await choose('q4');
    await button(/^Load q4 /).click();
    await expect.element(text(/tokenizer\.json is not valid JSON\./)).toBeVisible();
    await expect.element(text('is loaded:')).toBeVisible();
    expect(shared.sources).toHaveLength(1);
    await page.getByRole('button', { name: 'Use Second (q4)' }).click();
    await expect.element(page.getByText(/tokenizer\.json is not valid JSON\./).last()).toBeVisible();
    expect(shared.sources).toHaveLength(1);
  });

  it('once it starts gives way to the one before, which is one press away', async () => {
    await useFirst();
    shared.failLoad = 'model-session-failed';
    await look();
    await choose('q4');
    await button(/^Load q4 /).click();
    const problem = page.getByRole('alert');
    await expect
      .element(problem)
      .toHaveTextContent(/Qwen3-0\.6B-ONNX \(q4\) did not load, so First \(q4\) is chosen again/);
    expect(problem.getByRole('button', { name: 'Load again' }).elements()).toEqual([]);
    await expect
      .element(problem.getByRole('button', { name: 'Load Qwen3-0.6B-ONNX (q4) without WebGPU' }))
      .toBeVisible();
    await expect.element(text('is chosen.')).toHaveTextContent(/First \(q4\) is chosen/);
    shared.failLoad = null;
    await problem.getByRole('button', { name: 'Load First (q4)' }).click();
    await expect.poll(() => shared.sources.at(-1)).toEqual({ kind: 'kept', key: '1'.repeat(64) });
    await expect.element(text('is loaded:')).toBeVisible();
  });

  it('on the processor is not offered there once more', async () => {
    Object.assign(shared, { card: false, failLoad: 'model-session-failed' });
    open();
    await look();
    await button(/^Load q4 /).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/did not load, so SmolLM2-135M is chosen again/);
    expect(page.getByRole('button', { name: /without WebGPU/ }).elements()).toEqual([]);
  });

  it('gives way to the embedded one where none was chosen before', async () => {
    shared.failLoad = 'numbers-wrong';
    open();
    await look();
    await choose('q4');
    await button(/^Load q4 /).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/did not load, so SmolLM2-135M is chosen again/);
    await page.getByRole('alert').getByRole('button', { name: 'Load SmolLM2-135M' }).click();
    await expect.poll(() => shared.sources.at(-1)?.kind).toBe('site');
  });

  it('because its connection broke stays chosen, to go on', async () => {
    await useFirst();
    shared.failLoad = 'model-fetch-failed';
    await button('Use Second (q4)').click();
    await expect.element(text('is chosen.')).toHaveTextContent(/Second \(q4\) is chosen/);
    await expect.element(page.getByRole('alert').getByRole('button', { name: 'Load again' })).toBeVisible();
  });

  it('is kept with the reason, and is not offered as one that works', async () => {
    shared.kept = [kept(0, 'onnxruntime could not open the model.')];
    open();
    await expect
      .element(stored().first())
      .toHaveTextContent(/It did not start when it was last loaded: onnxruntime could not open the model\./);
    expect(page.getByRole('button', { name: 'Use First (q4)' }).elements()).toEqual([]);
    await button('Try again with First (q4)').click();
    await expect.element(text('is loaded:')).toBeVisible();
  });
});

describe('kept models', () => {
  it(
    'are listed with place, licence, date and size, used again, and deleted at the second press',
    { timeout: 60_000 },
    async () => {
      shared.kept = [
        {
          key: '1'.repeat(64),
          id: 'a',
          title: 'First (q4)',
          licence: 'mit',
          from: { kind: 'local' },
          unopened: null,
          changed: Date.UTC(2026, 4, 17, 12),
          files: [{ path: 'model_q4.onnx', sha256: '1'.repeat(64), bytes: 2_000_000, keptBytes: 1_000_000 }],
        },
        {
          key: '2'.repeat(64),
          id: 'b',
          title: 'Second (q4)',
          licence: 'gemma',
          from: { kind: 'hub', address: 'https://hub.example/a/b/resolve/c/' },
          unopened: null,
          changed: null,
          files: [{ path: 'model_q4.onnx', sha256: '2'.repeat(64), bytes: 3_000_000, keptBytes: 3_000_000 }],
        },
      ];
      open();
      const rows = stored();
      await expect
        .element(rows.first())
        .toHaveTextContent(/First \(q4\) your files, licence mit, 17 May 2026, .* 1\.0 MB of 2\.0 MB/);
      await expect.element(rows.nth(1)).toHaveTextContent(/Second \(q4\) hub\.example, licence gemma 3\.0 MB/);
      await button('Delete First (q4)').click();
      expect(shared.kept).toHaveLength(2);
      await button('Press again to delete First (q4)').click();
      await expect.poll(() => shared.kept.map(({ title }) => title)).toEqual(['Second (q4)']);
      await button('Use Second (q4)').click();
      await expect.poll(() => shared.sources).toEqual([{ kind: 'kept', key: '2'.repeat(64) }]);
      await expect.element(page.getByRole('region', { name: 'No probe for this model' })).toBeVisible();
      await button('Use the embedded model instead').click();
      await expect.poll(() => shared.sources.at(-1)?.kind).toBe('site');
    },
  );
});

describe('the room', () => {
  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)(
    'has no fault that axe finds, and nothing wider than the window (%s, %d pixels)',
    { timeout: 60_000 },
    async (theme, width) => {
      await page.viewport(width, 900);
      localStorage.setItem('flipside.theme', theme);
      shared.limit = 2 ** 29;
      open();
      await look();
      await choose('q4');
      await expect.element(text(/^q4f16 would fit\./)).toBeVisible();
      expect(await violations()).toEqual([]);
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    },
  );
});
