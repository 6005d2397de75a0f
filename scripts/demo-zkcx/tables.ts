/** What came out, as rows: for the terminal and for the page. */
import { MODES, type Proof, type Result } from './downloads.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Found by searching the traffic and the server's records of these very downloads. */
export function leakTable(results: readonly Result[]): Table {
  const names = results[0]!.secrets;
  return {
    title: 'Who learns what, searched for in traffic and records',
    head: ['', ...results.flatMap(({ run }) => [`${run.name}: observer`, `${run.name}: SM-DP+`])],
    rows: names.map((name) => [
      name,
      ...results.flatMap(({ leaks, kept }) => [
        leaks.some(({ secret }) => secret === name) ? 'sees it' : '-',
        kept.includes(name) ? 'keeps it' : '-',
      ]),
    ]),
  };
}

/** What no search shows; docs/protocol/zkcx-mode.md has the reasons, the tests of sessions try it. */
export const KNOWLEDGE: Table = {
  title: 'Who learns what, by design',
  head: ['', ...MODES],
  rows: [
    ['device', "server's certificates", "server's certificates", "server's keys and OID, proven"],
    [
      'SM-DP+',
      'EID, certificates, all of the eUICC',
      'role, pseudonym, order; after consent EID, key and euiccInfo2',
      'role, pseudonym, order; EID if the order is for one',
    ],
    [
      'observer without TLS',
      'the same, and the profile ordered',
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
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const row = (name: string, value: (result: Result) => string) => [name, ...results.map(value)];
  return {
    title: 'What it costs',
    head: ['', ...results.map(({ run }) => run.name)],
    rows: [
      row('messages to the SM-DP+', ({ heard }) => String(heard.length)),
      row('bytes up', ({ heard }) => String(sum(heard.map(({ request }) => request.length)))),
      row('bytes down', ({ heard }) => String(sum(heard.map(({ answer }) => answer.length)))),
      row('made ahead', ({ ahead }) => list(ahead)),
      row('made or taken while the server waits', ({ online }) => list(online)),
      row("from the server's challenge to the metadata", ({ toMetadata }) => fixed(toMetadata)),
      row('waiting for the SM-DP+ in all, verifying in it', ({ heard }) =>
        fixed(sum(heard.map(({ ms }) => ms)) / 1000),
      ),
    ],
  };
}

const fixed = (seconds: number) => `${seconds.toFixed(1)} s`;
const list = (proofs: readonly Proof[]) =>
  proofs.map(({ what, seconds }) => `${what} ${fixed(seconds)}`).join(', ') || 'nothing';

/** Columns of one width each. */
export function plain({ title, head, rows }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  '));
  return ['', title, ...lines.map((line) => `   ${line.trimEnd()}`)].join('\n');
}
