/** Reads what only an authors spec says; refuses by path. */
import { field, has, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { identifier, inRange } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { checkExcerpts, checkLikeLengths, checkNames, checkStories, checkUnique, checkUnits } from './checks.ts';
import { unitsOf } from './plan.ts';
import {
  AUTHORS,
  type AuthorsSpec,
  type ByAuthor,
  CHARACTERS,
  type Scenario,
  SPANS,
  type Span,
  type Story,
  type Template,
  type ThresholdName,
  THRESHOLDS,
} from './spec.ts';

/** Scenarios that an interval needs at least. */
const FEWEST = 6;
const MOST = 1000;
/** Ways of going on: one alone would measure its words. */
const FEWEST_CONTINUATIONS = 4;
const LONGEST = 600;

/**
 * The spec of an authors experiment; what `head` read is kept. Refuses unknown factors and levels, and what is not
 * balanced or not the same where it must be.
 */
export function parseAuthors(root: JsonNode, head: SpecHead): AuthorsSpec {
  const strengths = factors(field(root, 'factors'));
  const thresholds = field(root, 'thresholds');
  const depth = field(root, 'layer');
  const of = integer(field(depth, 'of'), 1, MOST);
  const quick = field(root, 'quick');
  const stimuli = field(root, 'stimuli');

  const templates = field(stimuli, 'templates');
  const excerpts = field(stimuli, 'excerpts');
  const scenarios = field(stimuli, 'scenarios');
  const fit = field(stimuli, 'fit');
  const spec: AuthorsSpec = {
    ...head,
    thresholds: Object.fromEntries(
      THRESHOLDS.map((name) => [name, inRange(field(thresholds, name), -MOST, MOST)]),
    ) as Record<ThresholdName, number>,
    layer: { index: integer(field(depth, 'index'), 1, of), of },
    strengths,
    bindingExcerpts: integer(field(field(root, 'binding'), 'excerpts'), 1, MOST),
    templates: list(templates, 1, MOST).map(template),
    continuations: list(field(stimuli, 'continuations'), FEWEST_CONTINUATIONS, MOST).map(byAuthor),
    excerpts: list(excerpts, 1, MOST).map(excerpt),
    scenarios: list(scenarios, FEWEST, MOST).map(scenario),
    fit: list(fit, FEWEST, MOST).map(scenario),
    quick: {
      scenarios: integer(field(quick, 'scenarios'), FEWEST, MOST),
      templates: integer(field(quick, 'templates'), 1, MOST),
    },
  };
  if (spec.quick.scenarios > spec.scenarios.length)
    quick.refuse(
      `${quick.path}.scenarios is ${spec.quick.scenarios}, but there are ${spec.scenarios.length} scenarios; take no more than there are.`,
    );
  if (spec.quick.templates > spec.templates.length)
    quick.refuse(
      `${quick.path}.templates is ${spec.quick.templates}, but there are ${spec.templates.length} templates; take no more than there are.`,
    );
  checkUnique(
    templates,
    spec.templates.map(({ id }) => id),
  );
  checkUnique(
    scenarios,
    spec.scenarios.map(({ id }) => id),
  );
  checkUnique(
    fit,
    spec.fit.map(({ id }) => id),
  );
  checkNames(scenarios, spec.scenarios, 'all');
  checkNames(
    scenarios,
    spec.scenarios.slice(0, spec.quick.scenarios),
    `the first ${spec.quick.scenarios}, which a quick run takes,`,
  );
  checkNames(fit, spec.fit, 'all');
  checkExcerpts(excerpts, spec);
  checkUnits(
    stimuli,
    [...unitsOf(spec, 'full'), ...unitsOf(spec, 'quick')].map(({ id }) => id),
  );
  return spec;
}

/** The strengths; the other two factors have the levels that this design is about. */
function factors(node: JsonNode): number[] {
  const known = ['author', 'character', 'strength'];
  for (const key of Object.keys(node.value ?? {}))
    if (!known.includes(key))
      node.refuse(`${node.path}.${key} is no factor of this design, which has ${known.join(', ')}.`);
  levels(field(node, 'author'), AUTHORS);
  levels(field(node, 'character'), CHARACTERS);
  const strength = field(node, 'strength');
  const read = list(strength, 2, MOST).map((item) => integer(item, 0, MOST));
  read.forEach((value, at) => {
    if (at === 0 ? value !== 0 : value <= (read[at - 1] ?? 0))
      strength.refuse(
        `${strength.path}[${at}] is ${value}; strengths are numbers of excerpts that begin with 0 and ascend.`,
      );
  });
  return read;
}

function levels(node: JsonNode, wanted: readonly string[]): void {
  list(node, wanted.length, wanted.length).forEach(({ value, path }, at) => {
    if (value !== wanted[at])
      node.refuse(
        `${path} must be "${wanted[at] ?? ''}", got ${shown(value)}; the levels are ${wanted.join(' and ')}, in this order.`,
      );
  });
}

function byAuthor(node: JsonNode): ByAuthor {
  const read = { kind: words(field(node, 'kind'), LONGEST), cruel: words(field(node, 'cruel'), LONGEST) };
  checkLikeLengths(node, 'kind', read.kind, 'cruel', read.cruel);
  return read;
}

/** An excerpt in both tellings. Its topic, where one is named, is for readers of the file. */
function excerpt(node: JsonNode): ByAuthor {
  if (has(node, 'topic')) words(field(node, 'topic'), 80);
  return byAuthor(node);
}

function scenario(node: JsonNode): Scenario {
  const stories = { hero: story(field(node, 'hero')), villain: story(field(node, 'villain')) };
  checkStories(node, stories);
  return {
    id: identifier(field(node, 'id')),
    topic: words(field(node, 'topic'), 80),
    names: {
      kind: words(field(node, 'kind'), 80),
      cruel: words(field(node, 'cruel'), 80),
      unseen: words(field(node, 'unseen'), 80),
    },
    stories,
  };
}

function story(node: JsonNode): Story {
  return {
    before: words(field(node, 'before'), LONGEST),
    quote: words(field(node, 'quote'), LONGEST),
    after: words(field(node, 'after'), LONGEST),
  };
}

function template(node: JsonNode): Template {
  const signed = field(node, 'signed');
  const unsigned = field(node, 'unsigned');
  const heading = words(signed, LONGEST);
  if (heading.split('{byline}').length !== 2)
    signed.refuse(`${signed.path} must hold {byline} once, got ${shown(heading)}.`);
  const bare = words(unsigned, LONGEST);
  if (bare.includes('{'))
    unsigned.refuse(`${unsigned.path} is the heading without a byline and takes no placeholder, got ${shown(bare)}.`);
  return { id: identifier(field(node, 'id')), signed: heading, unsigned: bare, pieces: pieces(field(node, 'story')) };
}

/** The story's layout: each span once, in the order in which they are told, with whatever stands between them. */
function pieces(node: JsonNode): Template['pieces'] {
  const layout = words(node, LONGEST);
  const parts = layout
    .split(/(\{[^}]*\})/u)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const read = parts.map((part): Span | { text: string } => {
    if (!part.startsWith('{')) return { text: part };
    return (
      SPANS.find((span) => part === `{${span}}`) ??
      node.refuse(
        `${node.path} holds ${part}, which is no placeholder of a story; there are {before}, {quote} and {after}.`,
      )
    );
  });
  const found = read.filter((piece) => typeof piece === 'string');
  if (found.join() !== SPANS.join())
    node.refuse(
      `${node.path} must hold {before}, {quote} and {after}, each once and in this order, got ${shown(layout)}.`,
    );
  return read;
}
