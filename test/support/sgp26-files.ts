/** Files of the GSMA test certificates (SGP.26), as arguments of commands. */
import { join } from 'node:path';
import { ROOT } from './command.ts';
import { privateCopy } from './private-copy.ts';

export const sgp26 = (file: string) => join(ROOT, 'fixtures/sgp26', file);

export const CI = sgp26('CertificateIssuer/CERT_CI_ECDSA_NIST.der');
export const EUM = sgp26('EUM/CERT_EUM_ECDSA_NIST.der');
export const EUICC = sgp26('eUICC/CERT_EUICC_ECDSA_NIST.der');
export const DP_AUTH = sgp26('DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der');
/** In the certificate of the eUICC. */
export const EID = '89049032123451234512345678901235';
/** Private keys as they stand in the repository, for everybody to read. */
export const EUICC_KEY = sgp26('eUICC/SK_EUICC_ECDSA_NIST.pem');
/** Certificates and key of the eUICC, as --euicc takes them. */
export const euiccFiles = () => [EUICC, EUM, privateCopy(EUICC_KEY)].join(',');
