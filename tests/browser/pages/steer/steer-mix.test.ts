/** Several directions and a condition in the Steer place, by the engine's own worker on the toy decoder. */
import { afterEach, describe, expect, it } from 'vitest';
import { commands, page, userEvent } from 'vitest/browser';
import type { SteeringRecord } from '../../../../src/steering/steering.ts';
import { sharedIn } from '../../../../src/state/runs/link-code.ts';
import '../../../fixtures/toy/toy-run.ts';
import { lastingDatabase } from '../support/parts.ts';
import { closer, compare, pick, strengthNumber } from '../support/steer-page.ts';
import { openSteer, openToy, PROBES } from './toy-page.ts';
import { button, freshPages, stripText, violations } from '../support/whole-page.ts';

freshPages();

const PROMPT = 'The guard opened the gate for the travellers. He';
const TOKENS = 30;

const clipboard = navigator.clipboard.writeText.bind(navigator.clipboard);
let copied = '';
afterEach(() => {
  navigator.clipboard.writeText = clipboard;
});

const further = (title: string) => page.getByRole('group', { name: title, exact: true });
const condition = () => page.getByRole('group', { name: 'Steer only while a reading is beyond a threshold' });
const field = (where: ReturnType<typeof further>, name: string) => where.getByLabelText(name, { exact: true });

/** A number is taken when its field is left. */
async function type(into: ReturnType<typeof field>, value: string): Promise<void> {
  await into.fill(value);
  await userEvent.keyboard('{Tab}');
}

/** Along a second direction too, and only while the third probe reads above -12. */
async function mix(): Promise<void> {
  await strengthNumber().fill('0.6');
  await button('Add a direction').click();
  const part = further('Formal–casual');
  await field(part, 'Towards').selectOptions('casual');
  await type(field(part, 'Strength'), '0.5');
  await page.getByLabelText('Steer only while a reading is beyond a threshold', { exact: true }).click();
  await field(condition(), 'Reading').selectOptions('Warm–cold');
  await field(condition(), 'is').selectOptions('above');
  await type(field(condition(), 'Threshold'), '-12');
  await expect.element(field(condition(), 'at layer')).toHaveValue(2);
  await expect
    .element(
      page.getByText('Also towards casual: strength 0.5, layer 3. Only while warm–cold reads above −12 at layer 2.', {
        exact: true,
      }),
    )
    .toBeVisible();
}

async function write(): Promise<void> {
  await button('Steer and write').click();
  await expect.element(compare()).toBeVisible();
}

/** The words of a text of those side by side, without what is only spoken. */
function wordsOf(index: number): { readonly text: string; readonly marked: string } {
  const shown = document.querySelectorAll('[aria-label="The texts, steered and not"] p[translate="no"]')[index]!;
  const copy = shown.cloneNode(true) as Element;
  for (const unseen of copy.querySelectorAll('.unseen')) unseen.remove();
  return { text: copy.textContent, marked: [...copy.querySelectorAll('u')].map((each) => each.textContent).join('') };
}

const markedTokens = (): number[] =>
  [...document.querySelectorAll('.strip [data-acted]')].map((each) => Number((each as HTMLElement).dataset['token']));

interface Printed {
  readonly texts: readonly {
    readonly text: string;
    readonly acted?: readonly (readonly [number, number])[];
    readonly asked?: number;
  }[];
  readonly placebos: readonly {
    readonly summary: { readonly sides: { readonly positive: { readonly steered: { tokens: number; of: number } } } };
  }[];
}

const tokensOf = (stretches: readonly (readonly [number, number])[]): number[] =>
  stretches.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));

/** The same by the command in Node. */
async function byCommand(): Promise<Printed> {
  const latin = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const files = Object.fromEntries(
    Object.entries(PROBES).flatMap(([id, { json, tensors }]) => [
      [`${id}/probe.json`, latin(new TextEncoder().encode(json))],
      [`${id}/directions.safetensors`, latin(tensors)],
    ]),
  );
  const { printed } = await commands.flipsideOnToy({
    files,
    args: [
      ...['steer', '--probe', '@/kind-cruel', '--layer', '3', '--prompt', PROMPT, '--pole', 'positive'],
      ...['--strength', '0.6', '--max-tokens', String(TOKENS), '--seed', '1', '--placebos', '3'],
      ...['--also', '@/formal-casual negative:3:0.5', '--when', '@/warm-cold > -12'],
    ],
  });
  return printed as Printed;
}

describe('several directions under a condition', () => {
  it('write the words of the command, act on the same tokens, which are marked, and so do placebos', async () => {
    const wanted = await byCommand();
    const [unsteered, steered] = wanted.texts;
    const acted = tokensOf(steered!.acted!);
    // Else there is nothing to tell apart.
    expect(acted.length).toBeGreaterThan(0);
    expect(acted.length).toBeLessThan(steered!.asked!);
    expect(steered!.text).not.toBe(unsteered!.text);
    await openSteer(TOKENS);
    await mix();
    await write();
    expect(wordsOf(0).text.trim()).toBe(steered!.text.trim());
    expect(wordsOf(1).text.trim()).toBe(unsteered!.text.trim());
    const whole = PROMPT + steered!.text;
    const own = acted.filter((token) => token >= PROMPT.length && token < whole.length);
    // The space between two sentences lies on the paper, unmarked.
    expect(wordsOf(0).marked.replaceAll(' ', '')).toBe(
      own
        .map((token) => whole[token])
        .join('')
        .replaceAll(' ', ''),
    );
    expect(wordsOf(1).marked).toBe('');
    const counted = `Steered ${acted.length} of ${steered!.asked} tokens, underlined`;
    await expect.element(page.getByText(counted).first()).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'Towards kind and casual', exact: true })).toBeVisible();
    // The strip marks the prompt's last token too, and the last written one, which chose no word any more.
    await closer();
    await expect.poll(stripText).toBe(whole);
    expect(markedTokens()).toEqual(acted.filter((token) => token < whole.length));
    await expect.element(page.getByText(/^Copy as Python is for one direction/)).toBeVisible();
    await button('Compare with 3 placebos').click();
    await expect.element(button('3 more placebos')).toBeEnabled();
    const lines = wanted.placebos.map(({ summary }) => summary.sides.positive.steered);
    for (const [index, { tokens, of }] of lines.entries())
      await expect
        .element(page.getByText(new RegExp(`^Placebo ${index + 1}: .*, steered ${tokens} of ${of} tokens$`)))
        .toBeVisible();
    await expect
      .element(page.getByText(/^Steering moved the mean reading by .* directions that mean nothing/))
      .toBeVisible();
    expect(await violations()).toEqual([]);
  }, 240_000);

  it('are in the run and in its link, which opens elsewhere with directions, condition and marks', async () => {
    const screen = await openSteer(TOKENS);
    navigator.clipboard.writeText = async (text) => void (copied = text);
    await mix();
    await write();
    await closer();
    await pick('During steering');
    await expect.poll(() => markedTokens().length).toBeGreaterThan(0);
    const marked = markedTokens();
    const text = stripText();
    await button('Copy link').click();
    await expect.poll(() => copied).toMatch(/#\/read\?s=4\./);
    const hash = copied.slice(copied.indexOf('#'));
    const { push: steering } = await sharedIn(hash.slice(hash.indexOf('=') + 1));
    expect(steering).toMatchObject({
      direction: 'Kind–cruel',
      from: 3,
      strength: 0.6,
      also: [{ direction: 'Formal–casual', pole: 'negative', from: 3, strength: 0.5 }],
      when: { probe: 'Warm–cold', layer: 2, side: 'above', threshold: -12 },
    } satisfies Partial<Omit<SteeringRecord, 'also' | 'when'>> & Record<string, unknown>);
    location.hash = '#/library';
    await expect.element(page.getByText(/only while warm–cold read above −12 at layer 2/).first()).toBeVisible();
    await screen.unmount();
    await openToy(hash, { database: () => Promise.resolve(lastingDatabase()) });
    await expect.element(page.getByRole('heading', { name: 'Text from a link' })).toBeVisible();
    await expect.poll(stripText).toBe(text);
    expect(markedTokens()).toEqual(marked);
    await expect
      .element(
        page
          .getByText(/formal–casual, layer 3, strength 0\.5; only while warm–cold read above −12 at layer 2/i)
          .first(),
      )
      .toBeVisible();
    await expect.element(page.getByText(/Steered \d+ of 31 tokens, underlined/).first()).toBeVisible();
  }, 240_000);

  it('that cannot be are refused before anything is written, with what to do', async () => {
    await openSteer(TOKENS);
    await mix();
    await expect.element(button('Steer and write')).toBeEnabled();
    await type(field(condition(), 'at layer'), '3');
    await expect
      .element(page.getByText(/must lie below the first steered layer, 3: at layer 3 steering would move it/))
      .toBeVisible();
    await expect
      .element(page.getByText(/^Layers 1 to 2 can decide\. Steering moves the readings of layer 3/))
      .toBeVisible();
    await expect.element(button('Steer and write')).toBeDisabled();
    await type(field(condition(), 'at layer'), '');
    await expect.element(button('Steer and write')).toBeEnabled();
    await type(field(further('Formal–casual'), 'Layer'), '1');
    await expect
      .element(page.getByText(/Warm–cold is read at no layer below 1, the first that is steered/))
      .toBeVisible();
    await type(field(further('Formal–casual'), 'Layer'), '');
    await field(further('Formal–casual'), 'Direction').selectOptions('Kind–cruel');
    await expect.element(page.getByText(/Kind–cruel steers layer 3 twice/)).toBeVisible();
    await field(further('Kind–cruel'), 'Direction').selectOptions('Formal–casual');
    await type(field(further('Formal–casual'), 'Strength'), '1.6');
    await expect.element(page.getByText(/come to 2\.2 lengths of the stream/)).toBeVisible();
    await expect.element(button('Steer and write')).toBeDisabled();
  }, 120_000);

  it('are set by keys alone: the focus goes to what was added, and back when it is taken out', async () => {
    await openSteer(TOKENS);
    (button('Add a direction').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(field(further('Formal–casual'), 'Direction')).toHaveFocus();
    (button('Remove Formal–casual').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Add a direction')).toHaveFocus();
    await userEvent.keyboard('{Tab} ');
    await expect.element(field(condition(), 'Reading')).toBeVisible();
    expect(await violations()).toEqual([]);
  }, 120_000);

  it('stop while they are written, and keep the words and the tokens that were steered', async () => {
    await openSteer(900);
    await mix();
    await button('Steer and write').click();
    await expect.element(page.getByText(/Steered \d+ of \d{2,} tokens/).first()).toBeVisible();
    await page.getByRole('region', { name: 'Steer', exact: true }).getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Steer and write')).toBeEnabled();
    await expect.element(page.getByText(/Steered \d+ of \d{2,} tokens/).first()).toBeVisible();
  }, 120_000);
});
