/** What was found out about a birth is kept once no reorganisation can undo it, and only then. */
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { checkBirth } from '../../../../src/zkapp/client/birth/check.ts';
import type { Chain } from '../../../../src/zkapp/client/chain.ts';
import { refusalOf } from '../refusal.ts';
import { createWorld, temporary, type World } from '../world.ts';

let world: World;
const folder = temporary();
const births = join(folder, 'cache', 'births.json');

beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => rmSync(join(folder, 'cache'), { recursive: true, force: true }));
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** A chain whose archive is asked, and counts. */
function counting(changes: Partial<Chain> = {}) {
  const asked = { times: 0 };
  const chain = Object.assign(Object.create(world.chain) as Chain, {
    canonical: 290,
    events: async (...range: Parameters<Chain['events']>) => {
      asked.times += 1;
      return world.chain.events(...range);
    },
    ...changes,
  });
  return { chain, asked };
}

test('archives are asked again until the block is 290 deep, and then no more', async () => {
  const { chain, asked } = counting();
  const check = () => checkBirth(chain, world.deployment, { births });
  await check();
  world.chain.setSlot((await world.chain.slot()) + 289);
  await check();
  expect([asked.times, existsSync(births)]).toEqual([2, false]);
  world.chain.setSlot((await world.chain.slot()) + 1);
  await check();
  expect([asked.times, existsSync(births)]).toEqual([3, true]);
  expect(await check()).toEqual(await checkBirth(world.chain, world.deployment));
  expect(asked.times).toBe(3);
  expect(statSync(births).mode & 0o777).toBe(0o600);
});

test('what is kept is of one chain, and does not spare the other checks', async () => {
  await checkBirth(world.chain, world.deployment, { births });
  const other = counting({ identity: async () => 'another chain' });
  await checkBirth(other.chain, world.deployment, { births });
  expect(other.asked.times).toBe(1);
  const tip = { ...(await world.chain.tip()), globalSlotSinceHardfork: 3 };
  const forked = counting({ tip: async () => tip });
  const check = () => refusalOf(() => checkBirth(forked.chain, world.deployment, { births }));
  expect(await check()).toBe('ERR_BIRTH_ERA');
  expect(forked.asked.times).toBe(0);
  const trust = world.deployment.trust.slice(1);
  const told = { ...world.deployment, trust };
  expect(await refusalOf(() => checkBirth(world.chain, told, { births }))).toBe('ERR_BIRTH_STATE');
});

test('a file that is damaged, or that others can write, is not believed', async () => {
  await checkBirth(world.chain, world.deployment, { births });
  const good = readFileSync(births, 'utf8');
  for (const text of ['', '{', '[]', good.replace('"era": 0', '"era": -1')]) {
    writeFileSync(births, text, { mode: 0o600 });
    const { chain, asked } = counting();
    await checkBirth(chain, world.deployment, { births });
    expect([text, asked.times]).toEqual([text, 1]);
    expect(readFileSync(births, 'utf8')).toBe(good);
  }
  chmodSync(births, 0o666);
  const { chain, asked } = counting();
  await checkBirth(chain, world.deployment, { births });
  expect([asked.times, statSync(births).mode & 0o777]).toEqual([1, 0o600]);
  // nor does a folder in its place matter
  rmSync(births);
  expect(await refusalOf(() => checkBirth(chain, world.deployment, { births: folder }))).toBe(
    'none',
  );
});
