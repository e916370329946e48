import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { CAPABILITY } from '../../../../src/content/capability.ts';
import type { GpuCause } from '../../../../src/models/engine-report.ts';
import { button, engines, freshPages, openAt, violations } from '../support/whole-page.ts';

freshPages();

const CAUSES = Object.keys(CAPABILITY) as GpuCause[];

const loadInto = async (cause: GpuCause, detail = '') => {
  await openAt('', { status: { backend: 'wasm', adapter: null, fallback: { cause, detail } } });
  await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
  await button(/^Load the model/).click();
};

describe('why there is no WebGPU', () => {
  it('has words of its own for every cause', () => {
    for (const part of ['title', 'cause', 'remedy'] as const)
      expect(new Set(CAUSES.map((cause) => CAPABILITY[cause][part])).size, part).toBe(CAUSES.length);
    for (const cause of CAUSES) expect(CAPABILITY[cause].cause.match(/[.!?](\s|$)/g), cause).toHaveLength(1);
  });

  it.each(CAUSES)('%s is said on the page with what to do, two ways on and the diagnostics', async (cause) => {
    await loadInto(cause, 'maxBufferSize is 1 on this adapter.');
    const notice = page.getByRole('region', { name: CAPABILITY[cause].title });
    await expect.element(notice).toBeVisible();
    await expect.element(notice).toHaveTextContent(CAPABILITY[cause].cause);
    await expect.element(notice).toHaveTextContent(CAPABILITY[cause].remedy);
    await expect.element(notice).toHaveTextContent('maxBufferSize is 1');
    for (const name of ['Go on with the processor', 'Go on with recorded stories', 'Copy diagnostics'])
      await expect.element(notice.getByRole('button', { name })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('is taken away by going on with the processor, which is ready', async () => {
    await loadInto('no-adapter');
    await button('Go on with the processor').click();
    await expect.element(page.getByText(CAPABILITY['no-adapter'].cause)).not.toBeInTheDocument();
    await expect.element(button('Continue this text')).toBeEnabled();
  });

  it('leads back to the recorded stories from any place', async () => {
    await openAt('#/write', { status: { backend: 'wasm', adapter: null, fallback: { cause: 'limit', detail: '' } } });
    await button(/^Load and write/).click();
    await button('Go on with recorded stories').click();
    await expect.element(page.getByRole('radio', { name: 'Betrayal' })).toBeVisible();
    await expect.element(page.getByText(CAPABILITY.limit.cause)).not.toBeInTheDocument();
  });

  it('tries once more where that can help, and says it again if it did not', async () => {
    await loadInto('device-lost');
    await button('Try WebGPU again').click();
    await expect.poll(() => engines.length).toBe(2);
    await expect.element(page.getByText(CAPABILITY['device-lost'].cause)).toBeVisible();
  });
});

describe('a model that does not start at all', () => {
  it.each(['gpu-device-lost', 'numbers-wrong', 'model-session-failed'] as const)(
    '%s offers the processor, the stories and the diagnostics',
    async (code) => {
      await openAt('', { failLoad: code });
      await button(/^Load the model/).click();
      const problem = page.getByRole('alert');
      for (const name of ['Load again', 'Load without WebGPU', 'Go on with recorded stories', 'Copy diagnostics'])
        await expect.element(problem.getByRole('button', { name })).toBeVisible();
      await problem.getByRole('button', { name: 'Go on with recorded stories' }).click();
      await expect.element(problem).not.toBeInTheDocument();
      await expect.element(page.getByRole('radio', { name: 'Betrayal' })).toBeVisible();
    },
  );
});
