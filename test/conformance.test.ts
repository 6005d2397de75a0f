/** docs/protocol/sgp22.md: each row names what shows it, and no function of the source is left out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ES10 } from '../src/sgp22/es10.ts';
import { ES9P } from '../src/sgp22/messages/es9p.ts';
import { ES2P } from '../src/rsp/smdpp/es2p/messages.ts';
import { ROOT } from './support/command.ts';

const page = readFileSync(join(ROOT, 'docs/protocol/sgp22.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d[\d.]*) *\|(.*)\|$/gm)].map(([, section, rest]) => {
  const [what, state, how, shown] = rest!.split('|').map((cell) => cell.trim());
  return { section: section!, what: what!, state: state!, how: how!, shown: shown! };
});

test('every row has a state, and says what is missing where something is', () => {
  expect(rows.length).toBeGreaterThan(60);
  for (const { section, state, how } of rows) {
    expect([section, state]).toEqual([section, expect.stringMatching(/^(yes|partly|no)$/)]);
    if (state !== 'yes') expect([section, how]).not.toEqual([section, '']);
  }
});

test('every row names a test that exists', () => {
  for (const { section, shown } of rows) {
    const [, file] = /^`(test\/[\w./-]+\.ts)`$/.exec(shown) ?? [];
    expect([section, file !== undefined && existsSync(join(ROOT, file))]).toEqual([section, true]);
  }
});

test('each section stands there once', () => {
  const sections = rows.map(({ section }) => section);
  expect(new Set(sections).size).toBe(sections.length);
});

test('all functions of the source stand in it', () => {
  const plain = (name: string) => name.toLowerCase();
  const named = new Set(rows.map(({ what }) => plain(what)));
  /** Names that the standard gives to the same messages. */
  const other: Readonly<Record<string, string>> = {
    getEuiccInfo1: 'GetEUICCInfo',
    getEuiccInfo2: 'GetEUICCInfo',
    notificationSent: 'RemoveNotificationFromList',
    getEuiccData: 'GetEID',
  };
  // of zkCX, not of the standard
  const { zkcxServer: _, ...es10 } = ES10;
  for (const name of [...Object.keys(es10), ...Object.keys(ES9P), ...Object.keys(ES2P)])
    expect([name, named.has(plain(other[name] ?? name))]).toEqual([name, true]);
});
