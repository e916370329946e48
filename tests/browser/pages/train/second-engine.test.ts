/** The second engine in the Train place, over a fake of web-llm's API: configured, loaded, asked to draft and to judge. */
import type { ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AppError } from '../../../../src/base/errors.ts';
import type { ConnectChatModel } from '../../../../src/chat/chat-model.ts';
import { chatModelOf } from '../../../../src/second-engine/chat-model.ts';
import { type FakeAnswer, type FakeLibrary, fakeWebLlm } from '../../../fixtures/servers/fake-web-llm.ts';
import {
  button,
  csvOf,
  file,
  freshPages,
  importSet,
  load,
  open,
  openTable,
  saved,
  turn,
  violations,
} from '../support/train-page.ts';

freshPages();

const LIST = JSON.stringify({
  model_list: [{ model_id: 'Tiny-1B', model: './models/tiny/', model_lib: './models/tiny/lib.wasm' }],
});
const asked = (request: ChatCompletionRequestNonStreaming): string =>
  request.messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('');
const byFake =
  (
    answer: (request: ChatCompletionRequestNonStreaming, index: number) => FakeAnswer | Promise<FakeAnswer>,
    library: FakeLibrary = {},
  ): ConnectChatModel =>
  async ({ id }, onProgress) => {
    onProgress({ share: 0.5, words: 'Fetching param cache' });
    return chatModelOf(fakeWebLlm(id, answer, library).engine, id, 'cd'.repeat(32));
  };
const openDrafts = () => page.getByText('Draft rows with a chat model').click();
const openJudge = () => page.getByText('Judge this set with a chat model').click();
const configure = async () => {
  await page.getByText('Which chat models there are').click();
  await userEvent.upload(page.getByLabelText('Import a list of chat models…'), [file('models.json', LIST)]);
};
const loadChat = async () => {
  await configure();
  await button('Load the chat model').click();
  await expect.element(page.getByText('Tiny-1B is loaded, beside the model that is read.')).toBeVisible();
};
const openOwn = async (topics: number) => {
  await importSet(file('mine.csv', csvOf(topics)));
  await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
  await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
  await button('Import').click();
};
const drafted = (topic: string, more: Record<string, string> = {}): string =>
  JSON.stringify({
    scene: `Mara ran the ${topic}.`,
    positive: `She let him use the ${topic} for nothing.`,
    negative: `She sent him off the ${topic} in the rain.`,
    neutral: `She swept the ${topic} before noon.`,
    ...more,
  });
const topicOf = (request: ChatCompletionRequestNonStreaming): string => /Topic: (.*)\./.exec(asked(request))?.[1] ?? '';

describe('a chat model', () => {
  it('is none until one is configured; a list is refused by the path that is wrong, kept, and outlives the page', async () => {
    const first = await open({}, { storage: localStorage });
    await openDrafts();
    await expect.element(page.getByText(/None is configured, and nothing is fetched/)).toBeVisible();
    await page.getByText('Which chat models there are').click();
    await userEvent.upload(page.getByLabelText('Import a list of chat models…'), [
      file('models.json', '{"model_list":[{"model_id":"x","model":"file:///x/"}]}'),
    ]);
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/models\.json\.model_list\[0\]\.model must be an address beside the page/);
    await button('Dismiss').click();
    await page.getByLabelText('Name', { exact: true }).fill('Mine');
    await page.getByLabelText('Folder of the weights').fill('./models/mine/');
    await page.getByLabelText('Library (.wasm)').fill('./models/mine/lib.wasm');
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Load the chat model')).toBeEnabled();
    expect(await violations()).toEqual([]);
    await first.unmount();
    await open({}, { storage: localStorage });
    await openDrafts();
    await expect.element(page.getByLabelText('Chat model', { exact: true })).toHaveValue('Mine');
    await page.getByText('Which chat models there are').click();
    await button('Remove Mine from the list').click();
    await expect.element(page.getByText(/None is configured/)).toBeVisible();
  });

  it('that fails to load says which file is missing', async () => {
    await open(
      {},
      {
        connectChat: () =>
          Promise.reject(
            new AppError(
              'second-engine-unavailable',
              'Tiny-1B lacks http://here/models/tiny/mlc-chat-config.json (status 404).',
            ),
          ),
      },
    );
    await openDrafts();
    await configure();
    await button('Load the chat model').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/lacks http:\/\/here\/models\/tiny\/mlc-chat-config\.json \(status 404\)/);
    await expect.element(button('Load the chat model')).toBeEnabled();
  });

  it.each([
    [{}, /Only its last layer can be read, after the final norm\. It cannot be steered\./],
    [
      { functions: ['prefill'] },
      /Its library lacks prefill_to_last_hidden_states and decode_to_last_hidden_states, so no probe can read it/,
    ],
  ])('says what of its inside can be read', async (library, words) => {
    await open({}, { connectChat: byFake(() => ({ text: '' }), library) });
    await openDrafts();
    await loadChat();
    await expect.element(page.getByRole('region', { name: 'Second engine. To draft turns' })).toHaveTextContent(words);
    await button('Unload').click();
    await expect.element(button('Load the chat model')).toBeVisible();
  });
});

describe('drafted turns', () => {
  it('are taken or refused one by one; what is marked is not ready until it is mended, and a taken turn can be undone', async () => {
    await page.viewport(390, 844);
    await open(
      {},
      {
        connectChat: byFake((request) => ({
          text: drafted(
            topicOf(request),
            topicOf(request) === 'quarry' ? { negative: 'She was cruel to him at quarry.' } : {},
          ),
        })),
      },
    );
    await openDrafts();
    await loadChat();
    await page.getByLabelText('Topics, one a line').fill('tram\nquarry\nbakery');
    await button('Draft').click();
    await expect.element(page.getByText('6 drafts, 1 not ready')).toBeVisible();
    await expect.element(page.getByText('Already there: bakery.')).toBeVisible();
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    await expect.element(button('Take the cruel turn of quarry')).toBeDisabled();
    await expect.element(page.getByText('Not ready. “cruel” comes from the name of a pole.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Drafted cruel turn of quarry' }).fill('She locked him out of the quarry.');
    await expect.element(button('Take the cruel turn of quarry')).toBeEnabled();
    // Nothing is in the set before it is taken.
    await openTable();
    await expect.element(page.getByText('topics 1 to 20 of 24')).toBeVisible();
    await button('Take the kind turn of tram').click();
    await expect.element(page.getByText('topics 1 to 20 of 25')).toBeVisible();
    await expect.element(button('Take the cruel turn of tram')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Take the neutral turn of tram')).toHaveFocus();
    await button('Refuse the neutral turn of tram').click();
    await expect.element(page.getByText('3 drafts', { exact: true })).toBeVisible();
    await button('Next').click();
    await expect.element(turn('kind turn of tram')).toHaveValue('She let him use the tram for nothing.');
    await expect.element(turn('cruel turn of tram')).toHaveValue('She sent him off the tram in the rain.');
    await expect.element(turn('neutral turn of tram')).not.toBeInTheDocument();
    await button('Bring the last refused back').click();
    await button('Take the neutral turn of tram').click();
    await expect.element(turn('neutral turn of tram')).toHaveValue('She swept the tram before noon.');
    for (let step = 0; step < 3; step += 1) await button('Undo').click();
    await expect.element(page.getByText('topics 21 to 24 of 24')).toBeVisible();
  });

  it('of an answer that cannot be read are none, and part of a topic is not ready', async () => {
    await open(
      {},
      {
        connectChat: byFake((request) => ({
          text: topicOf(request) === 'tram' ? 'I cannot help with that.' : drafted('quarry'),
        })),
      },
    );
    await openDrafts();
    await loadChat();
    await page.getByLabelText('Topics, one a line').fill('tram\nquarry');
    await button('Draft').click();
    await expect.element(page.getByText(/^tram: The answer holds no JSON object\./)).toBeVisible();
    await page.getByText('What the model wrote').click();
    await expect.element(page.getByText('I cannot help with that.')).toBeVisible();
    await button('Refuse the neutral turn of quarry').click();
    await expect.element(page.getByText('2 drafts, 2 not ready')).toBeVisible();
    await expect.element(button('Take the kind turn of quarry')).toBeDisabled();
  });
});

describe('a chat model as a judge', () => {
  /** Chooses the turn that gives away which it is, but always A for cup 0. */
  const judge = (request: ChatCompletionRequestNonStreaming): FakeAnswer => {
    const [, a = ''] = /\nA: (.*)\n/.exec(asked(request)) ?? [];
    const letter = a.includes('cup 0 ') || a.includes('gave') ? 'A' : 'B';
    return {
      text: letter,
      first: [
        { token: letter, logprob: -0.2 },
        { token: letter === 'A' ? 'B' : 'A', logprob: -1.7 },
      ],
    };
  };
  it('is asked both ways round; position bias, consistency and agreement with a probe have intervals over topics', async () => {
    await open({}, { connectChat: byFake(judge) });
    await openOwn(8);
    await openJudge();
    await loadChat();
    await expect.element(page.getByText(/each pair both ways\s+round:\s+16 questions/)).toBeVisible();
    await button('Ask').click();
    const choices = page.getByRole('group', { name: 'Choices of Tiny-1B' });
    // 7 topics are told apart; of the first both answers are A, so that A is chosen 9 times of 16.
    await expect
      .element(choices)
      .toHaveTextContent(/Tiny-1B on mine: warm against cold, 8 pairs, each asked both ways round\./);
    await expect.element(choices).toHaveTextContent(/\(position bias\) ?0\.56/);
    await expect
      .element(choices)
      .toHaveTextContent(/the same turn both ways round ?0\.88 \[0\.\d\d, 1\.00\] 95 % over 8 topics/);
    await expect.element(choices).toHaveTextContent(/the turn that the set calls warm ?0\.94/);
    await expect.element(choices).toHaveTextContent(/Judge a probe above to see whether both agree\./);
    await load();
    await page.getByText('Judge a probe on this set').click();
    await button('Judge').click();
    // The made-up probe has cups 3 and 7 the wrong way round: 5 topics agree, one by half, two not at all.
    await expect.element(choices).toHaveTextContent(/Kind–cruel scores higher at layer 16 ?0\.69/);
    await expect
      .element(choices)
      .toHaveTextContent(/\(Cohen’s kappa\) ?0\.38 \[[−\d.]+, [\d.]+\] 95 % over 8 topics; 0 is chance/);
    expect(await violations()).toEqual([]);
    await choices.getByText('Every choice as a table, and as CSV').click();
    await choices.getByRole('button', { name: /^Save choices/ }).click();
    await expect.poll(() => saved.map((one) => one.name)).toEqual(['mine.choices.csv']);
    const lines = (saved[0]!.content as string).split('\n');
    expect(lines[0]).toBe('topic,warm,cold,chosen with warm as A,chosen with warm as B,probe difference');
    expect(lines[1]).toMatch(/^t0,.*,A,A,0\.7/);
    expect(lines).toHaveLength(1 + 8 + 1);
    await page.getByText('cheerful – gloomy').click();
    await expect.element(choices).toHaveTextContent(/The set on the table is another one now/);
  });

  it('with too few topics has no interval, and can be stopped', async () => {
    let answered = 0;
    await open(
      {},
      {
        connectChat: byFake(async (request) => {
          answered += 1;
          if (answered > 8) await new Promise((resolve) => setTimeout(resolve, 100));
          return judge(request);
        }),
      },
    );
    await openOwn(4);
    await openJudge();
    await loadChat();
    await button('Ask').click();
    const choices = page.getByRole('group', { name: 'Choices of Tiny-1B' });
    await expect.element(choices).toHaveTextContent(/0\.88 too few topics for an interval, 4 topics; 0\.5 is chance/);
    await button('Ask').click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.element(button('Ask')).toBeEnabled();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    await expect.element(choices).toBeVisible();
    expect(answered).toBeLessThan(16);
  });
});

describe('the last layer of a chat model', () => {
  const openLast = () => page.getByText('Train on the last layer of a chat model').click();

  it('is trained on and judged like any other, and the probe is told apart by its name', async () => {
    await open({}, { connectChat: byFake(() => ({ text: '' })) });
    await openOwn(8);
    await page.getByRole('radio', { name: /^A first try/ }).click();
    await openLast();
    await expect.element(button('Train on its last layer')).toBeDisabled();
    await loadChat();
    await button('Train on its last layer').click();
    await expect.element(page.getByRole('progressbar', { name: 'Training on the last layer' })).toBeVisible();
    await expect
      .element(page.getByRole('application', { name: /^How well each layer reads\. Layer 1: / }))
      .toBeVisible();
    await expect
      .element(page.getByLabelText('Probe', { exact: true }))
      .toHaveTextContent(/Warm–cold, last layer of Tiny-1B/);
    await expect.element(button('Keep')).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('cannot be trained on where the library shows nothing, and the page says what it lacks', async () => {
    await open({}, { connectChat: byFake(() => ({ text: '' }), { functions: ['prefill_to_last_hidden_states'] }) });
    await openLast();
    await loadChat();
    await expect
      .element(
        page
          .getByText(
            'Its library lacks decode_to_last_hidden_states, so no probe can read it. It cannot be steered either.',
          )
          .first(),
      )
      .toBeVisible();
    await expect.element(button('Train on its last layer')).toBeDisabled();
  });
});
