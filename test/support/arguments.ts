/** What the tests of arguments have in common: how a call fails, and tables of options that are made wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../src/errors.ts';

export type Call = (argument: unknown) => unknown;

/** [function, its options as they should be, members that must be there, the call with other options]. */
export type OptionRow = readonly [string, object, readonly string[], Call];

/** A file, below which no folder can be, and a path below it for any text. What is no text stays as it is. */
export function blockedPath(folder: string) {
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  const nowhere = (text: unknown) =>
    typeof text === 'string' ? join(blocked, Buffer.from(text).toString('hex').slice(0, 50)) : text;
  return { blocked, nowhere };
}

/** Runs a call, waits for it, and gives its error, if any. */
export async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

export const codeOf = (error: unknown) =>
  error instanceof ZkcxError ? error.code : `no ZkcxError: ${String(error)}`;

/** Any value of JavaScript but functions. */
export const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withMap: true }),
  fc.uint8Array({ maxLength: 80 }),
  fc.jsonValue(),
);

/** Whatever is passed to a call, it throws nothing but a ZkcxError. */
export async function assertTyped(call: (...values: unknown[]) => unknown, runs = 150) {
  const property = fc.asyncProperty(fc.array(anything, { maxLength: 4 }), async (values) => {
    const error = await errorOf(() => call(...values));
    if (error !== undefined && !(error instanceof ZkcxError)) throw error;
  });
  await fc.assert(property, { numRuns: runs });
}

const WRONG = [NaN, 'tomorrow', null, {}, [], -1n, 2n ** 300n, new Date('x'), Symbol('x')];

/** Texts that are one of a few, or of a form: others are as wrong as numbers. */
const STRICT_TEXT = /role|mode|oid|svn|firmware|form$|code$|flag/i;

/**
 * @param isRight what a row takes beyond what is told by the type of its own values
 */
export function testOptions(
  rows: readonly OptionRow[],
  isRight: (row: string, member: string, value: unknown) => boolean = () => false,
): void {
  const isOfItsType = (name: string, value: unknown, wrong: unknown) =>
    (Array.isArray(value) && Array.isArray(wrong)) ||
    (typeof value === 'string' && typeof wrong === 'string' && !STRICT_TEXT.test(name));

  describe('options', () => {
    test.each(rows)(
      'of %s: each member of another form is refused',
      async (row, right, _, call) => {
        for (const [name, value] of Object.entries(right)) {
          for (const wrong of WRONG) {
            if (isOfItsType(name, value, wrong) || isRight(row, name, wrong)) continue;
            const error = await errorOf(() => call({ ...right, [name]: wrong }));
            const found = codeOf(error);
            expect({ name, wrong: String(wrong), found }).toEqual({
              name,
              wrong: String(wrong),
              found: 'ERR_ARGUMENT',
            });
            // it says which one, and what would be right
            expect((error as Error).message).toContain(`${name}`);
          }
        }
      },
    );

    test.each(rows)('of %s: needed members must be there', async (_, right, needed, call) => {
      for (const name of needed) {
        const { [name as keyof typeof right]: __, ...rest } = right;
        expect([name, codeOf(await errorOf(() => call(rest)))]).toEqual([name, 'ERR_ARGUMENT']);
      }
      if (needed.length > 0) {
        expect(codeOf(await errorOf(() => call(undefined)))).toBe('ERR_ARGUMENT');
      }
    });

    test.each(rows)('of %s: unknown members are refused', async (_, right, __, call) => {
      expect(codeOf(await errorOf(() => call({ ...right, trustroot: 1n })))).toBe('ERR_ARGUMENT');
    });

    test.each(rows)(
      'of %s: any value of one member is taken or refused',
      async (_, right, __, call) => {
        const member = fc.constantFrom(...Object.keys(right));
        const property = fc.asyncProperty(member, anything, async (name, value) => {
          const error = await errorOf(() => call({ ...right, [name]: value }));
          if (error !== undefined && !(error instanceof ZkcxError)) throw error;
        });
        await fc.assert(property, { numRuns: 100 });
      },
    );

    test.each(rows)('of %s: the right ones pass this check', async (_, right, __, call) => {
      expect(codeOf(await errorOf(() => call(right)))).not.toBe('ERR_ARGUMENT');
    });
  });
}
