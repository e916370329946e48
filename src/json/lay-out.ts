/** JSON that a person can compare line by line: short values and lists of numbers on one line, everything else indented. */
export function layOut(value: unknown, indent = ''): string {
  const inline = JSON.stringify(value);
  if (
    typeof value !== 'object' ||
    value === null ||
    inline.length <= 140 ||
    (Array.isArray(value) && value.every((item) => typeof item === 'number'))
  )
    return inline;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((item) => deeper + layOut(item, deeper)).join(',\n')}\n${indent}]`;
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${layOut(item, deeper)}`)
    .join(',\n')}\n${indent}}`;
}
