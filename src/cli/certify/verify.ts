import { type Command, Option } from 'commander';
import { type Role, ROLE_NAMES } from '../../roles.ts';
import { systemClock } from '../../time.ts';
import { addAt, addJson, addRoots, readAnchors } from '../shared/options.ts';
import { answer, isoTime } from '../shared/output.ts';
import { addCount, addMap, readBundle } from '../shared/session-options.ts';

interface Flags {
  readonly root: string[];
  readonly map: string;
  readonly role: Role;
  readonly maximumAge?: number;
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx certify verify FILE --role ROLE --root CI... --map MAP */
export function registerCertifyVerify(certify: Command): void {
  const command = certify
    .command('verify')
    .description('check the statement of a server; takes seconds')
    .argument('<statement>', 'as received')
    .addOption(
      new Option('--role <role>', 'that it must have').choices(ROLE_NAMES).makeOptionMandatory(),
    );
  addCount(command, '--maximum-age', 'seconds; default 86400');
  addJson(addAt(addMap(addRoots(command)))).action(async (file: string, flags: Flags) =>
    answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, { root, map: mapFile, role, maximumAge, ...flags }: Flags) {
  const at = flags.at ?? systemClock();
  const bundle = await readBundle(file);
  const anchors = await readAnchors(root);
  const { readMap } = await import('../../session/map-file.ts');
  const { map } = await readMap(mapFile, { anchors, at });
  const { TrustSet } = await import('../../witness/trust.ts');
  const { verifyCertified } = await import('../../session/certified.ts');
  const { key, identity, time, validFrom, validUntil } = await verifyCertified(bundle, {
    trustRoot: new TrustSet(anchors).root.toBigInt(),
    mapRoots: [{ root: map.root.toBigInt(), at }],
    role,
    maximumAge: maximumAge === undefined ? undefined : BigInt(maximumAge),
    now: at,
  });
  const facts = {
    role,
    identity,
    key: { x: key.x.toString(16), y: key.y.toString(16) },
    time: isoTime(time),
    validFrom: isoTime(validFrom),
    validUntil: isoTime(validUntil),
  };
  return {
    json: facts,
    text: [
      `Valid: ${identity.kind === 'oid' ? identity.oid : identity.digits}, role ${role}, not revoked at ${facts.time}.`,
      `Its key: ${facts.key.x}, ${facts.key.y}`,
      'Not shown: that whoever sent this holds the key. Have it sign a challenge.',
    ],
  };
}
