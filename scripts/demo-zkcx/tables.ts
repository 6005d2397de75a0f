/** What came out, as rows: for the terminal and for the page. */
import { type Finding, findingOf, PARTIES } from './findings.ts';
import { MODES, type Proof, type Result } from './recording.ts';
import { count, duration, sum } from './words.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Symbol and words, so that nothing depends on a colour. */
export const FINDINGS: Readonly<Record<Finding, string>> = {
  sees: '✕ sees it',
  keeps: '✕ keeps it',
  own: '• its own',
  hidden: '✓ hidden',
};

/** Found by searching the traffic and the server's records of these very downloads. */
export function leakTable(results: readonly Result[]): Table {
  const names = results[0]!.secrets;
  return {
    title: 'Who learns what, searched for in traffic and records',
    head: ['', ...results.flatMap(({ run }) => PARTIES.map((party) => `${run.name}: ${party}`))],
    rows: names.map((name) => [
      name,
      ...results.flatMap((result) =>
        PARTIES.map((party) => FINDINGS[findingOf(result, party, name)]),
      ),
    ]),
  };
}

/** What no search shows; docs/protocol/zkcx-mode.md has the reasons, the tests of sessions try it. */
export const KNOWLEDGE: Table = {
  title: 'What else each learns, by design: no search shows it',
  head: ['', ...MODES],
  rows: [
    ['device', "server's certificates", "server's certificates", "server's keys and OID, proven"],
    [
      'SM-DP+',
      'all of the eUICC',
      'role, pseudonym, order; euiccInfo2 after consent',
      'role, pseudonym, order; EID only for an order bound to it',
    ],
    [
      'observer without TLS',
      'all of the eUICC, and the profile ordered',
      "offers, the server, the eUICC's list of CIs, sizes, times",
      "offers, the server, the eUICC's list of CIs, sizes, times",
    ],
    [
      'two SM-DP+ together',
      'that it was one device, for ever',
      'nothing before consent; then EIDs, and earlier visits by their pseudonyms',
      'nothing equal in whole proofs',
    ],
    ['Mina chain', 'nothing', 'commitment and window, if published', 'the same'],
  ],
};

export function costTable(results: readonly Result[]): Table {
  const row = (name: string, value: (result: Result) => string) => [name, ...results.map(value)];
  return {
    title: 'What it costs',
    head: ['', ...results.map(({ run }) => run.name)],
    rows: [
      row('messages to the SM-DP+', ({ heard }) => count(heard.length)),
      row('bytes up', ({ heard }) => count(sum(heard.map(({ request }) => request.length)))),
      row('bytes down', ({ heard }) => count(sum(heard.map(({ answer }) => answer.length)))),
      row('made ahead', ({ ahead }) => list(ahead)),
      row('made or taken while the server waits', ({ online }) => list(online)),
      row("from the server's challenge to the metadata", ({ toMetadata }) => duration(toMetadata)),
      row('waiting for the SM-DP+ in all, verifying in it', ({ heard }) =>
        duration(sum(heard.map(({ ms }) => ms)) / 1000),
      ),
    ],
  };
}

const list = (proofs: readonly Proof[]) =>
  proofs.map(({ what, seconds }) => `${what} ${duration(seconds)}`).join(', ') || 'nothing';

/** Columns of one width each. */
export function plain({ title, head, rows }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  '));
  return ['', title, ...lines.map((line) => `   ${line.trimEnd()}`)].join('\n');
}
