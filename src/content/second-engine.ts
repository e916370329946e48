/** What is said about chat models, their drafts and their choices. */
import type { Inside } from '../chat/chat-model.ts';
import type { DraftMark } from '../chat/draft-rows.ts';

/** What a loaded chat model shows of its inside. */
export function insideWords(inside: Inside): string {
  return inside.kind === 'last-layer'
    ? 'Of its inside its library shows the last layer, after the final norm, and no other; it cannot be pushed.'
    : `Its library lacks ${inside.lacks.join(' and ')}, so no probe can read it; it cannot be pushed either.`;
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
