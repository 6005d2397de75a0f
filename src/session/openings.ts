/** Openings of a presentation's commitments: what a holder chose to tell, checked against the proof. */
import { Field } from 'o1js';
import { base64ToBytes, bigintToBytes, bytesToBase64, concatBytes } from '../bytes.ts';
import type { Organisation } from '../circuits/claims.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  type PresentationClaim,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { isOnCurve, type PublicKey, type Identity } from '../pki/index.ts';
import type { Role } from '../roles.ts';
import { fromLimbs, organisation, publicKey } from '../witness/encode.ts';
import type { SessionOpenings } from '../witness/presentation.ts';
import type { Openings } from './envelopes.ts';
import { identityFromField } from './identity.ts';

/** What can be asked for beside the proofs. */
export const DISCLOSURES = ['identity', 'issuer', 'key'] as const;

export type Disclosure = (typeof DISCLOSURES)[number];

/** What openings tell. */
export interface Disclosed {
  readonly identity?: Identity;
  readonly issuer?: {
    /** Organisation of the certificate, A-Z folded, as it stands there. */
    readonly organisation: Uint8Array;
    /** Hash of the key that issued it. */
    readonly issuer: bigint;
  };
  readonly key?: PublicKey;
}

/**
 * Check every opening against its commitment. Exactly those that were asked for must be there: more
 * is told to nobody. Throws ERR_PROOF_OPENING.
 */
export function checkOpenings(
  openings: Openings,
  claim: PresentationClaim,
  { role, asked }: { readonly role: Role; readonly asked: readonly Disclosure[] },
): Disclosed {
  for (const name of ['identity', 'issuer', 'key'] as const) {
    if (asked.includes(name) !== (openings[name] !== undefined)) {
      const problem = asked.includes(name) ? 'is missing' : 'was not asked for';
      throw new ZkcxError('ERR_PROOF_OPENING', `the opening of ${name} ${problem}`);
    }
  }
  const { identity, issuer, key } = openings;
  return {
    ...(identity && { identity: openIdentity(identity, claim.sessionIdentity, role) }),
    ...(issuer && { issuer: openIssuer(issuer, claim) }),
    ...(key && { key: openKey(key, claim.sessionKey) }),
  };
}

/** The identity that a commitment holds. Throws ERR_PROOF_OPENING. */
export function openIdentity(
  { blind, identity }: NonNullable<Openings['identity']>,
  sessionIdentity: Field,
  role: Role,
): Identity {
  assertOpens('identity', commitIdentity(field(blind), field(identity)), sessionIdentity);
  return identityFromField(role, BigInt(identity));
}

function openIssuer(
  opening: NonNullable<Openings['issuer']>,
  { sessionIssuer }: PresentationClaim,
): NonNullable<Disclosed['issuer']> {
  const name = nameOf(opening);
  const issuer = field(opening.issuer);
  assertOpens(
    'issuer',
    commitIssuer(field(opening.blind), organisation(name), issuer),
    sessionIssuer,
  );
  return Object.freeze({ organisation: name, issuer: issuer.toBigInt() });
}

/** The leaf key that a commitment holds. Throws ERR_PROOF_OPENING. */
export function openKey(opening: NonNullable<Openings['key']>, sessionKey: Field): PublicKey {
  const key = pointOf(opening);
  const opens = isOnCurve(key) ? commitKey(field(opening.blind), publicKey(key)) : undefined;
  assertOpens('key', opens, sessionKey);
  return Object.freeze(key);
}

/** The openings that a holder gives away, as they travel. */
export function writeOpenings(asked: readonly Disclosure[], values: SessionOpenings): Openings {
  const { identity, issuer, key } = values;
  const hex = (limbs: readonly Field[]) => fromLimbs(limbs).toString(16).padStart(64, '0');
  return {
    ...(asked.includes('identity') && {
      identity: { blind: identity.blind.toString(), identity: identity.identity.toString() },
    }),
    ...(asked.includes('issuer') && {
      issuer: {
        blind: issuer.blind.toString(),
        organisation: bytesToBase64(organisationBytes(issuer.organisation)),
        issuer: issuer.issuer.toString(),
      },
    }),
    ...(asked.includes('key') && {
      key: { blind: key.blind.toString(), x: hex(key.key.x), y: hex(key.key.y) },
    }),
  };
}

/** What `writeOpenings` wrote of all three, read back; whether it opens anything is not looked at. */
export function readOpenings({ identity, issuer, key }: Required<Openings>): SessionOpenings {
  return {
    key: { blind: field(key.blind), key: publicKey(pointOf(key)) },
    identity: { blind: field(identity.blind), identity: field(identity.identity) },
    issuer: {
      blind: field(issuer.blind),
      organisation: organisation(nameOf(issuer)),
      issuer: field(issuer.issuer),
    },
  };
}

/** The name that `organisation` packed. */
function organisationBytes({ length, chunks }: Organisation): Uint8Array {
  const size = Number(length.toBigInt());
  const parts = chunks.map((chunk, i) => {
    const bytes = Math.min(31, Math.max(0, size - 31 * i));
    return bigintToBytes(chunk.toBigInt(), bytes);
  });
  return concatBytes(...parts);
}

function assertOpens(what: string, opened: Field | undefined, committed: Field): void {
  if (opened?.toBigInt() !== committed.toBigInt()) {
    throw new ZkcxError('ERR_PROOF_OPENING', `the opening of ${what} does not open its commitment`);
  }
}

const field = (text: string) => Field(text);

const pointOf = ({ x, y }: NonNullable<Openings['key']>): PublicKey => ({
  x: BigInt(`0x${x}`),
  y: BigInt(`0x${y}`),
});

const nameOf = ({ organisation: name }: NonNullable<Openings['issuer']>) =>
  base64ToBytes(name) ?? new Uint8Array();
