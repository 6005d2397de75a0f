import { Argument, Option } from 'commander';
import { type Role, ROLE_NAMES } from '../../roles.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags, wholeNumber } from '../shared/options.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import {
  assertHistory,
  MAP_HISTORY,
  type MapHistoryFlags,
  openMapHistory,
  readBundle,
} from '../shared/session-files.ts';

interface Flags extends CiFlags, MapFlags, MapHistoryFlags, AtFlags {
  readonly role: Role;
  readonly maximumAge?: number;
}

/** zkcx certify verify FILE --role ROLE --ci CI... --map MAP */
export const certifyVerify: CommandDefinition = {
  name: 'verify',
  description: 'check the statement of a server; takes seconds',
  arguments: [new Argument('<statement>', 'as received')],
  options: [
    required('--role <role>', 'that it must have').choices(ROLE_NAMES),
    CI,
    MAP,
    MAP_HISTORY,
    new Option('--maximum-age <number>', 'seconds; default 86400').argParser(wholeNumber()),
    AT,
  ],
  run: verify,
};

async function verify(file: string, flags: Flags): Promise<Answer> {
  const { ci, map: mapFile, role, maximumAge, at = systemClock() } = flags;
  await assertHistory(flags, [file, ...ci, mapFile]);
  const bundle = await readBundle(file);
  const anchors = await readAnchors(ci);
  const map = await readMap(mapFile, { anchors, at });
  const history = await openMapHistory(flags, { anchors, map, at });
  const { TrustSet } = await import('../../witness/trust.ts');
  const { verifyCertified } = await import('../../session/certified.ts');
  const { key, identity, time, validFrom, validUntil } = await verifyCertified(bundle, {
    trustRoot: new TrustSet(anchors).root.toBigInt(),
    mapRoot: map.map.root.toBigInt(),
    history,
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
