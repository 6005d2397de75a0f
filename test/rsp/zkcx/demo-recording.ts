/** A recording as `npm run demo:zkcx` makes one, with made-up messages and times, for tests of its page. */
import { type Recording, type Result, RUNS } from '../../../scripts/demo-zkcx/recording.ts';

/** Tries to be more than text. */
export const HOSTILE = '<script>document.title = "taken"</script><img src="http://127.0.0.1:9/x">';

const SECRETS = [
  'EID',
  'CERT.EUICC',
  'CERT.EUM',
  'public key of the eUICC',
  'serial number',
  'manufacturer',
  'ICCID',
  'MatchingID',
];

const CALLS = [
  'initiateAuthentication',
  'authenticateClient',
  'getBoundProfilePackage',
  'handleNotification',
];

export const RESULTS: Result[] = RUNS.map((run, i) => {
  const isClassic = run.mode === 'classic';
  const ahead = run.isPrepared
    ? [
        { what: 'refresh', seconds: 20.04 },
        { what: 'presentation', seconds: 19.1 },
      ]
    : [];
  const online = isClassic
    ? []
    : [
        { what: 'presentation', seconds: run.isPrepared ? 0 : 52.06 },
        { what: 'possession', seconds: 9.96 },
      ];
  return {
    run,
    heard: CALLS.map((name, n) => ({
      name,
      request: `{"mode":"${run.mode}","x":"${HOSTILE}"}${'r'.repeat(isClassic ? 400 : 24_000)}`,
      answer: 'a'.repeat(700),
      ms: 1_500,
      answeredAt: 100_000 * n,
    })),
    events: [
      ...online.map((proof, n) => ({ type: 'proven' as const, at: 1_000 * (n + 1), ...proof })),
      { type: 'accepted' as const, at: 150_000 },
    ],
    leaks: isClassic
      ? SECRETS.map((secret) => ({ label: 'authenticateClient, request', secret, form: 'text' }))
      : [],
    secrets: SECRETS,
    kept:
      run.mode === 'zkcx'
        ? ['ICCID', 'MatchingID']
        : ['EID', 'public key of the eUICC', 'ICCID', 'MatchingID'],
    ahead,
    online,
    toMetadata: isClassic ? 0.25 : 60 / i + 11.1,
  };
});

export const RECORDING: Recording = {
  format: 'zkcx-demo-recording',
  version: 1,
  madeAt: '2026-11-25T12:00:00.000Z',
  machine: '2 cores (made up)',
  profileBytes: 9_876,
  results: RESULTS,
};
