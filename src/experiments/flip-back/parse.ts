/** Reads what only flip-back specs say, and refuses by path what would make a difference mean something else than it should. */
import { field, has, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { identifier, inRange, oneOf, positive, share } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { parseStories } from './parse-stories.ts';
import { BEATS, type Letter, PLAIN_IDS, type Schedule, SCHEDULE_IDS, SHAPES, SPECIALS } from './schedules.ts';
import {
  AXIS_IDS,
  type FitTopic,
  type FlipAxis,
  type FlipBackSpec,
  type FreePlan,
  type JudgeQuestion,
  type QuickPart,
  SO_FAR,
  THRESHOLDS,
} from './spec.ts';
import { refuseTwins } from './twins.ts';

/** Longest text of one stimulus. */
const LONGEST = 400;

/** Topics that an instrument needs at least: the moral one, the others. */
const FEWEST_TOPICS = { moral: 36, formal: 16, mood: 16 } as const;

/** See `Design.parse`. */
export function parseFlipBack(root: JsonNode, head: SpecHead): FlipBackSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), -1000, 1000)]),
  ) as FlipBackSpec['thresholds'];
  integer(field(field(root, 'thresholds'), 'recoverBeats'), 1, 4);
  const layer = field(root, 'layer');
  const of = integer(field(layer, 'of'), 1, 1000);
  const beside = list(field(layer, 'beside'), 2, 2).map((node) => integer(node, -of, of));
  const readoutTexts = list(field(root, 'taps'), 1, 4).map((node) => words(node, LONGEST));
  const keywords = list(field(root, 'keywords'), 1, 200).map((node) => words(node, 40));
  const schedules = parseSchedules(field(root, 'schedules'));
  const axes = list(field(root, 'axes'), AXIS_IDS.length, AXIS_IDS.length).map((node, i) =>
    parseAxis(node, AXIS_IDS[i] ?? 'moral', schedules, keywords),
  );
  const free = parseFree(field(root, 'free'));
  const judge = field(root, 'judge');
  const moral = axes[0];
  const spec: FlipBackSpec = {
    ...head,
    thresholds,
    layer: { depth: integer(field(layer, 'depth'), 1, of), of, beside: [beside[0] ?? 0, beside[1] ?? 0] },
    taps: readoutTexts,
    randomDirections: integer(field(root, 'randomDirections'), 20, 1000),
    keywords,
    axes,
    free,
    judge: {
      topics: integer(field(judge, 'topics'), 6, moral?.fit.length ?? 0),
      questions: list(field(judge, 'questions'), 2, 4).map(parseQuestion),
    },
    quick: parseQuick(field(root, 'quick'), moral?.stories.length ?? 0, free, moral?.fit.length ?? 0),
  };
  return spec;
}

function parseSchedules(node: JsonNode): Schedule[] {
  const schedules = list(node, SCHEDULE_IDS.length, SCHEDULE_IDS.length).map((item, i): Schedule => {
    const id = oneOf(field(item, 'id'), SCHEDULE_IDS);
    if (id !== SCHEDULE_IDS[i])
      item.refuse(
        `${item.path}.id must be "${SCHEDULE_IDS[i] ?? ''}", for the schedules come in a fixed order; got "${id}".`,
      );
    return {
      id,
      letters: parseLetters(field(item, 'letters')),
      special: has(item, 'special') ? list(field(item, 'special'), 1, BEATS).map(parseSpecial) : [],
    };
  });
  const switching = schedules.filter(
    ({ letters, special }) => new Set(letters).size === 2 && special.every(({ use }) => use === 'reveal'),
  );
  const count = (letter: Letter): number =>
    switching.reduce((sum, { letters }) => sum + letters.filter((own) => own === letter).length, 0);
  if (count('L') !== count('W'))
    node.refuse(
      `${node.path}: the schedules that switch without a dream or a topic break hold ${count('L')} L and ${count('W')} W beats; they must hold as many of each, or the order of the poles is mixed up with their number.`,
    );
  schedules.forEach(({ id, letters, special }, i) => {
    const shape = SHAPES[id];
    if (letters.join('') !== shape.letters)
      node.refuse(
        `${node.path}[${i}].letters must be ${shape.letters} for the schedule "${id}", got ${letters.join('')}.`,
      );
    const wanted = shape.special.map(([beat, use]) => `${use} before beat ${beat}`).join(', ');
    const found = special.map(({ beat, use }) => `${use} before beat ${beat}`).join(', ');
    if (found !== wanted)
      node.refuse(
        `${node.path}[${i}].special must be ${wanted === '' ? 'left out' : wanted} for the schedule "${id}", got ${found === '' ? 'nothing' : found}.`,
      );
  });
  return schedules;
}

function parseLetters(node: JsonNode): Letter[] {
  const letters = [...text(node)];
  const odd = letters.find((letter) => letter !== 'L' && letter !== 'W');
  if (odd !== undefined) node.refuse(`${node.path} may hold the letters L and W only, got ${shown(odd)}.`);
  if (letters.length !== BEATS)
    node.refuse(`${node.path} must have ${BEATS} letters, one a beat, got ${letters.length}.`);
  return letters as Letter[];
}

function parseSpecial(node: JsonNode): Schedule['special'][number] {
  return { beat: integer(field(node, 'beat'), 1, BEATS), use: oneOf(field(node, 'use'), SPECIALS) };
}

function parseAxis(
  node: JsonNode,
  id: (typeof AXIS_IDS)[number],
  schedules: readonly Schedule[],
  keywords: readonly string[],
): FlipAxis {
  if (oneOf(field(node, 'id'), AXIS_IDS) !== id)
    node.refuse(`${node.path}.id must be "${id}", for the axes come in a fixed order.`);
  const wanted = id === 'moral' ? SCHEDULE_IDS : PLAIN_IDS;
  const names = list(field(node, 'schedules'), wanted.length, wanted.length).map((item, i) => {
    const name = oneOf(item, SCHEDULE_IDS);
    return name === wanted[i] ? name : item.refuse(`${item.path} must be "${wanted[i] ?? ''}", got "${name}".`);
  });
  const fitNode = field(node, 'fit');
  const fit = list(fitNode, FEWEST_TOPICS[id], 200).map(parseTopic);
  refuseTwins(
    fitNode,
    fit.map((topic) => topic.id),
    'id',
  );
  const own = schedules.filter((schedule) => (names as readonly string[]).includes(schedule.id));
  const stories = parseStories(field(node, 'stories'), own, keywords);
  refuseTwins(
    fitNode,
    [...stories.map(({ opening }) => opening), ...fit.map(({ setting }) => setting)],
    'setting',
    stories.length,
  );
  return {
    id,
    light: words(field(node, 'light'), 40),
    dark: words(field(node, 'dark'), 40),
    schedules: own,
    fit,
    stories,
  };
}

function parseTopic(node: JsonNode): FitTopic {
  const part = (name: string): string => words(field(node, name), LONGEST);
  return {
    id: identifier(field(node, 'id')),
    setting: part('setting'),
    light: part('light'),
    dark: part('dark'),
    neutral: part('neutral'),
  };
}

function parseFree(node: JsonNode): FreePlan {
  const promptsNode = field(node, 'prompts');
  const prompts = list(promptsNode, 3, 100).map((item) => ({
    id: identifier(field(item, 'id')),
    so: oneOf(field(item, 'so'), SO_FAR),
    setting: words(field(item, 'setting'), LONGEST),
    text: words(field(item, 'text'), 2 * LONGEST),
  }));
  refuseTwins(
    promptsNode,
    prompts.map(({ id }) => id),
    'id',
  );
  for (const so of SO_FAR) {
    const count = prompts.filter((prompt) => prompt.so === so).length;
    if (count * SO_FAR.length !== prompts.length)
      promptsNode.refuse(
        `${promptsNode.path}: ${count} of ${prompts.length} prompts are "${so}" so far; each of ${SO_FAR.join(', ')} must be a third.`,
      );
  }
  const perUnit = integer(field(node, 'perUnit'), 1, 64);
  const rollouts = integer(field(node, 'rollouts'), perUnit, 256);
  if (rollouts % perUnit !== 0)
    node.refuse(`${node.path}.rollouts must be a multiple of perUnit (${perUnit}), got ${rollouts}.`);
  return {
    prompts,
    rollouts,
    perUnit,
    judged: integer(field(node, 'judged'), 1, perUnit),
    maxTokens: integer(field(node, 'maxTokens'), 16, 1000),
    temperature: positive(field(node, 'temperature')),
    topP: share(field(node, 'topP')),
    sentences: integer(field(node, 'sentences'), 2, 100),
  };
}

function parseQuestion(node: JsonNode): JudgeQuestion {
  const part = (name: string): string => words(field(node, name), LONGEST);
  return { text: part('text'), light: part('light'), dark: part('dark') };
}

function parseQuick(node: JsonNode, stories: number, free: FreePlan, topics: number): QuickPart {
  return {
    stories: integer(field(node, 'stories'), 2, stories),
    prompts: integer(field(node, 'prompts'), 1, free.prompts.length),
    rollouts: integer(field(node, 'rollouts'), 1, free.perUnit),
    maxTokens: integer(field(node, 'maxTokens'), 16, free.maxTokens),
    judgeTopics: integer(field(node, 'judgeTopics'), 6, topics),
  };
}
