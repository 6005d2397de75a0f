/** What every command has in common: its help, and that wrong usage is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';
import { zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';
import { CI, EUICC, EUM } from '../support/sgp26-files.ts';

/** Every command with its nouns. */
const everyCommand = (commands: typeof COMMANDS, nouns = ''): string[] =>
  commands.flatMap((entry) =>
    'commands' in entry
      ? everyCommand(entry.commands, `${nouns}${entry.name} `)
      : [`${nouns}${entry.name}`],
  );

describe('zkcx', () => {
  test('prints its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await zkcx('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
    const help = await zkcx('--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/Exit codes: 0 done; 1 the answer is no/);
  });

  test.each(everyCommand(COMMANDS))('%s --help', async (command) => {
    const { status, stdout } = await zkcx(...command.split(' '), '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: zkcx ${command}`);
    expect(stdout).toContain('--json');
  });

  test.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['a group alone', ['chain']],
    ['an unknown option', ['cert', 'inspect', '--frobnicate', EUICC]],
    ['a missing argument', ['cert', 'inspect']],
    ['a missing root', ['chain', 'check', EUM]],
    ['a time that is none', ['chain', 'check', '--ci', CI, '--at', 'tomorrow', EUM]],
    ['a day that is none', ['chain', 'check', '--ci', CI, '--at', '2025-02-30', EUM]],
    ['an unknown backend', ['keys', 'check', '--backend', 'gpu']],
    ['an unknown shell', ['completion', 'tcsh']],
    ['an eUICC for everybody', ['euicc', '--ci', CI, '--euicc', 'a,b,c', '--tcp', '0.0.0.0:0']],
    ['an exposed eUICC without a port', ['euicc', '--ci', CI, '--euicc', 'a,b,c', '--expose']],
    ['a relay without a pause', ['registry', 'relay', '--spool', '.', '--every', '0']],
  ])('%s is a usage error', async (_, args) => {
    const { status, stdout, stderr } = await zkcx(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  test.each([
    ['--at', '1969-12-31', ['chain', 'check', '--ci', CI, EUM]],
    ['--at', '253402300800', ['chain', 'check', '--ci', CI, EUM]],
    ['--card', '127.0.0.1:0', ['lpa', 'list']],
    ['--card', 'a b:80', ['lpa', 'list']],
    ['--card', '127.0.0.1:65536', ['lpa', 'list']],
    ['--connect-to', 'x:0', ['lpa', 'probe', '--ci', CI, 'a.example.com']],
    ['--minimum-cis', '0', ['present', 'prove']],
    ['--minimum-entries', '0', ['present', 'prove']],
    ['--minimum-published', '0', ['present', 'prove']],
  ])('%s %s is a value that is none', async (option, value, args) => {
    const { status, stderr } = await zkcx(...args, option, value);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`${option} <.*'${value}' is invalid. Give `));
  });

  test.each([
    ['no command', []],
    ['a group alone', ['chain']],
    ['an unknown option', ['cert', 'inspect', '--frobnicate', EUICC]],
    ['a missing argument', ['cert', 'inspect']],
  ])('%s is one document with --json', async (_, args) => {
    const { status, stdout, stderr } = await zkcx(...args, '--json');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'ERR_CLI_USAGE', message: expect.any(String) },
    });
  });

  test('--json after -- is an argument', async () => {
    const { stdout } = await zkcx('cert', '--', '--json');
    expect(stdout).toBe('');
  });
});
