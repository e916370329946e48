/** Readings that are remembered, and the room that they leave to a training. */
import { describe, expect, test } from 'vitest';
import { createReadingMemory } from '../../../src/training/reading-memory.ts';
import { rememberReadings } from '../../../src/training/remembered.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

describe('the memory of readings', () => {
  const four = (value: number) => new Float32Array(1).fill(value);

  test('gives back what it has and forgets what was asked for longest ago', async () => {
    const memory = createReadingMemory(12);
    await memory.set('a', four(1));
    await memory.set('b', four(2));
    await memory.set('c', four(3));
    memory.makeRoom(0);
    expect((await memory.get('a'))?.[0]).toBe(1);
    await memory.set('d', four(4));
    expect(await memory.get('b')).toBeUndefined();
    expect((await memory.get('a'))?.[0]).toBe(1);
    expect(memory.bytes).toBe(12);
  });

  test('counts a value that is set twice once, and takes none that is larger than all its room', async () => {
    const memory = createReadingMemory(8);
    await memory.set('a', four(1));
    await memory.set('a', four(2));
    expect(memory.bytes).toBe(4);
    await memory.set('b', new Float32Array(3));
    expect(await memory.get('b')).toBeUndefined();
    expect((await memory.get('a'))?.[0]).toBe(2);
  });

  test('keeps what a training has asked for, so that a larger one again finds the part that fits', async () => {
    const memory = createReadingMemory(12);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const read = async (): Promise<number> => {
      memory.makeRoom(0);
      let found = 0;
      for (const name of names) {
        if ((await memory.get(name)) !== undefined) found += 1;
        else await memory.set(name, four(1));
      }
      return found;
    };
    expect(await read()).toBe(0);
    expect(await read()).toBe(3);
    expect(memory.bytes).toBe(12);
  });

  test('leaves a training what it needs of the budget that both share, and may fill up again afterwards', async () => {
    const memory = createReadingMemory(12, 20);
    for (const name of ['a', 'b', 'c']) await memory.set(name, four(1));
    memory.makeRoom(14);
    expect(memory.bytes).toBe(4);
    expect(await memory.get('c')).toBeDefined();
    await memory.set('d', four(1));
    expect(memory.bytes).toBe(4);
    memory.makeRoom(0);
    for (const name of ['d', 'e', 'f']) await memory.set(name, four(1));
    expect(memory.bytes).toBe(12);
  });
});

test('readings that cross to another memory are the same there, as far as there is room, and gone here', async () => {
  const [one, other] = [createReadingMemory(), createReadingMemory(12)];
  await one.set('a', Float32Array.of(1, 2));
  await one.set('b', Float32Array.of(3));
  await one.set('c', Float32Array.of(4, 5));
  const packed = one.pack();
  expect(packed).toEqual({ keys: ['a', 'b', 'c'], lengths: [2, 1, 2], values: Float32Array.of(1, 2, 3, 4, 5) });
  expect([one.bytes, await one.get('a')]).toEqual([0, undefined]);
  other.unpack(packed);
  expect([await other.get('a'), await other.get('b'), await other.get('c'), other.bytes]).toEqual([
    Float32Array.of(1, 2),
    Float32Array.of(3),
    undefined,
    12,
  ]);
});

test('a training says before it reads how much it will hold, to the byte', async () => {
  const asked: number[] = [];
  let reads = 0;
  const memory = createReadingMemory();
  const reader = rememberReadings(toyReader(), memory);
  const counting = {
    ...reader,
    read: (...given: Parameters<typeof reader.read>) => {
      reads += 1;
      return reader.read(...given);
    },
  };
  await trainProbe(counting, {
    id: 'toy',
    title: 'Toy',
    about: 'A toy.',
    sets: [toySet(8)],
    stories: toyStories(4, 3),
    method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
    seed: 1,
    shuffles: 20,
    makeRoom: (bytes) => {
      expect(reads).toBe(0);
      asked.push(bytes);
    },
  });
  // 24 turns, 8 scenes, 16 sentences at 2 control texts, and the own words of 16 turns: 3 layers of 12 numbers each.
  expect(asked).toEqual([((24 + 8 + 16) * 2 + 16) * 3 * 12 * 4]);
});
