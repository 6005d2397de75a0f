/** The table of tags: each has one decoder, and no other place knows tags. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ES10 } from '../../src/sgp22/es10.ts';
import * as bpp from '../../src/sgp22/messages/bound-profile-package.ts';
import { ProfileInstallationResult } from '../../src/sgp22/messages/installation-result.ts';
import { TAG } from '../../src/sgp22/tags.ts';
import { ROOT } from '../support/command.ts';

/** Source files below src without comments, by path. */
const sources = new Map(
  readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8');
      return [path, text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')];
    }),
);
const below = (folder: string) => [...sources].filter(([path]) => path.startsWith(folder));

/** How often something stands in some files. */
const count = (files: readonly [string, string][], pattern: RegExp) =>
  files.reduce((sum, [, text]) => sum + (text.match(pattern)?.length ?? 0), 0);

const names = Object.keys(TAG) as (keyof typeof TAG)[];
const functions = Object.keys(ES10) as (keyof typeof ES10)[];

test('the files of the search are there', () => {
  expect(sources.size).toBeGreaterThan(400);
  expect(below('sgp22/messages').length).toBeGreaterThan(15);
});

describe('the table', () => {
  test('has an entry for each function of ES10, whose request and response have its tag', () => {
    for (const name of functions) {
      const { request, response } = ES10[name];
      expect([name, request.tag, response.tag]).toEqual([name, TAG[name], TAG[name]]);
    }
    expect(functions).toHaveLength(20);
  });

  test('has a tag twice only where SGP.22 has', () => {
    const twice = names.filter((name, i) => names.slice(i + 1).some((o) => TAG[o] === TAG[name]));
    // 5A is ICCID and EID; BF22 and BF23 mean something else inside of profile metadata
    expect(twice.sort()).toEqual(['getEuiccInfo2', 'iccid', 'initialiseSecureChannel'].sort());
  });

  test.each(names)('%s has one decoder', (name) => {
    // of a function: one for the request, one for the response; two commands come in segments of 87
    const decoders = name in ES10 || name === 'encryptedSegment' ? 2 : 1;
    expect(count(below('sgp22/messages'), RegExp(`TAG\\.${name}\\b`, 'g'))).toBe(decoders);
  });
});

describe('outside of the table', () => {
  test('no tag of two bytes is written as a number', () => {
    const found = [...sources].filter(([path, text]) => {
      return path !== 'sgp22/tags.ts' && /0x(5f|7f|9f|bf|df)[0-9a-f]{2}\b/i.test(text);
    });
    expect(found.map(([path]) => path)).toEqual([]);
  });

  test('messages and packages name no tag by its number', () => {
    const allowed = /const (UNCOMPRESSED|CRT_AES|CRT_KEY_BYTES) = 0x..|& 0x1f|>= 0x80|padding\[0\]/;
    const lines = [...below('sgp22/messages'), ...below('sgp22/bpp')].flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => /\b0x[0-9a-f]{2}\b/i.test(line) && !allowed.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(lines).toEqual([
      'sgp22/bpp/bsp.ts: if (padded[end] !== 0x80 || padded.length - end > BLOCK) {',
    ]);
  });

  test('elements are read by the codecs, and by the parser of the one message that is not of SGP.22', () => {
    const readers = [...sources]
      .filter(([path, text]) => !path.startsWith('asn1/') && /\b(TlvReader|onlyTlv)\b/.test(text))
      .map(([path]) => path);
    expect(readers.sort()).toEqual([
      'pki/crl-profile.ts',
      'pki/profile.ts',
      'session/transcript.ts',
      'sgp22/codec/choice.ts',
      'sgp22/codec/codec.ts',
      'sgp22/codec/lenient.ts',
      'sgp22/codec/structures.ts',
    ]);
  });
});

test('what the eUICC loads is described by the package, and answered by its result', () => {
  expect(Object.keys(bpp.PACKAGE_FIELDS)).toEqual([
    'initialiseSecureChannel',
    ...bpp.SEGMENT_COMMANDS,
  ]);
  expect(bpp.BoundProfilePackage.tag).toBe(TAG.boundProfilePackage);
  expect(ProfileInstallationResult.tag).toBe(TAG.profileInstallationResult);
});
