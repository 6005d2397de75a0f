import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { zkcx } from '../support/cli.ts';
import { CI, EUM } from '../support/sgp26-files.ts';

/** What bash offers behind these words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout } = await zkcx('completion', 'bash');
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const use = `COMP_WORDS=(zkcx ${quoted}); COMP_CWORD=${words.length}; _zkcx; echo "\${COMPREPLY[@]}"`;
  const bash = spawnSync('bash', ['-c', `${stdout}\n${use}`], { encoding: 'utf8' });
  expect(bash.stderr).toBe('');
  return bash.stdout.trim().split(' ');
}

describe('zkcx completion', () => {
  test('offers in bash what can follow', async () => {
    expect(await offered('cha')).toEqual(['chain']);
    expect(await offered('chain', '')).toEqual(['check', 'prove', 'verify', '--help']);
    expect(await offered('chain', 'check', '--')).toEqual(['--ci', '--at', '--json', '--help']);
    expect(await offered('registry', 'trust', 'pro')).toEqual(['propose']);
    // files are for the shell
    expect(await offered('chain', 'check', '')).toEqual(['']);
  });

  test('makes scripts for zsh and fish of the same tree', async () => {
    expect((await zkcx('completion', 'zsh')).stdout).toContain('bashcompinit');
    const { stdout } = await zkcx('completion', 'fish');
    expect(stdout).toContain(`-n "__zkcx_at ' chain'" -f -a check`);
    expect(stdout).toContain(`-n "__zkcx_at ' chain check'" -l ci`);
  });
});

describe('help', () => {
  test('marks what has to be given, and has an example', async () => {
    const { stdout } = await zkcx('chain', 'check', '--help');
    expect(stdout).toContain('Usage: zkcx chain check --ci <file> [options] <certificates...>');
    expect(stdout).toMatch(/--ci <file> .*\(required\)/);
    expect(stdout).toContain('Examples:\n  zkcx chain check --ci CI.der EUM.der EUICC.der');
  });

  test.each(Object.entries(EXAMPLES))(
    'of %s has only options that there are',
    async (command, examples) => {
      const { status, stdout } = await zkcx(...command.split(' '), '--help');
      expect(status).toBe(0);
      for (const example of examples) {
        expect(stdout).toContain(example);
        for (const [option] of example.matchAll(/--[a-z-]+/g)) {
          expect(stdout.split('Examples:')[0]).toContain(`${option} `);
        }
      }
    },
  );

  test('an unknown option is said before a missing one', async () => {
    const { status, stderr } = await zkcx('chain', 'check', '--ca', CI, EUM);
    expect(status).toBe(2);
    expect(stderr).toContain("unknown option '--ca'\n(Did you mean --ci?)");
    const missing = await zkcx('chain', 'check', EUM);
    expect(missing.stderr).toContain('--ci <file> is missing: accepted CI certificate');
  });
});
