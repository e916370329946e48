/** The recordings that ship, for a page that is looked at as it is published. */
import { FORK } from '../../../../src/content/front.ts';
import { serialiseFork } from '../../../../src/formats/runs/fork-json.ts';
import { parseRecording } from '../../../../src/formats/runs/recording-json.ts';

/** The text of a shipped recording; the story with two endings is joined as the build joins it. */
export async function shippedText(url: string): Promise<string> {
  const get = async (name: string): Promise<string> => {
    const response = await fetch(`/public/recordings/${name}`);
    if (!response.ok) throw new Error(`no ${name}`);
    return response.text();
  };
  const name = url.split('/').at(-1)!;
  if (name !== 'fork.json') return get(name);
  const [a, b] = await Promise.all([FORK.a.id, FORK.b.id].map(async (id) => parseRecording(await get(`${id}.json`))));
  return serialiseFork(a!, b!);
}
