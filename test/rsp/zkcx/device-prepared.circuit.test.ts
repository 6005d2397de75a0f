/** What is made ahead of a download, by itself and by `zkcx lpa prepare`. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { ZkcxError } from '../../../src/errors.ts';
import type { DeviceProofs } from '../../../src/rsp/zkcx/device/index.ts';
import { buildMap, formatMap } from '../../../src/session/map-file.ts';
import { openPools } from '../../../src/session/pools.ts';
import { zkcx } from '../../support/cli.ts';
import { ciList } from '../../support/crl/index.ts';
import { CI, euiccFiles } from '../../support/sgp26-files.ts';
import { ANCHOR, NOW, SOURCES } from '../../session/world.ts';
import { DeviceWorld, failureOf, unprovenDevice } from './device-world.ts';

let world: DeviceWorld;
let matchingId: string;
beforeEach(async () => {
  world = await DeviceWorld.open();
  ({ matchingId } = await world.order());
});
afterEach(() => world.close());

const folder = () => join(world.folder, 'pools');
const options = () => ({
  pools: (_: string, credential: Parameters<typeof openPools>[1]) =>
    openPools(folder(), credential),
});
const filesOf = (part: string) =>
  readdirSync(join(folder(), 'presentations', part)).filter((name) => name.endsWith('.json'));

/** Proofs that say of each presentation where it came from. */
function watched(changes: Partial<DeviceProofs> = {}) {
  const sources: string[] = [];
  const presentations: unknown[] = [];
  const proofs = { ...unprovenDevice(world.made), ...changes };
  const presentation: DeviceProofs['presentation'] = async (...args) => {
    const presented = await proofs.presentation(...args);
    sources.push(presented.source);
    presentations.push(presented.prepared);
    return presented;
  };
  return { sources, presentations, proofs: { ...proofs, presentation } };
}

describe('a download with pools', () => {
  test('prepares as soon as the user begins, and uses that', async () => {
    const { sources, proofs } = watched();
    const ahead = jest.fn(proofs.ahead);
    const begun: string[][] = [];
    const counting: DeviceProofs['ahead'] = (...args) => {
      begun.push([...world.asked]);
      return ahead(...args);
    };
    await world.download('zkcx-device', matchingId, {
      ...options(),
      proofs: { ...proofs, ahead: counting },
    });
    expect(begun).toHaveLength(1);
    expect(begun[0]).not.toContain('authenticateClient');
    expect(sources).toEqual(['pool']);
    expect(filesOf('ready')).toEqual([]);
    expect(filesOf('used')).toEqual([]);
  });

  test('never uses a presentation twice, also where the first download failed', async () => {
    const { presentations, proofs } = watched();
    const refused = world.download('zkcx-device', 'NO-SUCH-ORDER', { ...options(), proofs });
    expect(await failureOf(refused)).toMatch(/^ERR_RSP_REFUSED/);
    expect(filesOf('used')).toEqual([]);
    await world.download('zkcx-device', matchingId, { ...options(), proofs });
    expect(presentations).toHaveLength(2);
    expect(presentations[0]).not.toEqual(presentations[1]);
  });

  test('makes one on the spot where preparing failed', async () => {
    const { sources, proofs } = watched({
      ahead: () => Promise.reject(new ZkcxError('ERR_PROVER_CRASHED', 'it ended')),
    });
    await world.download('zkcx-device', matchingId, { ...options(), proofs });
    expect(sources).toEqual(['made']);
  });

  test('keeps what was prepared for a server that was not reached', async () => {
    const { proofs } = watched();
    let settled = () => {};
    const prepared = new Promise<void>((resolve) => (settled = resolve));
    const ahead: DeviceProofs['ahead'] = async (...args) => {
      await proofs.ahead(...args);
      settled();
    };
    const server = {
      ...world.es9p(),
      exchange: async () => {
        await prepared;
        throw new ZkcxError('ERR_RSP_SERVER', 'no answer');
      },
    };
    const lost = world.download('zkcx-device', matchingId, {
      ...options(),
      server,
      proofs: { ...proofs, ahead },
    });
    expect(await failureOf(lost)).toBe('ERR_RSP_SERVER');
    expect(filesOf('ready')).toHaveLength(1);
  });
});

describe('zkcx lpa prepare', () => {
  const files = mkdtempSync(join(tmpdir(), 'zkcx-prepare-'));
  afterAll(() => rmSync(files, { recursive: true, force: true }));
  const prepare = (...args: string[]) =>
    zkcx('lpa', 'prepare', '--json', '--ci', CI, '--euicc', euiccFiles(), ...args);

  test('needs a map and the store of credentials', async () => {
    const { status, stdout } = await prepare('--credentials', join(files, 'store'));
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'ERR_CLI_USAGE' } });
  });

  test('has nothing to do before the first download', async () => {
    const map = join(files, 'map.json');
    const lists = [ciList('B'), ciList('A')].map((der) => parseRevocationList(der));
    const built = buildMap({ sources: SOURCES, anchors: [ANCHOR], at: NOW, lists });
    writeFileSync(map, formatMap(built));
    const at = ['--at', String(NOW)];
    const { status, stdout } = await prepare(
      '--map',
      map,
      '--credentials',
      join(files, 's'),
      ...at,
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, credentials: [] });
  });
});
