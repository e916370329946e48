/** The weight files of a variant, once its graph has been read: names say what is likely, the graph what is so. */
import { folderOf } from '../base/file-path.ts';
import {
  byWeightOrder,
  LARGEST_FILE_BYTES,
  PLAIN_PATH,
  tooMuchIn,
  totalOf,
  type ListedFile,
  type ModelOffer,
} from './model-offer.ts';

/** The files of a list that a graph of its offers could take weights from: those in the graphs' own folders. */
export function besideGraphs(listed: readonly ListedFile[], offers: readonly ModelOffer[]): readonly ListedFile[] {
  const folders = new Set(offers.map((offer) => folderOf(graphPath(offer))));
  return listed.filter(({ path }) => PLAIN_PATH.test(path) && folders.has(folderOf(path)));
}

/**
 * An offer with the weight files that its graph names, in place of those that looked like its own. `ends` has for each
 * the byte where its last
 * weight ends. What of them is not there, is too short, or cannot be loaded is missing.
 */
export function withWeights(
  offer: ModelOffer,
  ends: ReadonlyMap<string, number>,
  beside: readonly ListedFile[],
): ModelOffer {
  const folder = folderOf(graphPath(offer));
  const known = new Map(beside.map((file) => [file.path, file]));
  const missing: string[] = [];
  const weights = [...ends.keys()].sort(byWeightOrder).flatMap((name) => {
    const file = known.get(folder + name);
    if (file === undefined) missing.push(`${name} is not there, and the graph takes weights from it`);
    else if (file.bytes < 1) missing.push(`${file.path} is empty`);
    else if (file.bytes < (ends.get(name) ?? 0))
      missing.push(
        `${file.path} has ${String(file.bytes)} bytes, and the graph takes weights from it up to byte ${String(ends.get(name))}: it is cut off, or belongs to another graph`,
      );
    else if (file.bytes > LARGEST_FILE_BYTES)
      missing.push(`${file.path} has more than the 2 GiB that a browser takes in one file`);
    return file === undefined ? [] : [{ ...file, role: 'weights' as const }];
  });
  const [graph, ...others] = offer.files.filter(({ role }) => role !== 'weights');
  const files = [...(graph === undefined ? [] : [graph]), ...weights, ...others];
  return { ...offer, files, bytes: totalOf(files), missing: [...missing, ...tooMuchIn(files)] };
}

const graphPath = (offer: ModelOffer): string => offer.files[0]?.path ?? '';
