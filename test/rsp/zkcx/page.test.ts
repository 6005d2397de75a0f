/** The page of `npm run demo:zkcx`: what it says of a recording, and how a browser shows it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { page as pageOf } from '../../../scripts/demo-zkcx/page.ts';
import {
  formatRecording,
  parseRecording,
  type Result,
  RUNS,
} from '../../../scripts/demo-zkcx/recording.ts';
import { STYLE } from '../../../scripts/demo-zkcx/style.ts';
import { count, duration, size, wrap } from '../../../scripts/demo-zkcx/words.ts';
import { HOSTILE, RECORDING, RESULTS } from './demo-recording.ts';

const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  const message = `no ${CHROMIUM}: install the package chromium`;
  if (process.env.CI === 'true') throw Error(message);
  process.stderr.write(`the test of the page in a browser is skipped, ${message}\n`);
}

const html = pageOf(RECORDING);
const withFirst = (change: Partial<Result>) => ({
  ...RECORDING,
  results: [{ ...RESULTS[0]!, ...change }, ...RESULTS.slice(1)],
});

describe('the text of the page', () => {
  test('is made of the recording alone, which can be written and read', () => {
    expect(pageOf(parseRecording(formatRecording(RECORDING)))).toBe(html);
    expect(() => parseRecording('{"format":"zkcx-demo-recording","version":2}')).toThrow('version');
  });

  test('begins with who saw the EID, counted in the recording', () => {
    const section = html.split('Who saw the EID?')[1]!.split('</dl>')[0]!;
    const figures = [...section.matchAll(/<strong>(.*?)<\/strong>/g)].map(([, value]) => value);
    expect(figures).toEqual(['2', '1', '0']);
    expect(html).toContain('observer and SM-DP+');
    expect(html).toContain('nobody');
  });

  test('is not made of a run that found anything else than the modes promise', () => {
    const { leaks, kept } = RESULTS[0]!;
    const withoutKey = leaks.filter(({ secret }) => secret !== 'serial number');
    expect(() => pageOf(withFirst({ leaks: withoutKey }))).toThrow(
      'classic: serial number not found at the observer',
    );
    const leaking = RESULTS.map((result) => ({ ...result, kept }));
    expect(() => pageOf({ ...RECORDING, results: leaking })).toThrow(
      'zkcx, prepared: EID found at the SM-DP+',
    );
    const seen = RESULTS.map((result) => ({ ...result, leaks }));
    expect(() => pageOf({ ...RECORDING, results: seen })).toThrow('EID found at the observer');
  });

  test('writes what was sent as text', () => {
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
  });

  test('draws each message of each download, with what is seen of it in words', () => {
    const pictures = [...html.matchAll(/<svg.*?<\/svg>/gs)].map(([picture]) => picture);
    expect(pictures).toHaveLength(RUNS.length);
    const arrows = pictures.map((picture) => picture.match(/class="arrow (told|hidden)"/g)!);
    expect(arrows.map(({ length }) => length)).toEqual(
      RESULTS.map(({ heard }) => 2 * heard.length),
    );
    expect(arrows.map((all) => all.filter((one) => one.includes('told')).length)).toEqual([
      1, 0, 0, 0,
    ]);
    expect(pictures[0]).toContain('✕ observer sees EID, CERT.EUICC,');
    expect(pictures[1]).toContain('Proves the presentation: 52.1 s');
    expect(pictures[3]).toContain('Takes the presentation made ahead: 0.0 s');
  });

  test('writes numbers as people read them', () => {
    expect([0.25, 59.94, 59.96, 71.1, 119.7].map(duration)).toEqual([
      '0.3 s',
      '59.9 s',
      '1 min 0 s',
      '1 min 11 s',
      '2 min 0 s',
    ]);
    expect([999, 1_000, 98_154].map(size)).toEqual(['999 B', '1.0 kB', '98.2 kB']);
    expect(count(98_154)).toBe('98,154');
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(html).toContain('25 November 2026 at 12:00 UTC');
  });
});

/** Relative luminance and contrast as WCAG 2 has them. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}

describe('the colours', () => {
  const themes = [...STYLE.matchAll(/:root \{[^}]*--ground[^}]*\}/g)].map(([rule]) => {
    const colours = [...rule.matchAll(/--([\w-]+): (#[0-9a-f]{3,6})/g)].map(
      ([, name, colour]) =>
        [name!, colour!.length === 4 ? colour!.replace(/[0-9a-f]/g, '$&$&') : colour!] as const,
    );
    return new Map(colours);
  });

  test('are there twice, light and dark', () => {
    expect(themes).toHaveLength(2);
    expect([...themes[0]!.keys()]).toEqual([...themes[1]!.keys()]);
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  });

  test.each([0, 1])('are readable in theme %d', (index) => {
    const colour = (name: string) => themes[index]!.get(name)!;
    const text = ['ink', 'quiet', 'told', 'hidden', 'own'];
    const pairs = text.flatMap((name) => [
      [name, 'ground'],
      [name, 'card'],
    ]);
    pairs.push(['told', 'told-ground'], ['hidden', 'hidden-ground']);
    for (const [ink, ground] of pairs)
      expect([ink, ground, contrast(colour(ink!), colour(ground!)) >= 4.5]).toEqual([
        ink,
        ground,
        true,
      ]);
    // bars are no text: 3 is what graphics need
    expect(contrast(colour('bar0'), colour('ground'))).toBeGreaterThanOrEqual(3);
  });
});

/** How far the page can be moved sideways, and elements whose content is wider than they are. Runs in the browser. */
const OVERFLOW = `({
  scrollable: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  cut: [...document.querySelectorAll('main *')]
    .filter((one) => !one.closest('svg, thead'))
    // inline elements have no width of their own
    .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.outerHTML),
})`;

/** Texts of pictures that are not wholly inside of their picture. */
const OUTSIDE = `[...document.querySelectorAll('svg.sequence')].flatMap((picture) => {
  const frame = picture.getBoundingClientRect();
  return [...picture.querySelectorAll('text')]
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom;
    })
    .map((text) => text.textContent);
})`;

const describeInBrowser = hasChromium ? describe : describe.skip;

describeInBrowser('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-page-'));
  const requested: string[] = [];
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
    page = await browser.newPage();
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(file).href, { waitUntil: 'networkidle' });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test('asks for nothing but itself and complains of nothing', () => {
    expect(requested).toEqual([pathToFileURL(join(folder, 'page.html')).href]);
    expect(complaints).toEqual([]);
  });

  test('shows what was sent as text', async () => {
    expect(await page.title()).toBe('One download, three modes');
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await page.locator('pre').first().textContent()).toContain(HOSTILE);
  });

  test('says who learns what, in words', async () => {
    const row = page.locator('table.findings tbody tr').first();
    expect(await row.locator('th, td').allTextContents()).toEqual([
      'EID',
      '✕ sees it',
      '✕ keeps it',
      '✓ hidden',
      '✕ keeps it',
      '✓ hidden',
      '✕ keeps it',
      '✓ hidden',
      '✓ hidden',
    ]);
  });

  test('says what it costs, and what the user waits for', async () => {
    const cells = (name: string) =>
      page.locator('table').last().locator('tr', { hasText: name }).locator('td').allTextContents();
    expect(await cells("from the server's challenge to the metadata")).toEqual([
      '0.3 s',
      '1 min 11 s',
      '41.1 s',
      '31.1 s',
    ]);
    expect(await cells('bytes down')).toEqual(Array(4).fill('2,800'));
    expect((await cells('made ahead'))[2]).toBe('refresh 20.0 s, presentation 19.1 s');
  });

  test('opens the messages of a download', async () => {
    const body = page.locator('pre').first();
    expect(await body.isVisible()).toBe(false);
    await page.locator('summary').first().click();
    expect(await body.isVisible()).toBe(true);
  });

  const widths = [320, 390, 768, 1_440].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
  );
  test.each(widths)('fits $width pixels, $colorScheme', async ({ width, colorScheme }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(OVERFLOW)).toEqual({ scrollable: 0, cut: [] });
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(20, 22, 26)' : 'rgb(255, 255, 255)');
  });

  test('keeps the text of a picture inside of it', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate(OUTSIDE)).toEqual([]);
  });
});
