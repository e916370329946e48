/** Where the focus is once the control that had it has gone: never on the body. */
import { describe, expect, it } from 'vitest';
import { type Locator, page, userEvent } from 'vitest/browser';
import { serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import { sampleRun } from '../../../fixtures/samples/sample-run.ts';
import { freshHands, give, goTo, hands, open, title } from '../support/keeping-page.ts';
import { lastingDatabase } from '../support/parts.ts';
import { sampleBundle } from '../support/sample-bundle.ts';
import { button, engines, load, openAt } from '../support/whole-page.ts';

freshHands();

const focused = (): Element => document.activeElement ?? document.body;
/** Presses a control as a keyboard does. */
const press = async (locator: Locator, key = '{Enter}') => {
  await expect.element(locator).toBeVisible();
  (locator.element() as HTMLElement).focus();
  await userEvent.keyboard(key);
};
const focusIsOn = (what: string) =>
  expect.poll(() => focused().matches(what) || focused().outerHTML.slice(0, 200)).toBe(true);
const focusIsCalled = (name: string | RegExp) => expect.poll(() => focused().textContent).toMatch(name);
/** The pressed button has become the one that stops, with the focus on it. */
const stopByKey = async () => {
  await focusIsCalled(/^Stop$/);
  await userEvent.keyboard('{Enter}');
};
const said = (what: string | RegExp) => expect.element(page.getByRole('status').last()).toHaveTextContent(what);
const slow = { pace: 40, text: ' and he rode on'.repeat(200) };

const library = async () => {
  await open('#/library');
  await give([
    new File([serialiseRecording({ ...sampleRun(), title: 'Dog run' })], 'x.json'),
    new File([serialiseRecording({ ...sampleRun(), title: 'Cat run', text: 'Another one.' })], 'y.json'),
  ]);
  await expect.element(page.getByText(/2 runs of at most/)).toBeVisible();
};
const rows = () => [...document.querySelectorAll('li[data-run]')];

describe('a dark story', () => {
  it('that is shown gives the focus to its title', async () => {
    await openAt('');
    await title('Betrayal');
    await page.getByText('Steady cruel').first().click();
    await press(button('Show the story'));
    await title('Steady cruel');
    await focusIsOn('#strip-title');
  });

  it('that is left gives the focus back to the story that stays, and says which', async () => {
    await openAt('');
    await title('Betrayal');
    await page.getByText('Steady cruel').first().click();
    await press(button('Leave it'));
    await focusIsOn('input[type="radio"][value="betrayal"]:checked');
    await said('Betrayal stays on show.');
  });
});

describe('the engine’s buttons', { timeout: 60_000 }, () => {
  it('keep the focus in the panel while the model loads, and hand it to what took its place', async () => {
    await openAt('', { pace: 30 });
    await title('Betrayal');
    await press(button(/^Load the model/));
    await focusIsCalled(/^Cancel$/);
    await focusIsCalled(/^Continue this text$/);
  });

  it('go from Continue to Stop and back under the same focus', async () => {
    await openAt('', slow);
    await title('Betrayal');
    await load();
    await press(button('Continue this text'));
    await stopByKey();
    await focusIsCalled(/^Continue this text$/);
  });

  it('go from Read to Stop and back under the same focus', async () => {
    await openAt('', { pace: 60 });
    await title('Betrayal');
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill('He fed the dog. '.repeat(60));
    await load();
    await press(button('Read'));
    await stopByKey();
    await focusIsCalled(/^Read$/);
  });

  it('go from Write to Stop and back, from the next seed too', async () => {
    await openAt('#/write', slow);
    await load();
    await press(button('Write'));
    await stopByKey();
    await focusIsCalled(/^Write$/);
    await press(button('Next seed'));
    await stopByKey();
    await focusIsCalled(/^Write$/);
  });

  it('go from Train to Stop and back under the same focus', async () => {
    await openAt('#/train', { pace: 60 });
    await press(button('Train a probe of your own'));
    await button(/^Load the model/)
      .last()
      .click();
    await expect.element(button('Train')).toBeEnabled();
    await press(button('Train'));
    await stopByKey();
    await focusIsCalled(/^Train$/);
  });

  it('in the header go, and leave the focus to the place', async () => {
    await openAt('', slow);
    await title('Betrayal');
    await load();
    await button('Continue this text').click();
    await press(page.getByRole('banner').getByRole('button', { name: 'Stop' }));
    await focusIsOn('main');
  });
});

describe('what is dismissed', () => {
  it('leaves the focus to the place: a problem, and the offer of a tour', async () => {
    await openAt('', { failLoad: 'gpu-device-lost' }, { storage: localStorage });
    await title('Betrayal');
    await press(button('No, thank you'));
    await focusIsOn('main');
    await button(/^Load the model/).click();
    await press(button('Dismiss'));
    await focusIsOn('main');
  });

  it('leaves it to the layer map where a span was cleared', async () => {
    await openAt('');
    await title('Betrayal');
    document.querySelector<HTMLElement>('[data-token="0"]')!.focus();
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    await press(button('Clear'));
    await focusIsOn('[role="slider"][aria-valuetext]');
  });

  it('takes the focus from nobody who has left it or put it elsewhere', async () => {
    await openAt('', { failLoad: 'gpu-device-lost' });
    await title('Betrayal');
    await button(/^Load the model/).click();
    await expect.element(button('Dismiss')).toBeVisible();
    const dismiss = button('Dismiss').element() as HTMLElement;
    dismiss.focus();
    dismiss.blur();
    await new Promise((resolve) => setTimeout(resolve));
    dismiss.click();
    await expect.element(button('Dismiss')).not.toBeInTheDocument();
    await focusIsOn('body');
  });
});

describe('a change of place', () => {
  it('by a link within the place gives the focus to the new one; by the header’s it stays', async () => {
    await openAt('');
    await title('Betrayal');
    await press(page.getByRole('link', { name: 'Compare with…' }));
    await title('Two runs side by side');
    await focusIsOn('main');
    await press(page.getByRole('link', { name: 'Write', exact: true }));
    await title('Let the model write');
    await focusIsOn('nav a');
  });
});

describe('a copy of the text on show', () => {
  it('is said to be in the box, where the focus goes', async () => {
    await openAt('');
    await title('Betrayal');
    await press(button('Edit a copy of this text'));
    await focusIsOn('.own textarea');
    await said('A copy of this text is in the box.');
    const { top, bottom } = focused().getBoundingClientRect();
    expect(bottom > 0 && top < innerHeight).toBe(true);
  });
});

describe('the Library', { timeout: 60_000 }, () => {
  it('names an imported run without the button that shows it', async () => {
    await open('#/library');
    await give([new File([serialiseRecording({ ...sampleRun(), title: 'Dog run' })], 'x.json')]);
    await expect.element(button('Show Dog run').first()).toBeVisible();
    expect(document.querySelector('.import [aria-live]')!.textContent.trim()).toBe('Imported the run Dog run.');
  });

  it('keeps the focus over renaming, deleting and bringing back, and says what was done', async () => {
    await library();
    await press(button('Rename Dog run'));
    await userEvent.keyboard('Hound run{Enter}');
    await focusIsCalled(/^Rename ?Hound run$/);
    await said('Renamed to Hound run.');
    await press(button('Rename Hound run'));
    await userEvent.keyboard('{Escape}');
    await focusIsCalled(/^Rename ?Hound run$/);
    await press(button('Delete Hound run'));
    await focusIsCalled(/^Undo$/);
    await said('Hound run deleted. Undo brings it back.');
    await userEvent.keyboard('{Enter}');
    await focusIsCalled(/^Show ?Hound run$/);
    await said('Hound run is back.');
  });

  it('gives the focus to the place when a run is shown', async () => {
    await library();
    await press(button('Show Cat run').last());
    await title('Cat run');
    await focusIsOn('main');
  });

  it('brings back nothing twice', async () => {
    await library();
    await button('Delete Dog run').click();
    await give([new File([serialiseRecording({ ...sampleRun(), title: 'Dog run' })], 'x.json')]);
    await expect.poll(() => rows().length).toBe(2);
    await press(button('Undo'));
    await focusIsCalled(/^Show ?Dog run$/);
    expect(rows()).toHaveLength(2);
  });

  it('does not say that it deleted what it could not delete', async () => {
    const inner = lastingDatabase();
    hands.database = {
      ...inner,
      write: (changes) =>
        !('decide' in changes) && changes.some((change) => 'remove' in change)
          ? Promise.reject(new Error('no hands'))
          : inner.write(changes),
    };
    await library();
    await button('Delete Dog run').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/no hands/);
    await expect.poll(() => rows().length).toBe(2);
    expect(document.body.textContent).not.toMatch(/Dog run deleted/);
  });

  it('does the same for kept probes', async () => {
    await open('#/library');
    const { json, tensors, reportJson } = sampleBundle(
      'mine',
      { positive: 'up', negative: 'down', neutral: 'flat' },
      3,
    );
    await give([new File([json], 'p.json'), new File([tensors], 'd.bin'), new File([reportJson], 'r.json')]);
    await press(button('Rename up–down'));
    await userEvent.keyboard('Mine{Enter}');
    await focusIsCalled(/^Rename ?Mine$/);
    await said('Renamed to Mine.');
    await press(button('Delete Mine'));
    await focusIsCalled(/^Undo$/);
    await userEvent.keyboard('{Enter}');
    await focusIsCalled(/^Show ?Mine$/);
    await said('Mine is back.');
  });

  it('keeps the focus in the table of what is kept once a line has been deleted', async () => {
    localStorage.setItem('flipside.theme', 'dark');
    await open('#/library', { storage: localStorage });
    await press(button('Delete Preferences'));
    await focusIsCalled(/^Press again to delete/);
    await userEvent.keyboard('{Enter}');
    await focusIsOn('[aria-label="What is stored"]');
    await goTo('read');
    expect(engines.length).toBeGreaterThan(0);
  });
});
