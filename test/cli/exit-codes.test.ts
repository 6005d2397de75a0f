/** 1 means that the answer is no, and nothing else does. */
import { describe, expect, test } from '@jest/globals';
import { type ErrorCode, ZkcxError } from '../../src/errors.ts';
import { exitCode } from '../../src/cli/shared/exit-codes.ts';
import { refuse } from '../../src/cli/shared/output.ts';
import { RspRefusal, STATUS } from '../../src/sgp22/status-codes.ts';
import { statusWords } from '../../src/sgp22/status-words.ts';
import { captured } from '../support/cli.ts';

describe('exit codes', () => {
  test.each<[number, ErrorCode[]]>([
    [
      1,
      [
        'ERR_CHAIN_SIGNATURE',
        'ERR_CRL_SIGNATURE',
        'ERR_PROFILE_TBS_LENGTH',
        'ERR_PROOF_INVALID',
        'ERR_REVOCATION_REVOKED',
        'ERR_RSP_REFUSED',
        'ERR_TRUST_UNKNOWN',
      ],
    ],
    [
      2,
      [
        'ERR_CERT_VERSION',
        'ERR_CHAIN_ANCHOR',
        'ERR_CLI_USAGE',
        'ERR_CREDENTIAL_PERMISSIONS',
        'ERR_CRL_SIGNATURE_MISMATCH',
        'ERR_CRL_VERSION',
        'ERR_DER_TAG',
        'ERR_FILE_WRITE',
        'ERR_PEM',
        'ERR_PROOF_FORMAT',
        'ERR_PROVER_KEY',
        'ERR_REVOCATION_SOURCES',
        'ERR_RSP_CANCELLED',
        'ERR_SESSION_STORE',
        'ERR_TRUST_SIZE',
      ],
    ],
    [130, ['ERR_CLI_INTERRUPTED', 'ERR_PROVER_CANCELLED']],
  ])('%i', (status, codes) => {
    const found = codes.map((code) => [code, exitCode(new ZkcxError(code, ''))]);
    expect(found).toEqual(codes.map((code) => [code, status]));
  });

  test.each([[new TypeError('a bug')], ['text'], [undefined], [{ code: 'ERR_CHAIN_EID' }]])(
    'what nobody expected is 2: %p',
    (error) => {
      expect(exitCode(error)).toBe(2);
    },
  );
});

describe('a refusal of a server', () => {
  test('is shown with its codes in words and figures', async () => {
    const refusal = new RspRefusal(STATUS.authenticateClient.matchingIdRefused);
    const { stderr } = await captured(() => refuse(refusal, false));
    expect(stderr).toBe(
      'No: The MatchingID is refused (ERR_RSP_REFUSED): MatchingID (8.2.6): refused (3.8)\nHint: check the activation code: it may be mistyped, used before, cancelled, or for another device\n',
    );
  });

  test('is shown in JSON with the same, and what to do', async () => {
    const refusal = new RspRefusal(STATUS.getBoundProfilePackage.confirmationCodeRefused);
    const { stdout } = await captured(() => refuse(refusal, true));
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'ERR_RSP_REFUSED',
        reason: '8.2.7/3.8',
        words: 'confirmation code (8.2.7): refused (3.8)',
        hint: expect.stringContaining('tries'),
      },
    });
    const unknown = new RspRefusal({ subjectCode: '8.99', reasonCode: '9.9', message: 'No' });
    const { stdout: figures } = await captured(() => refuse(unknown, true));
    expect(JSON.parse(figures)).toMatchObject({ error: { words: '8.99: 9.9' } });
    expect(figures).not.toMatch('hint');
  });

  test('does not write to the terminal what the server wants', async () => {
    const status = { subjectCode: '8.1', reasonCode: '4.8', message: '\x1b[2Jgone' };
    const { stderr } = await captured(() => refuse(new RspRefusal(status), false));
    expect(stderr).toContain('\\u{1b}[2Jgone');
    expect(stderr).not.toContain('\x1b');
  });

  test('every code that this package sends has a name', () => {
    const sent = Object.values(STATUS).flatMap((refusals) => Object.values(refusals));
    const unnamed = sent
      .map(({ subjectCode, reasonCode }) => statusWords(`${subjectCode}/${reasonCode}`))
      .filter((words) => !/^\D.*\([\d.]+\): \D.*\([\d.]+\)$/.test(words));
    expect(unnamed).toEqual([]);
    expect(statusWords('8.99/9.9')).toBe('8.99: 9.9');
  });
});
