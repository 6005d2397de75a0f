/**
 * GSMA certificate roles (SGP.22 annex H, id-rspRole = 2.23.146.1.2.1) and who may issue whom.
 * Read by the plain checks and by the circuits, so the two cannot drift apart.
 */

/** What kind of certificate a role is: it may issue, it belongs to a device, or to a server. */
export type RoleKind = 'ca' | 'euicc' | 'server';

interface RoleEntry {
  /** Number in commitments and public inputs; 0 is no role. */
  readonly number: number;
  /** Arcs below id-rspRole. */
  readonly arcs: readonly number[];
  readonly kind: RoleKind;
}

export const ROLES = {
  ci: { number: 1, arcs: [0], kind: 'ca' },
  'ci-subca': { number: 2, arcs: [0, 0], kind: 'ca' },
  'eum-v2': { number: 3, arcs: [2], kind: 'ca' },
  eum: { number: 4, arcs: [0, 0, 0], kind: 'ca' },
  'dp-subca': { number: 5, arcs: [0, 0, 1], kind: 'ca' },
  'ds-subca': { number: 6, arcs: [0, 0, 2], kind: 'ca' },
  'euicc-v2': { number: 7, arcs: [1], kind: 'euicc' },
  euicc: { number: 8, arcs: [0, 0, 0, 0, 0], kind: 'euicc' },
  'dp-tls-v2': { number: 9, arcs: [3], kind: 'server' },
  'dp-auth-v2': { number: 10, arcs: [4], kind: 'server' },
  'dp-pb-v2': { number: 11, arcs: [5], kind: 'server' },
  'ds-tls-v2': { number: 12, arcs: [6], kind: 'server' },
  'ds-auth-v2': { number: 13, arcs: [7], kind: 'server' },
  'dp-tls': { number: 14, arcs: [0, 0, 1, 0], kind: 'server' },
  'dp-auth': { number: 15, arcs: [0, 0, 1, 1], kind: 'server' },
  'dp-pb': { number: 16, arcs: [0, 0, 1, 2], kind: 'server' },
  'ds-tls': { number: 17, arcs: [0, 0, 2, 0], kind: 'server' },
  'ds-auth': { number: 18, arcs: [0, 0, 2, 1], kind: 'server' },
  'eum-subca': { number: 19, arcs: [0, 0, 0, 0], kind: 'ca' },
} as const satisfies Record<string, RoleEntry>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]];

/** Content bytes of the DER OBJECT IDENTIFIER id-rspRole. */
export const ROLE_OID_PREFIX = Uint8Array.of(0x67, 0x81, 0x12, 0x01, 0x02, 0x01);

/** The same, dotted. */
export const ROLE_OID = '2.23.146.1.2.1';

/** A role's policy OID, dotted. */
export function roleDotted(role: Role): string {
  return [ROLE_OID, ...ROLES[role].arcs].join('.');
}

/** Content bytes of a role's DER OBJECT IDENTIFIER. */
export function roleOid(role: Role): Uint8Array {
  return Uint8Array.of(...ROLE_OID_PREFIX, ...ROLES[role].arcs);
}

const dpLeaves = ['dp-tls', 'dp-auth', 'dp-pb'] as const;
const dsLeaves = ['ds-tls', 'ds-auth'] as const;

/**
 * The pinned parent x child table. A v2 EUM issues v2 eUICCs, a v3 EUM v3 eUICCs; sub-CAs only
 * what lies below them; leaves nothing. An EUM SubCA stands below its EUM, as the arcs of the OIDs
 * do, or above EUMs, as some accounts of the variants A and C have it.
 */
export const ISSUES: Readonly<Record<Role, readonly Role[]>> = {
  ci: [
    'ci-subca',
    'eum-v2',
    'eum',
    'eum-subca',
    'dp-subca',
    'ds-subca',
    'dp-tls-v2',
    'dp-auth-v2',
    'dp-pb-v2',
    'ds-tls-v2',
    'ds-auth-v2',
    ...dpLeaves,
    ...dsLeaves,
  ],
  'ci-subca': ['eum', 'eum-subca', 'dp-subca', 'ds-subca', ...dpLeaves, ...dsLeaves],
  'eum-v2': ['euicc-v2'],
  eum: ['eum-subca', 'euicc'],
  'eum-subca': ['eum', 'euicc'],
  'dp-subca': dpLeaves,
  'ds-subca': dsLeaves,
  'euicc-v2': [],
  euicc: [],
  'dp-tls-v2': [],
  'dp-auth-v2': [],
  'dp-pb-v2': [],
  'ds-tls-v2': [],
  'ds-auth-v2': [],
  'dp-tls': [],
  'dp-auth': [],
  'dp-pb': [],
  'ds-tls': [],
  'ds-auth': [],
};

/** Roles that issue eUICCs. Each has issuing constraints, its own or inherited: else it could issue any EID. */
export const EUICC_ISSUERS: readonly Role[] = ROLE_NAMES.filter((role) =>
  ISSUES[role].some((child) => ROLES[child].kind === 'euicc'),
);

/** Roles that a CI leaf of the trust tree names, as a bit mask: bit `number` for each role. */
export function roleMask(roles: readonly Role[]): bigint {
  return roles.reduce((mask, role) => mask | (1n << BigInt(ROLES[role].number)), 0n);
}
