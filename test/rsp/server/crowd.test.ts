/** Places that are shared fairly: the model is a list, and what must hold whatever happens. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Crowd, type CrowdLimits } from '../../../src/rsp/server/crowd.ts';

const crowd = (limits: Partial<CrowdLimits> = {}) =>
  new Crowd<string>({ count: 4, perAddress: 0, ties: 'oldest', ...limits });

/** Let somebody in; returns who had to go, or that there is no place. */
function enter(places: Crowd<string>, member: string, address: string): string | undefined {
  const room = places.room(address);
  if (room.kind === 'full') return 'full';
  if (room.kind === 'evict') places.delete(room.member);
  places.add(member, address);
  return room.kind === 'evict' ? room.member : undefined;
}

describe('a newcomer', () => {
  test('takes the place of the oldest from its own address, where that has its share', () => {
    const places = crowd({ perAddress: 2 });
    enter(places, 'b1', 'b');
    enter(places, 'a1', 'a');
    enter(places, 'a2', 'a');
    expect(enter(places, 'a3', 'a')).toBe('a1');
    expect([...places.members()]).toEqual(['b1', 'a2', 'a3']);
  });

  test('takes one of the address that has the most, where no place is left', () => {
    const places = crowd();
    for (const member of ['b1', 'a1', 'a2', 'a3']) enter(places, member, member[0]!);
    expect(enter(places, 'c1', 'c')).toBe('a1');
    // from an address with as many it takes none, but from its own
    expect(enter(places, 'a4', 'a')).toBe('a2');
  });

  test.each([
    ['oldest', 'a1'],
    ['refuse', 'full'],
  ] as const)('where all have the same, %s: %s', (ties, outcome) => {
    const places = crowd({ count: 2, ties });
    enter(places, 'a1', 'a');
    enter(places, 'b1', 'b');
    expect(enter(places, 'c1', 'c')).toBe(outcome);
  });

  test('takes none of those that are settled, until they are not', () => {
    const places = crowd({ perAddress: 2 });
    enter(places, 'a1', 'a');
    enter(places, 'a2', 'a');
    places.settle('a1');
    expect(enter(places, 'a3', 'a')).toBe('a2');
    places.settle('a3');
    expect(enter(places, 'a4', 'a')).toBe('full');
    places.unsettle('a3');
    expect(enter(places, 'a4', 'a')).toBe('a3');
  });

  test('from an unknown address has no share, and from any with a limit of 0', () => {
    const places = crowd({ perAddress: 1 });
    enter(places, 'u1', '');
    expect(enter(places, 'u2', '')).toBeUndefined();
    const open = crowd({ perAddress: 0 });
    enter(open, 'a1', 'a');
    expect(enter(open, 'a2', 'a')).toBeUndefined();
  });
});

test('whatever happens: no limit is passed, and nobody goes for an address that has as many', () => {
  const step = fc.record({
    address: fc.constantFrom('a', 'b', 'c'),
    act: fc.constantFrom('enter', 'enter', 'enter', 'settle', 'unsettle', 'leave'),
    which: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limits = { count: 5, perAddress: 3, ties: 'oldest' } as const;
      const places = new Crowd<string>(limits);
      const at = new Map<string, string>();
      const settled = new Set<string>();
      steps.forEach(({ address, act, which }, i) => {
        const members = [...places.members()];
        expect(new Set(members)).toEqual(new Set(at.keys()));
        const member = members[which];
        if (act === 'enter') {
          const sizeOf = (one: string) => [...at.values()].filter((other) => other === one).length;
          const gone = enter(places, String(i), address);
          if (gone === 'full') return;
          if (gone !== undefined) {
            expect(settled.has(gone)).toBe(false);
            const from = at.get(gone)!;
            if (from !== address) expect(sizeOf(from)).toBeGreaterThan(sizeOf(address));
            at.delete(gone);
          }
          at.set(String(i), address);
          expect(at.size).toBeLessThanOrEqual(limits.count);
          expect(sizeOf(address)).toBeLessThanOrEqual(limits.perAddress);
        } else if (member !== undefined) {
          if (act === 'settle') places.settle(member);
          if (act === 'settle') settled.add(member);
          if (act === 'unsettle') places.unsettle(member);
          if (act === 'unsettle') settled.delete(member);
          if (act === 'leave') places.delete(member);
          if (act === 'leave') at.delete(member);
        }
      });
    }),
  );
});
