/** The file of results: a section for each device and size. */

/** The text with a section in it: in place of one of the same heading, else at the end. */
export function withSection(text: string, heading: string, body: string): string {
  const section = `## ${heading}\n\n${body}\n`;
  const parts = text.split(/^(?=## )/m);
  const at = parts.findIndex((part) => part.startsWith(`## ${heading}\n`));
  if (at < 0) return `${text.trimEnd()}\n\n${section}`;
  parts[at] = at === parts.length - 1 ? section : `${section}\n`;
  return parts.join('');
}
