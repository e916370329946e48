/** Reads a spec: what every spec says here, the rest by the design that it names. */
import { DESIGN_NAMES, type DesignName, type ExperimentRule } from './experiment-types.ts';
import { AppError } from '../base/errors.ts';
import { isShippedId } from './experiment-files.ts';
import {
  checkFormat,
  field,
  integer,
  type JsonNode,
  jsonRoot,
  number,
  refuseUnknown,
  text,
  words,
} from '../json/json-path.ts';
import { identifier, oneOf } from '../json/json-values.ts';
import type { Design, SpecHead } from './design.ts';
import type { Designs } from './designs.ts';

/** Names and version of the file format. */
const FORMAT = 'flipside-experiment';
const VERSION = 1;

/** Fewest resamples and permutations of a verdict: below, a p of 0.05 after Holm cannot be told from chance. */
const FEWEST_DRAWS = 200;

/** A spec that was read, with the code that knows it. */
export interface LoadedSpec {
  /** The file as it was. */
  readonly source: string;
  /** Its SHA-256: units of another one are not its units. */
  readonly sha256: string;
  readonly spec: SpecHead;
  readonly design: Design;
}

/** Reads a spec file. Throws `spec-invalid` with the path of what is wrong, and of a name that neither this nor the design knows. */
export function parseSpec(source: string, sha256: string, designs: Designs): LoadedSpec {
  const refuse = (message: string): never => {
    throw new AppError('spec-invalid', message);
  };
  const root: JsonNode = { ...jsonRoot(source, 'spec', refuse), asked: new Map() };
  checkFormat(root, FORMAT, VERSION);
  const head = parseHead(root);
  const design = designs[head.design];
  if (design === undefined)
    return root.refuse(
      `spec.design is "${head.design}", which this version cannot run; it knows ${Object.keys(designs).join(', ') || 'none'}.`,
    );
  const spec = design.parse(root, head);
  refuseUnknown(root);
  return { source, sha256, spec, design };
}

function parseHead(root: JsonNode): SpecHead {
  const rule = field(root, 'rule');
  const sentence = (name: keyof ExperimentRule): string => words(field(rule, name), 2000);
  return {
    id: identifierOf(field(root, 'id')),
    design: oneOf<DesignName>(field(root, 'design'), DESIGN_NAMES),
    title: words(field(root, 'title'), 200),
    claim: words(field(root, 'claim'), 2000),
    rule: {
      confirm: sentence('confirm'),
      deny: sentence('deny'),
      partial: sentence('partial'),
      inconclusive: sentence('inconclusive'),
    },
    licence: words(field(root, 'licence'), 100),
    seed: integer(field(root, 'seed'), 0, 0xffffffff),
    draws: integer(field(root, 'draws'), FEWEST_DRAWS, 100_000),
    permutations: integer(field(root, 'permutations'), FEWEST_DRAWS, 1_000_000),
    thresholds: thresholdsOf(field(root, 'thresholds')),
  };
}

/** Experiments that ship have ids of their own; ids of users are as all our identifiers. */
function identifierOf(node: JsonNode): string {
  return isShippedId(text(node)) ? text(node) : identifier(node);
}

/** All that are there; which of them are known is the design's to ask. */
function thresholdsOf({ value, path, refuse }: JsonNode): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${path} must be an object of numbers by name.`);
  return Object.fromEntries(Object.keys(value).map((name) => [name, number(field({ value, path, refuse }, name))]));
}
