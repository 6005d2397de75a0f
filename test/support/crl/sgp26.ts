/** Lists of the SGP.26 test CI, which publishes none: signed with its published key. */
import { parseCertificate } from '../../../src/asn1/index.ts';
import { sgp26Device } from '../certificates/chains.ts';
import { fixture } from '../certificates/keys.ts';
import { buildList, madeUpSerials, signerOf } from './list.ts';
import type { ListChange, ListRecipe } from './list.ts';

const time = (day: string) => BigInt(Date.parse(`${day}T00:00:00Z`)) / 1000n;

/** Names in the certificates of SGP.26: servers name both points, the EUM the second. */
export const POINTS = {
  A: 'http://ci.test.example.com/CRL-A.crl',
  B: 'http://ci.test.example.com/CRL-B.crl',
} as const;

export const CI_SIGNER = signerOf(sgp26Device()[0]);

/** CRL-A is about end entities; CRL-B has no flag, so that it can be about both. */
export function sgp26List(list: keyof typeof POINTS, parts: Partial<ListRecipe> = {}): ListRecipe {
  return {
    signer: CI_SIGNER,
    point: POINTS[list],
    ...(list === 'A' && { scope: 'user' }),
    number: 1n,
    thisUpdate: time('2026-01-01'),
    nextUpdate: time('2036-01-01'),
    serials: [],
    ...parts,
  };
}

/** Without entries, then with 1 and with 10: each may follow the one before. */
export const FIXTURE_LISTS = (['A', 'B'] as const).flatMap((list) =>
  [0, 1, 10].map((count, i) => ({
    path: `sgp26/crl/CRL-${list}-${count}.der`,
    recipe: sgp26List(list, {
      number: BigInt(i + 1),
      thisUpdate: time(`2026-0${i + 1}-01`),
      serials: madeUpSerials(count),
    }),
  })),
);

/** Revokes the EUM: follows CRL-B with 10 entries. */
export const EUM_REVOKED = {
  path: 'sgp26/crl/CRL-B-EUM.der',
  recipe: sgp26List('B', {
    number: 4n,
    thisUpdate: time('2026-04-01'),
    serials: [parseCertificate(fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der')).serialNumber],
  }),
};

/** A list of the CI, changed before it is signed. */
export function ciList(
  list: keyof typeof POINTS,
  parts: Partial<ListRecipe> = {},
  change?: ListChange,
): Uint8Array {
  return buildList(sgp26List(list, parts), change);
}
