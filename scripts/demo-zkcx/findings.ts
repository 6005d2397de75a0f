/** Who learned what in the recorded downloads, and whether that is what the modes promise. */
import { MODES, type Mode, type Result } from './recording.ts';

export const PARTIES = ['observer', 'SM-DP+'] as const;
export type Party = (typeof PARTIES)[number];

/**
 * How a party stands to a value: `sees` it in messages, `keeps` it in its records too, it is its `own`, or it is
 * `hidden`: looked for and not found.
 */
export type Finding = 'sees' | 'keeps' | 'own' | 'hidden';

/** What the SM-DP+ sold, so that nobody tells it. */
const OWN_OF_SERVER: readonly string[] = ['ICCID', 'MatchingID'];

/** What a mode promises of each party beyond what is its own: `all`, or these values at most. */
const DESIGN: Readonly<Record<Mode, Readonly<Record<Party, 'all' | readonly string[]>>>> = {
  classic: { observer: 'all', 'SM-DP+': 'all' },
  'zkcx-device': { observer: [], 'SM-DP+': ['EID', 'public key of the eUICC'] },
  zkcx: { observer: [], 'SM-DP+': [] },
};

export function findingOf(result: Result, party: Party, secret: string): Finding {
  const isSeen = result.leaks.some((leak) => leak.secret === secret);
  if (party === 'observer') return isSeen ? 'sees' : 'hidden';
  if (OWN_OF_SERVER.includes(secret)) return 'own';
  if (result.kept.includes(secret)) return 'keeps';
  // messages that an observer can read, the server reads too
  return isSeen ? 'sees' : 'hidden';
}

/** Values of which the search found something else than the design says. */
function contradictions(result: Result): string[] {
  return PARTIES.flatMap((party) => {
    const promised = DESIGN[result.run.mode][party];
    return result.secrets.flatMap((secret) => {
      const finding = findingOf(result, party, secret);
      if (finding === 'own') return [];
      const isTold = promised === 'all' || promised.includes(secret);
      if (isTold === (finding !== 'hidden')) return [];
      const wrong = isTold ? 'not found' : 'found';
      return [`${result.run.name}: ${secret} ${wrong} at the ${party}`];
    });
  });
}

/** Throws where the search found something else than the design says: nothing is shown of such a run. */
export function assertAsDesigned(results: readonly Result[]): void {
  const wrong = results.flatMap(contradictions);
  if (wrong.length > 0) throw Error(wrong.join('; '));
}

/** Modes of the recording in their order, each with who has the value after any of its downloads. */
export function whoHas(results: readonly Result[], secret: string) {
  return MODES.flatMap((mode) => {
    const ofMode = results.filter(({ run }) => run.mode === mode);
    if (ofMode.length === 0) return [];
    const parties = PARTIES.filter((party) =>
      ofMode.some((result) => findingOf(result, party, secret) !== 'hidden'),
    );
    return [{ mode, parties }];
  });
}
