import { Argument } from 'commander';
import type { Certificate } from '../../asn1/index.ts';
import { bytesToHex } from '../../bytes.ts';
import { checkProfile } from '../../pki/index.ts';
import { ROLE_NAMES, ROLES } from '../../roles.ts';
import { readCertificateFile } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { nameText, text } from '../shared/names.ts';
import { type Answer, factLines, isoTime, provable } from '../shared/output.ts';

const ROLE_ARC = '2.23.146.1.2.1';

/** zkcx cert inspect FILE */
export const certInspect: CommandDefinition = {
  name: 'inspect',
  description: 'show what a certificate says; checks its form, not its signature',
  arguments: [new Argument('<file>', 'certificate, DER or PEM')],
  options: [],
  run: inspect,
};

/** The facts of one certificate, or a list of those of several. */
async function inspect(file: string): Promise<Answer> {
  const all = (await readCertificateFile(file)).map(factsOf);
  const [facts, ...more] = all;
  return {
    json: more.length === 0 ? facts! : { certificates: all },
    text: all.flatMap((one, i) => [...(i === 0 ? [] : ['']), ...factLines(one)]),
  };
}

function factsOf(certificate: Certificate) {
  const { notBefore, notAfter, publicKey, keyUsage, basicConstraints, policies } = certificate;
  const hex = (bytes: Uint8Array | undefined) => bytes && bytesToHex(bytes);
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serialNumber: certificate.serialNumber.toString(16),
    notBefore: isoTime(notBefore),
    notAfter: isoTime(notAfter),
    roles: ROLE_NAMES.filter((role) => policies?.includes(roleOidText(role))),
    policies,
    key: `04${publicKey.x.toString(16).padStart(64, '0')}${publicKey.y.toString(16).padStart(64, '0')}`,
    subjectKeyIdentifier: hex(certificate.subjectKeyIdentifier),
    authorityKeyIdentifier: hex(certificate.authorityKeyIdentifier),
    keyUsage: keyUsage && Object.entries(keyUsage).flatMap(([name, on]) => (on ? [name] : [])),
    basicConstraints,
    nameConstraints: certificate.nameConstraints?.map(({ organisation, iin }) => ({
      organisation: organisation && text(organisation),
      iin,
    })),
    permittedEins: certificate.permittedEins,
    registeredId: certificate.registeredId,
    extendedKeyUsage: certificate.extendedKeyUsage,
    tbsBytes: certificate.tbs.length,
    provable: provable(() => checkProfile(certificate)),
  };
}

const roleOidText = (role: (typeof ROLE_NAMES)[number]) =>
  [ROLE_ARC, ...ROLES[role].arcs].join('.');
