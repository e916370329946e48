import { expect, test } from 'vitest';
import { embedCode } from '../../../src/formats/runs/embed-code.ts';

test('a link becomes a frame over the page of embedded readings, beside the page that made it', () => {
  expect(embedCode('https://host.example/x/flipside/index.html#/read?s=5.a.b.c-_', 'A "kind" <story> & more')).toBe(
    '<iframe src="https://host.example/x/flipside/embed.html#/read?s=5.a.b.c-_" title="A &quot;kind&quot; &lt;story&gt; &amp; more" width="100%" height="480" loading="lazy" style="border: 1px solid #8888"></iframe>',
  );
  expect(embedCode('http://localhost:4173/#/write?s=1', 'x')).toContain(
    'src="http://localhost:4173/embed.html#/write?s=1"',
  );
});
