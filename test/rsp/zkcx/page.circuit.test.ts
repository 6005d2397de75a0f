/** The page of `npm run demo:zkcx`, opened in a browser: what it shows, and that it needs nothing else. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Result, RUNS } from '../../../scripts/demo-zkcx/downloads.ts';
import { page as pageOf } from '../../../scripts/demo-zkcx/page.ts';

const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  const message = `no ${CHROMIUM}: install the package chromium`;
  if (process.env.CI === 'true') throw Error(message);
  process.stderr.write(`the test of the page is skipped, ${message}\n`);
}

/** Tries to be more than text. */
const HOSTILE = '<script>document.title = "taken"</script><img src="http://127.0.0.1:9/x">';

const RESULTS: Result[] = RUNS.map((run, i) => ({
  run,
  heard: ['initiateAuthentication', 'authenticateClient'].map((name) => ({
    name,
    request: `{"mode":"${run.mode}","x":"${HOSTILE}"}`,
    answer: 'a'.repeat(700),
    ms: 1_500,
    answeredAt: 0,
  })),
  leaks:
    run.mode === 'classic'
      ? [{ label: 'authenticateClient, request', secret: 'EID', form: 'text' }]
      : [],
  secrets: ['EID', 'ICCID'],
  kept: run.mode === 'classic' ? ['EID'] : [],
  ahead: run.isPrepared ? [{ what: 'refresh', seconds: 20.04 }] : [],
  online: Array.from({ length: i }, () => ({ what: 'possession', seconds: 9.96 })),
  toMetadata: 10 * i + 0.25,
}));

const describeInBrowser = hasChromium ? describe : describe.skip;

describeInBrowser('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-page-'));
  const requested: string[] = [];
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, pageOf(RESULTS, new Date('2026-11-25T12:00:00Z')));
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

  test('says who learns what', async () => {
    const row = page.locator('table').first().locator('tr', { hasText: 'EID' });
    expect(await row.locator('td').allTextContents()).toEqual([
      'EID',
      'sees it',
      'keeps it',
      ...Array(6).fill('-'),
    ]);
    const colour = (cell: number) =>
      row
        .locator('td')
        .nth(cell)
        .evaluate(
          (cell) => Reflect.get(globalThis, 'getComputedStyle')(cell).backgroundColor as string,
        );
    // told and kept are told apart
    expect(await colour(1)).not.toBe(await colour(3));
  });

  test('says what it costs, and what the user waits for', async () => {
    const cells = (name: string) =>
      page.locator('table').last().locator('tr', { hasText: name }).locator('td').allTextContents();
    expect(await page.locator('table').last().locator('th').allTextContents()).toEqual([
      '',
      ...RUNS.map(({ name }) => name),
    ]);
    const challenge = "from the server's challenge to the metadata";
    expect(await cells(challenge)).toEqual([challenge, '0.3 s', '10.3 s', '20.3 s', '30.3 s']);
    const ahead = 'made ahead';
    expect(await cells(ahead)).toEqual([
      ahead,
      'nothing',
      'nothing',
      'refresh 20.0 s',
      'refresh 20.0 s',
    ]);
    const online = 'made or taken while the server waits';
    const possession = 'possession 10.0 s';
    expect(await cells(online)).toEqual([
      online,
      ...[0, 1, 2, 3].map((times) => Array(times).fill(possession).join(', ') || 'nothing'),
    ]);
    const waiting = 'waiting for the SM-DP+ in all';
    expect((await cells(waiting)).slice(1)).toEqual(Array(4).fill('3.0 s'));
  });

  test('shows the messages of each mode in their order, and opens them', async () => {
    expect(await page.locator('section h3').allTextContents()).toEqual(
      RUNS.map(({ name }) => name),
    );
    const classic = page.locator('section').first();
    expect(await classic.locator('li .up').allTextContents()).toEqual([
      expect.stringMatching(/^initiateAuthentication → \d+ bytes$/),
      expect.stringMatching(/^authenticateClient → \d+ bytesEID$/),
    ]);
    const body = classic.locator('pre').first();
    expect(await body.isVisible()).toBe(false);
    await classic.locator('summary').first().click();
    expect(await body.isVisible()).toBe(true);
  });

  test('fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const section = await page.locator('section').nth(2).boundingBox();
    expect(section!.x + section!.width).toBeLessThanOrEqual(390);
  });
});
