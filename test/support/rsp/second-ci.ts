/** A CI beside that of SGP.26, with server certificates under it. */
import { parseCertificate } from '../../../src/asn1/index.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../../src/pki/index.ts';
import { smdpIdentity } from '../../../src/rsp/smdpp/identities.ts';
import type { KeyPair } from '../../../src/rsp/server/key-pair.ts';
import type { SmdpIdentity } from '../../../src/rsp/smdpp/identities.ts';
import { build, NOW, sgp26Server } from '../certificates/chains.ts';
import { spki } from '../certificates/draft.ts';
import {
  authorityKeyIdentifier,
  registeredId,
  setExtension,
  subjectKeyIdentifier,
} from '../certificates/fields.ts';
import { madeUpKey } from '../certificates/keys.ts';

/** One server has one OID: that of the SGP.26 certificates. */
export const SERVER_OID = '2.999.10';

export function secondCi(serverOid = SERVER_OID): SecondCi {
  const ciKey = madeUpKey('second CI');
  const id = ciKey.point.slice(1, 21);
  let anchor: TrustAnchor | undefined;
  const pair = (leaf: 'dpAuth' | 'dpPb', oid: string): KeyPair => {
    const key = madeUpKey(`second ${leaf}`);
    const [ci, server] = sgp26Server(leaf);
    ci.draft.publicKey = spki(ciKey.point);
    setExtension(ci.draft, subjectKeyIdentifier(id));
    server!.draft.publicKey = spki(key.point);
    setExtension(server!.draft, authorityKeyIdentifier(id));
    setExtension(server!.draft, registeredId(oid));
    const built = build([
      { draft: ci.draft, key: ciKey },
      { draft: server!.draft, key },
    ]);
    anchor ??= anchorFromCertificate(parseCertificate(built.ci));
    return { certificate: parseCertificate(built.certificates[0]!), secretKey: key.secret };
  };
  const auth = pair('dpAuth', serverOid);
  const pairs = { auth, pb: pair('dpPb', serverOid), pbOfOther: pair('dpPb', '2.999.21') };
  return { anchor: anchor!, identity: smdpIdentity({ auth, pb: pairs.pb }, [anchor!], NOW), pairs };
}

interface SecondCi {
  readonly anchor: TrustAnchor;
  readonly identity: SmdpIdentity;
  readonly pairs: Pairs;
}

interface Pairs {
  readonly auth: KeyPair;
  readonly pb: KeyPair;
  /** CERT.DPpb with another OID. */
  readonly pbOfOther: KeyPair;
}
