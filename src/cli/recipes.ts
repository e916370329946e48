/** Recipes: how the probes of a folder are made, so that all of them come from one command and the files beside it. */
import { dirname, join } from 'node:path';
import { AppError } from '../base/errors.ts';
import type { FitMethod } from '../probe/probe-types.ts';
import type { SetSource, TracePlan, TrainingPlan } from '../probe/training-plan.ts';
import { field, fileObject, has, integer, type JsonNode, list, text, words } from '../json/json-path.ts';
import { identifier, inRange, oneOf } from '../json/json-values.ts';
import { readSetFiles, readText } from './files.ts';

const FORMAT = 'flipside-recipes';
const VERSION = 1;

/** One probe to make: a plan whose sets are still paths. */
export interface Recipe extends Omit<TrainingPlan, 'sets' | 'stories' | 'zeros' | 'controls' | 'others' | 'trace'> {
  readonly sets: readonly string[];
  readonly stories: string;
  readonly zeros: readonly string[];
  readonly controls: readonly string[];
  readonly others: readonly string[];
  readonly trace: (Omit<TracePlan, 'told'> & { readonly told: readonly string[] }) | null;
}

/** Reads a recipe file; paths in it are relative to it. Throws `usage` with the path of what is wrong. */
export async function readRecipes(path: string): Promise<Recipe[]> {
  const root = fileObject(await readText(path), 'recipes', FORMAT, VERSION, (message) => {
    throw new AppError('usage', `${message} Correct ${path} and try again.`, { path });
  });
  const folder = dirname(path);
  const recipes = list(field(root, 'probes'), 1, 100).map((node) => toRecipe(node, folder));
  const twice = recipes.find((recipe, index) => recipes.findIndex(({ id }) => id === recipe.id) < index);
  if (twice !== undefined) root.refuse(`recipes.probes names "${twice.id}" twice.`);
  return recipes;
}

/** Reads the sets of a recipe. */
export async function planOf(recipe: Recipe): Promise<TrainingPlan> {
  const sources = (paths: readonly string[]): Promise<SetSource[]> => Promise.all(paths.map(readSetSource));
  return {
    ...recipe,
    sets: await sources(recipe.sets),
    stories: await readSetSource(recipe.stories),
    zeros: await sources(recipe.zeros),
    controls: await sources(recipe.controls),
    others: await sources(recipe.others),
    trace: recipe.trace === null ? null : { ...recipe.trace, told: await sources(recipe.trace.told) },
  };
}

/** A set as text, from the path of its header. */
export async function readSetSource(path: string): Promise<SetSource> {
  const { headerName, header, rows } = await readSetFiles(path);
  return { name: headerName.replace(/\.set\.json$/, ''), header, rows };
}

function toRecipe(node: JsonNode, folder: string): Recipe {
  const paths = (key: string, least: number): string[] =>
    least === 0 && !has(node, key) ? [] : list(field(node, key), least, 64).map((path) => join(folder, text(path)));
  const method = field(node, 'method');
  return {
    id: identifier(field(node, 'id')),
    title: words(field(node, 'title'), 200),
    about: words(field(node, 'about'), 8000),
    sets: paths('sets', 1),
    stories: join(folder, text(field(node, 'stories'))),
    storyCount: null,
    zeros: paths('zeros', 0),
    controls: paths('controls', 0),
    others: paths('others', 0),
    trace: has(node, 'readout') ? toReadout(field(node, 'readout'), folder) : null,
    readoutCount: integer(field(node, 'taps'), 1, 16),
    otherReadouts: true,
    method: {
      kind: oneOf<FitMethod['kind']>(field(method, 'kind'), ['ridge', 'logistic', 'lda', 'difference-of-means']),
      target: oneOf<FitMethod['target']>(field(method, 'target'), ['poles', 'zeroed', 'hardened']),
      penalty: inRange(field(method, 'penalty'), 0, 1e6),
    },
    defaultLayer: has(node, 'layer') ? integer(field(node, 'layer'), 0, 511) : null,
    seed: integer(field(node, 'seed'), 0, 2 ** 32 - 1),
    shuffles: integer(field(node, 'shuffles'), 1, 100_000),
  };
}

function toReadout(node: JsonNode, folder: string): NonNullable<Recipe['trace']> {
  return {
    texts: list(field(node, 'texts'), 1, 16).map((item) => words(item, 400)),
    freeOf: list(field(node, 'freeOf'), 0, 16).map((item) => words(item, 80)),
    told: has(node, 'told') ? list(field(node, 'told'), 0, 64).map((path) => join(folder, text(path))) : [],
  };
}
