/** A file that an address asks for: which addresses are taken, and what a host may answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { fetchFile, fetchLinked, linkedFile, type LinkedFile } from '../../../src/state/runs/linked-file.ts';

const BASE = 'https://page.example/x/flipside/';
const HOST = 'https://huggingface.co';

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'link-invalid' });
    return AppError.from(thrown).message;
  }
  throw new Error('it was not refused');
}

describe('an address', () => {
  test.each([
    ['#run=runs/a.run.json', 'run', `${BASE}runs/a.run.json`, null],
    ['#run=/a.json?b=c', 'run', 'https://page.example/a.json?b=c', null],
    [`#run=${HOST}/a/b.json`, 'run', `${HOST}/a/b.json`, 'huggingface.co'],
    [`#run=${encodeURIComponent(`${HOST}/a/b.json`)}`, 'run', `${HOST}/a/b.json`, 'huggingface.co'],
    [`#probe=${HOST}/me/brave/probe.json`, 'probe', `${HOST}/me/brave/`, 'huggingface.co'],
    ['#probe=probes/brave', 'probe', `${BASE}probes/brave/`, null],
    [`#shelf=${HOST}/me/shelf/index.json`, 'shelf', `${HOST}/me/shelf/`, 'huggingface.co'],
    ['#shelf=shelf', 'shelf', `${BASE}shelf/`, null],
    ['#probe=probes/brave/', 'probe', `${BASE}probes/brave/`, null],
    ['#probe=probes/my-probe.json', 'probe', `${BASE}probes/my-probe.json/`, null],
  ])('%s is taken', (hash, kind, href, host) => {
    const found = linkedFile(hash, BASE, [HOST]);
    expect(found).toMatchObject({ kind, host });
    expect(found?.url.href).toBe(href);
  });

  test.each(['', '#/read', '#/read?s=1.abc', '#runs=a', '#/run=a'])('%j asks for no file', (hash) => {
    expect(linkedFile(hash, BASE, [HOST])).toBeNull();
  });

  test.each([
    ['#run=', /"" in the link is no address/],
    ['#run=javascript:alert(1)', /"javascript:alert\(1\)" in the link is no address/],
    ['#run=data:application/json,{}', /is no address/],
    ['#run=file:///etc/passwd', /is no address/],
    ['#run=https://me:secret@huggingface.co/a', /is no address/],
    ['#run=%E0%A4%A', /is no address/],
    ['#run=https://evil.example/a.json', /lies on evil.example.*only its own host and https:\/\/huggingface.co/],
    ['#run=http://huggingface.co/a.json', /lies on huggingface.co/],
    [`#run=${'a'.repeat(2001)}`, /has 2001 characters; at most 2000/],
  ])('refuses to ask %s', (hash, says) => {
    expect(refusal(() => linkedFile(hash, BASE, [HOST]))).toMatch(says);
  });
});

describe('a host', () => {
  const never = new AbortController().signal;
  let server: Server;
  let other: Server;
  let origin = '';
  beforeAll(async () => {
    other = createServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const answers: Readonly<Record<string, [status: number, headers: Record<string, string>, body: string]>> = {
      '/run.json': [200, { 'content-type': 'application/json' }, '{"a": 1}'],
      '/gone.json': [404, {}, ''],
      '/page.json': [200, { 'content-type': 'text/html; charset=utf-8' }, '<html>'],
      '/away.json': [302, { location: elsewhere }, ''],
      '/probe/probe.json': [200, {}, 'probe'],
      '/probe/directions.safetensors': [200, {}, 'directions'],
      '/spa/probe.json': [200, {}, 'probe'],
      '/spa/directions.safetensors': [200, {}, 'directions'],
      '/spa/report.json': [200, { 'content-type': 'text/html' }, '<html>'],
      '/half/probe.json': [200, {}, 'probe'],
    };
    server = createServer((request, response) => {
      const [status, headers, body] = answers[request.url ?? ''] ?? [404, {}, ''];
      if (request.url === '/big/probe.json') {
        response.writeHead(200, {});
        response.end(Buffer.alloc(4_000_001));
        return;
      }
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    for (const each of [server, other]) {
      each.closeAllConnections();
      each.close();
    }
  });
  const linked = (hash: string, hosts = [origin]): LinkedFile & { readonly kind: 'run' | 'probe' } => {
    const found = linkedFile(hash.replace('HOST', origin), BASE, hosts) ?? expect.unreachable('no link');
    const { kind } = found;
    return kind === 'shelf' ? expect.unreachable('a shelf') : { ...found, kind };
  };
  const names = async (hash: string): Promise<string[]> =>
    (await fetchLinked(linked(hash), [origin], never)).map(({ name }) => name);

  test('gives a run, and a probe with its report or without one', async () => {
    const [run] = await fetchLinked(linked('#run=HOST/run.json'), [origin], never);
    expect(run?.name).toBe('run.json');
    expect(await run?.text()).toBe('{"a": 1}');
    expect(await names('#probe=HOST/probe')).toEqual(['probe.json', 'directions.safetensors']);
    expect(await names('#probe=HOST/spa/probe.json')).toEqual(['probe.json', 'directions.safetensors']);
  });

  test.each([
    ['#run=HOST/gone.json', /has no gone.json there: it answered 404/],
    ['#run=HOST/page.json', /it answered with a web page/],
    ['#run=HOST/away.json', /leads on to http:\/\/127.0.0.1:\d+, which this page does not ask/],
    ['#probe=HOST/half', /has no directions.safetensors there/],
    ['#probe=HOST/big', /probe.json has more than 4 MB/],
  ])('%s is refused', async (hash, says) => {
    const refused = fetchLinked(linked(hash), [origin], never);
    await expect(refused).rejects.toMatchObject({ code: 'link-invalid' });
    await expect(refused).rejects.toThrow(says);
  });

  test('a file of a shelf is one by its path, within its bytes', async () => {
    const shelf = linkedFile(`#shelf=${origin}/`, BASE, [origin]) ?? expect.unreachable('no link');
    const file = await fetchFile(shelf, 'run.json', 100, [origin], never);
    expect([file.name, file.size, await file.text()]).toEqual(['run.json', 8, '{"a": 1}']);
    await expect(fetchFile(shelf, 'run.json', 7, [origin], never)).rejects.toThrow(/run.json has more than/);
    await expect(fetchFile(shelf, 'gone.json', 7, [origin], never)).rejects.toThrow(/has no gone.json there/);
  });

  test('that cannot be reached is said, and a stop is a stop', async () => {
    const dead = linked('#run=http://localhost:9/a.json', ['http://localhost:9']);
    await expect(fetchLinked(dead, ['http://localhost:9'], never)).rejects.toThrow(/did not give a.json/);
    const stopped = AbortSignal.abort();
    await expect(fetchLinked(linked('#run=HOST/run.json'), [origin], stopped)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
