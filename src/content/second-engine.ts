/** What is said about chat models, their drafts and their choices. */
import type { Inside } from '../chat/chat-model.ts';
import type { DraftMark } from '../chat/draft-rows.ts';

/** How a chat model comes in, and what it can do. */
export const CHAT_WORDS = {
  none: (purpose: string): string =>
    `${purpose}, bring a chat model of your own. None is configured, and nothing is fetched before you load one.`,
  load: (purpose: string): string =>
    `${purpose}, a chat model runs on your GPU by web-llm. Both are fetched once from where your list says. What you type stays here.`,
  loaded: 'is loaded, beside the model that is read.',
  which: 'Which chat models there are',
  where:
    'A folder beside the page works. Other addresses need a build that allows them. docs/second-engine.md says which files.',
  does: 'It drafts turns and answers questions. At most its last layer can be read, and it cannot be steered.',
} as const;

/** What a loaded chat model shows of its inside. */
export function insideWords(inside: Inside): string {
  return inside.kind === 'last-layer'
    ? 'Only its last layer can be read, after the final norm. It cannot be steered.'
    : `Its library lacks ${inside.lacks.join(' and ')}, so no probe can read it. It cannot be steered either.`;
}

/** Why a draft is not ready. */
export function markWords(mark: DraftMark): string {
  switch (mark.kind) {
    case 'refused':
      return mark.message;
    case 'unbalanced':
      return `The topic lacks a turn that is ${mark.lacks.join(' and one that is ')}: taken alone, the topic would give away the label.`;
    case 'scene':
      return 'The turns of this topic stand in different scenes.';
    case 'repeats':
      return 'The same text stands in another turn.';
    case 'pole-word':
      return `“${mark.word}” comes from the name of a pole.`;
  }
}
