import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZkcxError } from '../../src/errors.ts';
import { certificate } from './der.ts';
import { parsed } from './malformed/case.ts';
import { LISTS } from './malformed/crl.ts';
import { ENCODING } from './malformed/encoding.ts';
import { EXTENSION_VALUES } from './malformed/extension-values.ts';
import { EXTENSIONS } from './malformed/extensions.ts';
import { FIELDS } from './malformed/fields.ts';
import { NAMES_AND_TIMES } from './malformed/names.ts';

const CASES = [
  ...ENCODING,
  ...FIELDS,
  ...NAMES_AND_TIMES,
  ...EXTENSIONS,
  ...EXTENSION_VALUES,
  ...LISTS,
];

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('malformed inputs', () => {
  test.each(CASES)('%s', (_title, run, code) => {
    expect(codeOf(run)).toBe(code);
  });

  test('the unchanged certificate of the table parses', () => {
    expect(codeOf(parsed(certificate()))).toBe('accepted');
  });

  test('every code that src/asn1 throws has its case', () => {
    const folder = join(import.meta.dirname, '../../src/asn1');
    const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const thrown = new Set(source.join('').match(/(?<=')ERR_[A-Z0-9_]+(?=')/g));
    expect(thrown.size).toBeGreaterThan(50);
    expect(new Set(CASES.map(([, , code]) => code))).toEqual(thrown);
  });
});
