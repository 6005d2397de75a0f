import { join } from 'node:path';
import { Option } from 'commander';
import type { CertificateRequest } from '../../authority/index.ts';
import { ROLE_NAMES, type Role } from '../../roles.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { repeated, required, wholeNumber } from '../shared/options.ts';
import { type Answer, factLines } from '../shared/output.ts';
import {
  AUTHORITY,
  type AuthorityFlags,
  DAYS,
  endOf,
  factsOf,
  withAuthority,
} from './authority.ts';
import { serial } from './serial.ts';

interface Flags extends AuthorityFlags {
  readonly role: Role;
  readonly name: string;
  readonly issuer?: string;
  readonly organisation: string;
  readonly commonName?: string;
  readonly country?: string;
  readonly eid?: string;
  readonly oid?: string;
  readonly dns?: string[];
  readonly iin?: string[];
  readonly pathLength?: number;
  readonly crlA?: string;
  readonly crlB?: string;
  readonly serial?: bigint;
  readonly days?: number;
}

/** Days of a CI that says nothing else. */
const CI_DAYS = 10_950;

/** zkcx pki issue --dir FOLDER --role ROLE --name NAME [--issuer NAME] --organisation TEXT ... */
export const pkiIssue: CommandDefinition = {
  name: 'issue',
  description: 'make a key and issue a certificate for it',
  options: [
    ...AUTHORITY,
    required('--role <role>', 'what it is for').choices(ROLE_NAMES),
    required('--name <name>', 'what its files are called: NAME.der, NAME.pem, NAME.key'),
    new Option('--issuer <name>', 'its CA in the folder; a CI has none'),
    required('--organisation <text>', 'organisation of its subject'),
    new Option('--common-name <text>', 'common name of its subject; default: its name'),
    new Option('--country <code>', 'country of its subject, two letters'),
    new Option('--eid <digits>', 'EID of an eUICC; default: the next one of the range of its CA'),
    new Option('--oid <oid>', 'OID that the operator of a server registered'),
    new Option('--dns <name>', 'host name of a TLS server; may be given several times').argParser(
      repeated(String),
    ),
    new Option(
      '--iin <digits>',
      'a CA issues EIDs that begin so; may be given several times',
    ).argParser(repeated(String)),
    new Option('--path-length <count>', 'CAs that may follow below a CA; default: any').argParser(
      wholeNumber({ most: 126 }),
    ),
    new Option('--crl-a <uri>', 'where a CA publishes its list of servers and eUICCs'),
    new Option('--crl-b <uri>', 'where a CA publishes its list of CAs'),
    new Option('--serial <hex>', 'serial number; default: a random one').argParser(serial),
    DAYS,
  ],
  run: issue,
};

function issue(flags: Flags): Promise<Answer> {
  const { role, name, issuer } = flags;
  const { crlA: user, crlB: ca } = flags;
  const request: CertificateRequest = {
    role,
    organisation: flags.organisation,
    commonName: flags.commonName ?? name,
    country: flags.country,
    eid: flags.eid,
    oid: flags.oid,
    dnsNames: flags.dns,
    iins: flags.iin,
    pathLen: flags.pathLength,
    points: (ca ?? user) === undefined ? undefined : { ca, user },
  };
  return withAuthority(flags, async (authority, at) => {
    const notAfter = endOf(at, flags.days ?? (role === 'ci' ? CI_DAYS : undefined));
    const serialNumber = flags.serial;
    const entry = await authority.issue({ name, issuer, request, at, notAfter, serialNumber });
    const facts = { ...factsOf(entry), file: join(flags.dir, `${name}.der`) };
    return { json: facts, text: factLines(facts) };
  });
}
