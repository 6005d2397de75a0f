/** What a line of the fault table is, and how lines are made. */
import { parseCertificate } from '../../../../src/asn1/index.ts';
import { bytesToHex } from '../../../../src/bytes.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { anchorFromCertificate } from '../../../../src/pki/index.ts';
import type { TrustAnchor, Window } from '../../../../src/pki/index.ts';
import { build, NOW, sgp26Device } from '../chains.ts';
import type { DraftChain } from '../chains.ts';
import type { Change } from '../draft.ts';

/**
 * Where a fault shows: in the bytes of one TBS, in how certificates fit together, in (r, s), in
 * the bytes around TBS, r and s, which a circuit never sees, or deep in the TBS in a value that no
 * rule reads: the parser looks into it, a circuit need not.
 */
export type Scope = 'tbs' | 'chain' | 'signature' | 'outer' | 'skipped';

/** A chain and a time to judge it at. */
export interface Case {
  readonly name: string;
  readonly anchor: TrustAnchor;
  /** DER, below the CI, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly at?: bigint;
  readonly window?: Window;
}

/** A chain with a single fault. */
export interface Fault extends Case {
  readonly code: ErrorCode;
  readonly scope: Scope;
  /** Index in `chain` of the certificate at which a check of link after link stops. */
  readonly link: number;
}

export interface FaultOptions {
  /** Default: the last of the chain. */
  readonly link?: number;
  readonly at?: bigint;
  readonly window?: Window;
  readonly anchor?: Partial<TrustAnchor>;
}

const anchors = new Map<string, TrustAnchor>();

/** The anchor of a self-signed CI certificate; remembered, as the check takes time. */
function anchorOf(ci: Uint8Array): TrustAnchor {
  const id = bytesToHex(ci);
  const anchor = anchors.get(id) ?? anchorFromCertificate(parseCertificate(ci));
  anchors.set(id, anchor);
  return anchor;
}

/** Sign a chain, and judge it under its CI. */
export function caseOf(name: string, chain: DraftChain, options: FaultOptions = {}): Case {
  const { ci, certificates } = build(chain);
  return {
    name,
    anchor: { ...anchorOf(ci), ...options.anchor },
    chain: certificates,
    ...(options.window === undefined ? { at: options.at ?? NOW } : { window: options.window }),
  };
}

/** A fault that is in the drafts before they are signed. */
export function faultOf(
  name: string,
  code: ErrorCode,
  scope: Scope,
  chain: DraftChain,
  options: FaultOptions = {},
): Fault {
  return { ...caseOf(name, chain, options), code, scope, link: options.link ?? chain.length - 2 };
}

/** Change one draft of a fresh chain; 0 is the CI. */
export function changed(chain: DraftChain, index: number, change: Change): DraftChain {
  const link = chain[index];
  if (link === undefined) throw Error(`the chain has no draft ${index}`);
  change(link.draft);
  return chain;
}

/** Draft numbers of the SGP.26 device chain. */
export const EUM = 1;
export const EUICC = 2;

/** A fault of scope 'chain' in one certificate of the SGP.26 device chain. */
export function device(name: string, code: ErrorCode, draft: number, change: Change): Fault {
  return faultOf(name, code, 'chain', changed(sgp26Device(), draft, change), { link: draft - 1 });
}
