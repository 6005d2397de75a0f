/** In a circuit: a value is the one that a proven commitment hides. */
import { z } from 'zod';
import { checked, instanceOf } from '../arguments.ts';
import { type ChainClaim, Opening } from '../circuits/claims.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  type PresentationClaim,
} from '../circuits/session.ts';
import type { SessionOpenings } from '../witness/presentation.ts';
import * as form from './arguments.ts';

const chainClaim = z.looseObject({ commitment: form.field });

/**
 * Assert that the opening is what a claim of `assertRefresh` hides. Limbs of its key mean a key together, by
 * `packKey`, and are in no range by themselves.
 */
export function assertOpening(claim: ChainClaim, opening: Opening): void {
  checked(claim, chainClaim, 'the claim of assertOpening');
  checked(opening, instanceOf(Opening), 'the opening of assertOpening');
  Opening.commitment(opening).assertEquals(claim.commitment, 'the opening of this credential');
}

/**
 * Assert that these are what a claim of `assertActed` hides, for those that are given: key, identity (the EID as a
 * number, or a server's OID), organisation and issuer. What is opened as a private input stays private.
 */
export function assertOpenings(claim: PresentationClaim, openings: Partial<SessionOpenings>): void {
  checked(claim, form.presentationClaim, 'the claim of assertOpenings');
  checked(openings, form.sessionOpenings, 'the openings of assertOpenings');
  const { key, identity, issuer } = openings;
  if (key !== undefined) {
    commitKey(key.blind, key.key).assertEquals(claim.sessionKey, 'the key of the presentation');
  }
  if (identity !== undefined) {
    commitIdentity(identity.blind, identity.identity).assertEquals(
      claim.sessionIdentity,
      'the identity of the presentation',
    );
  }
  if (issuer !== undefined) {
    commitIssuer(issuer.blind, issuer.organisation, issuer.issuer).assertEquals(
      claim.sessionIssuer,
      'the issuer of the presentation',
    );
  }
}
