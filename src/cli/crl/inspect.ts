import { Argument } from 'commander';
import type { RevocationList } from '../../asn1/index.ts';
import { bytesToHex } from '../../bytes.ts';
import { checkCrlProfile } from '../../pki/index.ts';
import { readList } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { nameText, text } from '../shared/names.ts';
import { type Answer, factLines, isoTime, provable } from '../shared/output.ts';

/** zkcx crl inspect FILE */
export const crlInspect: CommandDefinition = {
  name: 'inspect',
  description: 'show what a revocation list says; checks its form, not its signature',
  arguments: [new Argument('<file>', 'revocation list, DER or PEM')],
  options: [],
  run: async (file: string) => inspect(await readList(file)),
};

function inspect(list: RevocationList): Answer {
  const facts = {
    issuer: nameText(list.issuer),
    authorityKeyIdentifier: bytesToHex(list.authorityKeyIdentifier),
    thisUpdate: isoTime(list.thisUpdate),
    nextUpdate: isoTime(list.nextUpdate),
    crlNumber: list.crlNumber.toString(),
    point: text(list.point),
    certificates: list.scope,
    part: list.part && `${list.part.number} of ${list.part.total}`,
    entries: list.entries.length,
    serialNumbers: list.entries.map(({ serialNumber }) => serialNumber.toString(16)),
    tbsBytes: list.tbs.length,
    provable: provable(() => checkCrlProfile(list)),
  };
  return { json: facts, text: factLines(facts) };
}
