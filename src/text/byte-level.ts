/**
 * Byte-level BPE spells every byte as a printable character (GPT-2's table); this turns such tokens back into bytes.
 *
 * Source of the table: `bytes_to_unicode` in OpenAI's gpt-2 `encoder.py`.
 */

const byteOfCharacter = buildTable();

function buildTable(): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return table;
}

/** The bytes that a token of the vocabulary stands for; characters outside the table (added tokens) stand for themselves. */
export function bytesOfToken(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
