import type { Command } from 'commander';
import type { RevocationList } from '../../asn1/index.ts';
import { bytesToHex } from '../../bytes.ts';
import { checkCrlProfile } from '../../pki/index.ts';
import { nameText, text } from '../shared/names.ts';
import { addJson, readList } from '../shared/options.ts';
import { answer, type Answer, factLines, isoTime, provable } from '../shared/output.ts';

/** zkcx crl inspect FILE */
export function registerCrlInspect(crl: Command): void {
  addJson(crl.command('inspect'))
    .description('show what a revocation list says; checks its form, not its signature')
    .argument('<file>', 'revocation list, DER or PEM')
    .action(async (file: string, options: { json?: boolean }) =>
      answer(options, async () => inspect(await readList(file))),
    );
}

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
