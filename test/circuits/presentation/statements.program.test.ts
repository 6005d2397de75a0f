/** Lying provers against what each program has for itself. */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { Opening, type PublicKey } from '../../../src/circuits/claims.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  credentialLeaf,
  type PresentationClaim,
} from '../../../src/circuits/session.ts';
import { MODE } from '../../../src/params.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { sgp26Device, sgp26Server } from '../../support/certificates/index.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { credentialOf, sessionOf } from './credentials.ts';
import { credentialIn, noBit, rootOf, swapped, withOpening, withRequest } from './lies.ts';
import {
  type Input,
  INSIDE,
  inputOf,
  presentationJudge,
  type Program,
  type SessionInput,
} from './presentation-circuit.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());
const server = credentialOf('SGP.26 DPauth', sgp26Server('dpAuth'), KEYS.dpAuth);
const honest = (program: Program, credential = device) => inputOf(program, sessionOf(credential));
const session = (program: SessionInput['program']) => honest(program) as SessionInput;
const accepts = presentationJudge(honest);
const refuses = async (input: Input) => expect(await accepts(input)).toBe(false);

/** 2^88 more in one limb and one less in the next: packed, the same. */
const carried = ([low, middle, high]: Field[]) => [low!.add(1n << 88n), middle!.sub(1), high!];

describe.each(['presentation', 'certify'] as const)('%s with a proof inside', (program) => {
  const commitment = Opening.commitment(device.opening);
  const inside = { mode: Field(INSIDE[program]), commitment };
  const proven = (input: Input) => ({ ...input, inside }) as Input;

  test('is taken with the opening of its commitment', async () => {
    expect(await accepts(proven(honest(program)))).toBe(true);
  });

  test('refuses a proof of another program', async () => {
    const others = Object.values(MODE).filter((mode) => mode !== INSIDE[program]);
    expect(others).toHaveLength(Object.keys(MODE).length - 1);
    for (const mode of [...others, 0]) {
      await refuses({ ...honest(program), inside: { mode: Field(mode), commitment } } as Input);
    }
  });

  test('refuses the opening of another credential', async () =>
    refuses(proven(honest(program, server))));

  const { opening } = device;
  const changes: [string, Partial<Opening>][] = [
    ['blind', { blind: opening.blind.add(1) }],
    ['end of the window', { validUntil: opening.validUntil.add(1) }],
    ['begin of the window', { validFrom: opening.validFrom.sub(1) }],
    ['number of links', { links: Field(1) }],
    ['identity', { identity: opening.identity.add(1) }],
    ['key', { key: server.opening.key }],
    ['organisation', { organisation: server.opening.organisation }],
  ];
  test.each(changes)('refuses an opening with another %s', async (_, change) =>
    refuses(proven(withOpening(honest(program), change))),
  );

  test('refuses another opening and the refresh, or chain, of another credential', async () => {
    const changed = withOpening(honest(program), { identity: opening.identity.add(1) });
    const foreign = Opening.commitment(server.opening);
    await refuses({ ...changed, inside: { ...inside, commitment: foreign } } as Input);
  });
});

test('presentation refuses a registry root', async () =>
  refuses(withRequest(session('presentation'), { registryRoot: Field(1) })));

describe('registryPresentation refuses', () => {
  const input = session('registryPresentation');
  const { validFrom, validUntil } = device.opening;
  const path = input.path!;

  test('a leaf that shows another window', async () => {
    const commitment = Opening.commitment(device.opening);
    const leaf = credentialLeaf(commitment, validFrom, validUntil.add(1));
    const registry = new RegistryTree([Field(1), leaf]);
    const other = withRequest(input, { registryRoot: registry.root });
    await refuses({ ...other, path: registry.path(leaf) });
  });

  test('a credential that is not published, or not any more under this root', async () => {
    const registry = new RegistryTree([Field(1), Field(2)]);
    const other = withRequest(input, { registryRoot: registry.root });
    await refuses(other);
    await refuses({ ...other, path: registry.path(Field(2)) });
    await refuses(withRequest(input, { registryRoot: Field(0) }));
  });

  test('another opening than the published one', async () => {
    const { blind } = device.opening;
    const changed = withOpening(input, { blind: blind.add(1) });
    expect(await accepts(changed)).toBe(true); // under a root that follows
    await refuses(withRequest(changed, { registryRoot: input.request.registryRoot }));
  });

  test('a path with swapped sides, or sides that are no bits', async () => {
    await refuses({ ...input, path: { ...path, right: swapped(path.right) } });
    const odd = { ...path, right: noBit(path.right) };
    const leaf = credentialLeaf(Opening.commitment(device.opening), validFrom, validUntil);
    await refuses({ ...withRequest(input, { registryRoot: rootOf(leaf, odd) }), path: odd });
  });
});

describe.each(['presentation', 'registryPresentation'] as const)('the claim of %s', (program) => {
  const input = session(program);
  const claim = input.claim!;
  const claiming = (change: Partial<PresentationClaim>): SessionInput => ({
    ...input,
    claim: { ...claim, ...change },
  });
  const { blinds } = input.witness;
  const { key, identity, organisation } = device.opening;

  test('is one, and every part is bound', async () => {
    expect(await accepts(input)).toBe(true);
    for (const name of Object.keys(claim) as (keyof PresentationClaim)[]) {
      await refuses(claiming({ [name]: claim[name].add(1) }));
    }
  });

  test('commits to what the credential says', async () => {
    const { issuer } = device.handles[0]!;
    await refuses(claiming({ sessionKey: commitKey(blinds.key, server.opening.key) }));
    await refuses(claiming({ sessionIdentity: commitIdentity(blinds.identity, Field(1)) }));
    // the issuer of the first link, and another organisation
    await refuses(claiming({ sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer) }));
    const { organisation: foreign } = server.opening;
    const last = device.handles[1]!.issuer;
    await refuses(claiming({ sessionIssuer: commitIssuer(blinds.issuer, foreign, last) }));
    expect(claim.sessionKey).toEqual(commitKey(blinds.key, key));
    expect(claim.sessionIdentity).toEqual(commitIdentity(blinds.identity, identity));
    expect(claim.sessionIssuer).toEqual(commitIssuer(blinds.issuer, organisation, last));
  });

  test('opens with its own blinds only', async () => {
    for (const name of Object.keys(blinds) as (keyof typeof blinds)[]) {
      const changed = { ...blinds, [name]: blinds[name].add(1) };
      await refuses({ ...input, witness: { ...input.witness, blinds: changed } });
    }
  });

  test('is not that of another presentation, in one part or in two', async () => {
    const other = honest(program, server) as SessionInput;
    const names = Object.keys(claim) as (keyof PresentationClaim)[];
    for (const name of names) {
      await refuses(claiming({ [name]: other.claim![name] }));
      await refuses({ ...input, claim: { ...other.claim!, [name]: claim[name] } });
    }
    // the key of another, with the blind that opens it
    const changed = { ...blinds, key: other.witness.blinds.key.add(1) };
    const sessionKey = commitKey(changed.key, server.opening.key);
    const witness = { ...input.witness, blinds: changed };
    await refuses({ ...input, witness, claim: { ...claim, sessionKey } });
    const own = { ...claim, sessionKey: commitKey(changed.key, key) };
    expect(await accepts({ ...input, witness, claim: own })).toBe(true);
  });

  // see `possession`, which has its limbs in range
  test('has the packed key: limbs may lend to each other, and the claim is the same', async () => {
    const lent = { x: carried(key.x), y: carried(key.y) };
    const changed = withOpening(input, { key: lent });
    expect(await accepts({ ...changed, claim })).toBe(true);
    const sessionKey = commitKey(blinds.key, { ...lent, x: [...lent.x].reverse() });
    await refuses({ ...changed, claim: { ...claim, sessionKey } });
  });
});

describe('the claim of certify', () => {
  const input = honest('certify', server);
  if (input.program !== 'certify') throw Error('certify expected');
  const claim = input.claim!;

  test('is what the credential says', async () => {
    expect(await accepts(input)).toBe(true);
    const { validFrom, validUntil, identity } = claim;
    await refuses({ ...input, claim: { ...claim, key: device.opening.key } });
    await refuses({ ...input, claim: { ...claim, identity: identity.add(1) } });
    await refuses({ ...input, claim: { ...claim, validFrom: validFrom.sub(1) } });
    await refuses({ ...input, claim: { ...claim, validUntil: validUntil.add(1) } });
  });

  test('has the key in its one encoding', async () => {
    const { x, y } = credentialIn(input).opening.key;
    const commitment = Opening.commitment(server.opening);
    const keys: PublicKey[] = [
      { x: carried(x), y },
      { x, y: carried(y) },
    ];
    for (const key of keys) {
      // the commitment does not tell them apart
      expect(Opening.commitment({ ...server.opening, key })).toEqual(commitment);
      await refuses(withOpening(input, { key }));
    }
  });
});
