/** Specimens of the page's panels, each over a page of its own that was brought into a state. */
import { CAPABILITY } from '../../src/content/capability.ts';
import { MESSAGES } from '../../src/content/messages.ts';
import type { GpuCause } from '../../src/models/engine-report.ts';
import { AppError, type ErrorCode } from '../../src/base/errors.ts';
import type { AppState } from '../../src/state/app.svelte.ts';
import { axesState } from '../../src/features/read/axes/use-axes.ts';
import { insideState } from '../../src/features/inside/inside-state.ts';
import { steerState } from '../../src/features/steer/steer-state.ts';
import { trainState } from '../../src/features/train/train-state.ts';
import { AxesEngine } from '../browser/pages/support/axes-engine.ts';
import { chatty, withChat } from './chat.ts';
import { READINGS, telling } from './readings.ts';
import { frame, openAll, panel, PLACE_VIEWS, type Specimen } from './specimen.ts';

type Arrange = NonNullable<Specimen['arrange']>;
type State = Omit<Specimen, 'of' | 'state' | 'component'>;

const story: Arrange = (app) => app.open();
const loaded: Arrange = async (app) => {
  await app.open();
  await app.session.load();
};
const read = async (app: AppState, text: string): Promise<void> => {
  app.readingController.source = 'own';
  app.draft.text = text;
  await app.readingController.readDraft();
};
const train: Arrange = async (app) => {
  await app.open();
  const room = trainState(app);
  await room.bench.open();
  await room.judged.settle();
};
const opened =
  (before: Arrange): Arrange =>
  async (app, node) => {
    await before(app, node);
    await frame();
    await openAll(node);
  };
const stories = (arrange: Arrange): Record<string, State> =>
  Object.fromEntries(
    Object.entries(READINGS).map(([state, recording]) => [state, { parts: telling(recording), arrange }]),
  );
/** What was stopped is no problem, and is not shown. */
const errors = (Object.keys(MESSAGES) as ErrorCode[]).filter((code) => code !== 'cancelled');
const causes = Object.keys(CAPABILITY) as GpuCause[];

/** The engine stands still in the middle of what it does. */
const SLOW = { pace: 3_600_000 };
const begun =
  (what: (app: AppState) => unknown): Arrange =>
  async (app) => {
    await app.open();
    void what(app);
    await frame();
  };

const READ: readonly Specimen[] = [
  ...panel('Problems', {
    ...Object.fromEntries(
      errors.map((code, at) => [
        code,
        {
          ...(at > 0 && { words: true }),
          arrange: (app: AppState) =>
            app.session.report(
              new AppError(
                code,
                'What happened stands here, with its values: got 3 of 4 numbers in probe.layers[3].weights.',
              ),
            ),
        },
      ]),
    ),
    ...Object.fromEntries(
      causes.map((cause) => [
        `no WebGPU: ${cause}`,
        {
          engine: {
            status: {
              backend: 'wasm' as const,
              adapter: null,
              fallback: { cause, detail: 'maxBufferSize is 134,217,728 bytes' },
            },
          },
          arrange: loaded,
        },
      ]),
    ),
  }),
  ...panel('LoadPanel', {
    absent: {},
    recorded: { arrange: story },
    loading: { engine: SLOW, arrange: begun((app) => app.session.load()) },
    narrow: { narrow: true },
  }),
  ...panel('StripPanel', {
    empty: {},
    ...stories(story),
    held: {
      arrange: async (app) => {
        await app.open();
        app.readingController.view.toggleLock(20);
      },
    },
    'one token at a time': {
      arrange: async (app) => {
        await app.open();
        app.preferences.grain = 'token';
      },
    },
    'by words, with a span': {
      arrange: async (app) => {
        await app.open();
        app.preferences.grain = 'word';
        app.readingController.view.span = { from: 20, to: 60 };
      },
    },
    'as a table': {
      arrange: async (app) => {
        await app.open();
        app.readingController.view.face = 'table';
      },
    },
    'read live': {
      arrange: async (app, node) => {
        await loaded(app, node);
        await read(app, 'She fed the stray dog. Then she kicked it.');
      },
    },
    'with its tip': {
      arrange: async (app, node) => {
        await app.open();
        await frame();
        node
          .querySelector('[data-token="3"]')
          ?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerType: 'mouse' }));
        await new Promise((resolve) => setTimeout(resolve, 250));
      },
    },
  }),
  ...panel('ChartsPanel', {
    empty: {},
    ...stories(story),
    'raw scores': {
      arrange: async (app) => {
        await app.open();
        app.preferences.grain = 'mean';
      },
    },
    'with its tables': { arrange: opened(story) },
    held: {
      arrange: async (app) => {
        await app.open();
        app.readingController.view.toggleLock(20);
      },
    },
    narrow: { arrange: story, narrow: true },
  }),
  ...panel('SourcePanel', {
    empty: {},
    stories: { arrange: story },
    'own text': { arrange: begun((app) => (app.readingController.source = 'own')) },
  }),
  ...panel('OwnText', {
    empty: {},
    'nothing to read': { arrange: (app) => void app.draft.ask() },
    'half a character': { arrange: (app) => void (app.draft.text = 'abc\ud83d def') },
    long: { arrange: (app) => void (app.draft.text = 'word '.repeat(8300)) },
  }),
  ...panel('ContinuePanel', {
    ready: { arrange: loaded },
    writing: { engine: SLOW, arrange: begun((app) => app.session.load()) },
  }),
  ...panel('ProbeChooser', { first: { arrange: story } }),
  ...panel('AxesPanel', {
    'no model': { arrange: story },
    read: {
      parts: { connect: () => new AxesEngine() },
      arrange: opened(async (app, node) => {
        await loaded(app, node);
        await axesState(app).read();
      }),
    },
  }),
  ...panel('EvidencePanel', {
    empty: {},
    measured: { arrange: opened(story) },
    'of one pole': {
      arrange: opened(async (app) => {
        await app.open();
        app.readingController.view.head = 'positive';
      }),
    },
  }),
  ...panel('DiagnosticsPanel', {
    'not loaded': {},
    loaded: { arrange: loaded },
    passed: {
      arrange: opened(async (app, node) => {
        await loaded(app, node);
        await app.session.check();
      }),
    },
  }),
  ...panel('UpdateNote', {
    shown: {
      fixed: true,
      parts: { offline: { newer: true, dismiss: () => undefined, keep: () => undefined } as never },
    },
  }),
];

/** A text and a direction that were looked at. */
const looked: Arrange = async (app, node) => {
  await loaded(app, node);
  const room = insideState(app);
  room.words = 'kind, cruel, lighthearted';
  await room.lookThrough();
  await room.lookAlong();
  app.readingController.view.at = 12;
};

const INSIDE: readonly Specimen[] = [
  ...panel('LookPanel', {
    'not loaded': { arrange: story },
    'nothing to look at': {},
    ready: { arrange: loaded },
    looked: { arrange: looked },
  }),
  ...panel('InsideView', {
    looked: { arrange: looked, whole: true },
    'as a table': {
      arrange: async (app, node) => {
        await looked(app, node);
        await frame();
        [...node.querySelectorAll<HTMLInputElement>('input[value="table"]')].at(0)?.click();
        await openAll(node);
      },
      whole: true,
    },
  }),
  ...panel('DirectionPanel', {
    'not looked at': { arrange: loaded },
    'of the negative pole': {
      arrange: async (app, node) => {
        await loaded(app, node);
        insideState(app).kind = 'negative';
        await insideState(app).lookAlong();
      },
    },
    'without a direction': {
      arrange: async (app, node) => {
        await loaded(app, node);
        insideState(app).directionLayer = 0;
        await insideState(app).lookAlong();
      },
    },
  }),
];

const TRAIN: readonly Specimen[] = [
  ...['SetChooser', 'RowsTable', 'ChecksPanel', 'OptionsPanel', 'StartPanel', 'JudgeOnSet', 'ImportSet'].flatMap((of) =>
    panel(of, { shipped: { arrange: opened(train) } }),
  ),
  ...panel('DraftRows', {
    'no chat model': { arrange: opened(train) },
    drafted: {
      parts: { connectChat: chatty() },
      arrange: opened(async (app, node) => {
        await train(app, node);
        await withChat(app);
        const { drafts } = trainState(app);
        drafts.topics = 'tram\nquarry\nbakery\na topic it will not write about';
        await drafts.draft();
      }),
    },
  }),
  ...panel('ChatJudge', {
    judged: {
      parts: { connectChat: chatty() },
      arrange: opened(async (app, node) => {
        await train(app, node);
        await withChat(app);
        await app.session.load();
        await trainState(app).judging.judge();
        await trainState(app).chatJudging.judge();
      }),
    },
  }),
  ...panel('LastLayerPanel', {
    'not to be had': {
      parts: { connectChat: chatty({ functions: ['prefill', 'decode'] }) },
      arrange: opened(async (app, node) => {
        await train(app, node);
        await withChat(app);
      }),
    },
  }),
  ...panel('Shelf', {
    empty: {},
    kept: {
      arrange: async (app, node) => {
        await train(app, node);
        const files = await app.probes.needChosen().files();
        await app.library.keep('Kind and cruel, the second try', files);
        await app.library.keep('x'.repeat(200), files);
      },
    },
  }),
  ...panel('JudgedPanel', {
    judged: { arrange: opened(train) },
    'never judged': {
      arrange: opened(async (app, node) => {
        await train(app, node);
        await trainState(app).judged.show('shipped:formal-casual');
      }),
    },
  }),
  ...panel('ComparePanel', {
    none: { arrange: train },
    three: {
      arrange: opened(async (app, node) => {
        await train(app, node);
        for (const key of ['shipped:kind-cruel', 'shipped:honest-deceptive', 'shipped:formal-casual'])
          await trainState(app).comparison.toggle(key);
      }),
    },
  }),
];

/** A text that was written under steering, and what was done with it since. */
const steered =
  (also: (app: AppState) => unknown = () => undefined): Arrange =>
  async (app) => {
    await app.open();
    await app.session.load();
    const room = steerState(app);
    await room.choice.settle();
    await room.steerer.write();
    await also(app);
  };
const steering =
  (set: (room: ReturnType<typeof steerState>) => unknown = () => undefined): Arrange =>
  async (app) => {
    await app.open();
    const room = steerState(app);
    await room.choice.settle();
    await set(room);
  };
const shownText = (app: AppState) => steerState(app).steerer.texts.at(-1)!;

const STEER: readonly Specimen[] = [
  ...panel('SteeringPanel', {
    'as it opens': { arrange: steering() },
    capped: { arrange: steering(({ choice }) => choice.use('cap')) },
    'taken out': { arrange: steering(({ choice }) => choice.use('ablate')) },
    'from a token on': { arrange: opened(steering(({ choice }) => choice.place(12))) },
    'at a layer that there is not': { arrange: opened(steering(({ choice }) => choice.reach({ from: 31 }))) },
    matched: {
      arrange: opened(steering(({ choice }) => choice.strengthen(0.26, { kl: 1, weightsSha256: 'c3'.repeat(32) }))),
    },
  }),
  ...panel('TextsPanel', {
    recorded: { arrange: steering() },
    'beside the unsteered one': { arrange: steered() },
    'gone round': { engine: { steeringEnds: 'repetition', text: ' round and round'.repeat(6) }, arrange: steered() },
  }),
  ...panel('TracePanel', {
    empty: {},
    'read back': { arrange: steered() },
    'during the steering': { arrange: steered((app) => steerState(app).steerer.show(shownText(app), 'during')) },
    'gone round': { engine: { steeringEnds: 'repetition', text: ' round and round'.repeat(6) }, arrange: steered() },
    refused: { engine: { text: ' I’m sorry, but I can’t help with that.' }, arrange: steered() },
    'beside the model by itself': { arrange: steered((app) => steerState(app).steerer.compare(shownText(app))) },
  }),
  ...panel('DosePanel', {
    recorded: { arrange: opened(steering()) },
    none: { parts: { doses: {} }, arrange: steering() },
  }),
  ...panel('DoseStart', {
    ready: {
      arrange: opened(async (app) => {
        await app.open();
        await app.session.load();
        await steerState(app).choice.settle();
      }),
    },
  }),
  ...panel('DirectionChooser', { first: { arrange: steering() } }),
];

/** Two runs that have both come. */
const compared: Arrange = async (app, node) => {
  await app.open();
  while (node.querySelector('[data-side="b"] [data-token]') === null) await frame();
};

/** Whole places as they open. */
const PLACES: readonly Specimen[] = PLACE_VIEWS.flatMap((of) =>
  panel(of, {
    'as it opens': { arrange: story, whole: true },
    ...(of === 'CompareView' ? { 'with its tables': { arrange: opened(compared), whole: true } } : {}),
  }),
);

/** Panels in every state. */
export const PANELS: readonly Specimen[] = [...READ, ...INSIDE, ...STEER, ...TRAIN, ...PLACES];
