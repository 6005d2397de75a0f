/** Documents link to what is there: every relative link names a file, every anchor a heading. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from './support/command.ts';

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');

/** Targets of the links of a page, inline ones only: the documents use no others. */
function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** Anchors as they are made of headings where the documents are read. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(ROOT, page), 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function problemOf(page: string, target: string): string | undefined {
  if (/^https?:/.test(target)) return undefined;
  const [path, anchor] = target.split('#') as [string, string?];
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  if (anchor !== undefined && !anchorsOf(file).includes(anchor))
    return `${target}: no such heading`;
  return undefined;
}

describe('links', () => {
  test.each(PAGES)('of %s lead somewhere', (page) => {
    const problems = linksOf(page).map((target) => problemOf(page, target));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('lead from docs/README.md to every page', () => {
    const linked = linksOf('docs/README.md').map((target) =>
      normalize(join('docs', target.split('#')[0]!)),
    );
    const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(pages.length).toBeGreaterThan(15);
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });

  test('that lead nowhere are found', () => {
    expect(problemOf('README.md', 'docs/missing.md')).toMatch('no such file');
    expect(problemOf('README.md', 'docs/README.md#missing')).toMatch('no such heading');
    expect(problemOf('README.md', 'docs/README.md#glossary')).toBeUndefined();
  });
});
