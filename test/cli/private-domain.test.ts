/** Every command of the guides about private domains, as they stand there. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { told, zkcx } from '../support/cli.ts';

/** Lines that begin with `zkcx` in the blocks of a page. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/guide', page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.split('\n').filter((line) => line.startsWith('zkcx ')));
}

/** In this process, which takes less than a new one: words are apart by blanks, or within quotes. */
async function here(line: string, folder: string): Promise<number> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const cwd = process.cwd();
  process.chdir(folder);
  try {
    return (await zkcx(...words.slice(1))).status;
  } finally {
    process.chdir(cwd);
  }
}

/** As a shell runs it in a folder. */
function shell(line: string, cwd: string) {
  const tsx = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
  const command = `'${process.execPath}' --import '${tsx}' '${join(ROOT, 'src/cli/main.ts')}'`;
  return run('sh', ['-c', `exec ${line.replace(/^zkcx/, command)}`], { cwd });
}

describe('a private domain', () => {
  const folder = temporaryFolder();
  let demo: ReturnType<typeof run>;
  beforeAll(() => {
    demo = run('node', ['--import', 'tsx', 'scripts/demo-domain.ts', folder]);
  }, 180_000);

  test('ends with a profile in the device', () => {
    expect(demo).toMatchObject({ status: 0 });
    expect(demo.stdout).toMatch(/^Installed First profile of Own Domain/m);
    expect(demo.stdout.match(/^\$ zkcx /gm)).toHaveLength(7);
  });

  const [make, ...keep] = commandsOf('private-domain.md');
  test('is made by the first command of its guide, which the demo runs', () => {
    expect(demo.stdout).toContain(`$ ${make} --port `);
    expect(shell(make!, folder)).toMatchObject({ status: 2, stdout: '' });
    const second = make!.replace('domain domain', 'domain second');
    expect(shell(second, folder).stdout.match(/^zkcx /gm)).toHaveLength(5);
  }, 60_000);

  test('is kept by the others', async () => {
    expect(keep).toHaveLength(4);
    const root = () =>
      (JSON.parse(readFileSync(join(folder, 'domain/map.json'), 'utf8')) as { root: string }).root;
    const before = root();
    for (const line of keep.slice(0, -1)) expect(await here(line, folder)).toBe(0);
    expect(shell(keep.at(-1)!, folder)).toMatchObject({ status: 0 });
    expect(root()).not.toBe(before);
    const { certificates } = await told('pki', 'show', '--dir', join(folder, 'domain/pki'));
    const states = (certificates as { name: string; state: string }[]).map(
      ({ name, state }) => `${name} ${state}`,
    );
    expect(states).toEqual(expect.arrayContaining(['euicc revoked', 'second valid', 'ci valid']));
  }, 60_000);

  test('has keys for its owner alone', () => {
    for (const name of ['ci', 'eum', 'euicc', 'dpauth', 'dppb', 'dptls', 'dsauth', 'dstls']) {
      const file = join(folder, 'domain/pki', `${name}.key`);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });
});

test('the commands of the page about the PKI', async () => {
  const folder = temporaryFolder();
  const lines = commandsOf('pki.md');
  expect(lines).toHaveLength(10);
  for (const line of lines) {
    // the times of two lists differ, by seconds
    if (line.startsWith('zkcx pki crl')) await setTimeout(1_000);
    expect([line, await here(line, folder)]).toEqual([line, 0]);
  }
  expect(existsSync(join(folder, 'pki/ci.crl-a.2-of-2.crl'))).toBe(true);
});

describe('on the command line', () => {
  const folder = temporaryFolder();
  const dir = ['--dir', join(folder, 'pki')];
  const ci = ['pki', 'issue', ...dir, '--role', 'ci', '--name', 'ci', '--organisation', 'Own'];
  const server = ['pki', 'issue', ...dir, '--role', 'dp-auth-v2', '--issuer', 'ci'];
  const auth = [...server, '--organisation', 'Own', '--oid', '2.999.1'];

  test('a rule that is broken is a no, what cannot be asked is bad input', async () => {
    expect(await told(...ci)).toMatchObject({ status: 0, role: 'ci' });
    expect(await told(...server, '--organisation', 'Own', '--name', 'x')).toMatchObject({
      status: 1,
      error: { code: 'ERR_CHAIN_SERVER_OID' },
    });
    expect(await told(...auth, '--name', 'x', '--at', '2020-01-01')).toMatchObject({
      status: 1,
      error: { code: 'ERR_CHAIN_NOT_YET_VALID' },
    });
    expect(await told(...ci)).toMatchObject({ status: 2, error: { code: 'ERR_AUTHORITY_NAME' } });
    expect((await told(...auth, '--name', 'x', '--serial', 'xyz')).status).toBe(2);
  });

  test('serial numbers are hexadecimal, and there is one of each', async () => {
    const serial = ['--serial', '0a:ff'];
    expect(await told(...auth, '--name', 'one', ...serial)).toMatchObject({ serialNumber: 'aff' });
    expect(await told(...auth, '--name', 'two', ...serial)).toMatchObject({
      status: 2,
      error: { code: 'ERR_AUTHORITY_SERIAL' },
    });
  });
});
