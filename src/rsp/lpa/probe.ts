/** What can be learnt of an SM-DP+ without an eUICC: the CIs it serves, and its certificates. */
import { checked, checkedRandom } from '../../arguments.ts';
import { parseCertificate } from '../../asn1/index.ts';
import { ZkcxError } from '../../errors.ts';
import * as pki from '../../pki/arguments.ts';
import { checkChain } from '../../pki/index.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { RandomBytes } from '../../random.ts';
import { EuiccInfo1 } from '../../sgp22/messages/euicc-info.ts';
import { isSignature } from '../../sgp22/messages/signature.ts';
import { RspRefusal } from '../../sgp22/status-codes.ts';
import { statusWords } from '../../sgp22/status-words.ts';
import * as argument from './arguments.ts';
import type { Es9p } from './es9p.ts';
import { checkInitiateAuthentication } from './server-checks.ts';

export interface ProbedCi {
  /** Key identifier of the CI. */
  readonly ci: Uint8Array;
  /** Whether the server answered an eUICC of this CI. */
  readonly supported: boolean;
  /** CERT.DPauth, DER. */
  readonly certificate?: Uint8Array;
  /** OID of the server. */
  readonly oid?: string;
  /** Why it does not support the CI, or why its answer is no good. */
  readonly problem?: string;
}

/**
 * Ask a server once for each CI, as an eUICC that knows only this one would, and check its answer: the
 * chain of its certificate, its signature, what it signed. No session is authenticated, so that no order
 * is touched.
 *
 * @param svn SGP.22 version that the eUICC would have
 * @throws ERR_RSP_SERVER and ERR_RSP_TLS if the server cannot be asked at all
 */
export async function probeServer(
  server: Es9p,
  anchors: readonly TrustAnchor[],
  options: {
    readonly now: bigint;
    readonly random: RandomBytes;
    readonly svn?: string;
  },
): Promise<ProbedCi[]> {
  checked(server, argument.es9p, 'the server of probeServer');
  checked(anchors, pki.anchors, 'the anchors of probeServer');
  checked(options, argument.probeOptions, 'the options of probeServer');
  const random = checkedRandom(options.random, 'the random of probeServer');
  const results: ProbedCi[] = [];
  for (const anchor of anchors) results.push(await probeCi(server, anchor, { ...options, random }));
  return results;
}

async function probeCi(
  server: Es9p,
  anchor: TrustAnchor,
  { now, random, svn = '2.5.0' }: Parameters<typeof probeServer>[2],
): Promise<ProbedCi> {
  const ci = anchor.subjectKeyIdentifier;
  const challenge = random(16);
  const info1 = EuiccInfo1.encode({
    svn,
    euiccCiPKIdListForVerification: [ci],
    euiccCiPKIdListForSigning: [ci],
  });
  const euiccInfo1 = EuiccInfo1.decode(info1);
  let certificate: Uint8Array | undefined;
  try {
    const answer = await server.call('initiateAuthentication', {
      euiccChallenge: challenge,
      euiccInfo1,
      smdpAddress: server.address,
    });
    certificate = answer.serverCertificate;
    const parsed = parseCertificate(certificate);
    const { leaf } = checkChain({ anchor, certificates: [parsed], at: now });
    if (leaf.role !== 'dp-auth-v2' && leaf.role !== 'dp-auth') {
      throw new ZkcxError('ERR_RSP_DOWNLOAD', `its certificate has the role ${leaf.role}`);
    }
    if (!isSignature(answer.serverSignature1, parsed.publicKey, answer.serverSigned1)) {
      throw new ZkcxError('ERR_RSP_SIGNATURE', 'serverSignature1 is not that of its certificate');
    }
    checkInitiateAuthentication(answer, { address: server.address, challenge, info1: euiccInfo1 });
    return { ci, supported: true, certificate, oid: parsed.registeredId };
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    if (error.code === 'ERR_RSP_SERVER' || error.code === 'ERR_RSP_TLS') throw error;
    const { code, message, reason } = error;
    const words = error instanceof RspRefusal ? `: ${statusWords(reason ?? '')}` : '';
    return { ci, supported: false, certificate, problem: `${message} (${code})${words}` };
  }
}
