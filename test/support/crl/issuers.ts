/** The test CI and a v3 EUM with cRLSign, as issuers of lists: parsed, checked, and as signers. */
import { parseCertificate } from '../../../src/asn1/index.ts';
import { anchorFromCertificate, checkChain } from '../../../src/pki/index.ts';
import { build, NOW, v3DeviceSubCa } from '../certificates/chains.ts';
import { signerOf } from './list.ts';

const chain = v3DeviceSubCa();
const built = build(chain);

/** The published CI certificate, signed again. */
export const CI = parseCertificate(built.ci);
export const ANCHOR = anchorFromCertificate(CI);

const certificates = built.certificates.map((der) => parseCertificate(der));

/** CI -> CI SubCA -> EUM -> eUICC, all CAs with cRLSign. */
export const CHAIN = checkChain({ anchor: ANCHOR, certificates, at: NOW });
export const [SUBCA, EUM, EUICC] = CHAIN.links as [
  (typeof CHAIN.links)[0],
  (typeof CHAIN.links)[0],
  (typeof CHAIN.links)[0],
];

export const EUM_SIGNER = signerOf(chain[2]!);
