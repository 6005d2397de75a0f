import { Argument } from 'commander';
import { systemRandom } from '../../random.ts';
import type { ProbedCi } from '../../rsp/lpa/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type CiFlags } from '../shared/options.ts';
import { type Answer, printable } from '../shared/output.ts';
import { SERVER, type ServerFlags, serversOf } from './server.ts';

type Flags = CiFlags & ServerFlags;

/** zkcx lpa probe --ci CI ADDRESS */
export const lpaProbe: CommandDefinition = {
  name: 'probe',
  description: 'which CIs an SM-DP+ serves, and with which certificates',
  arguments: [new Argument('<address>', 'FQDN of the SM-DP+, with a port if it is not 443')],
  options: [CI, ...SERVER],
  run: probe,
};

async function probe(address: string, flags: Flags): Promise<Answer> {
  // whatever is asked of a server, it is a host name
  const { parseActivationCode, probeServer } = await import('../../rsp/lpa/index.ts');
  parseActivationCode(`1$${address}$`);
  let tls: readonly Uint8Array[] = [];
  const servers = await serversOf(flags, { onTls: (chain) => (tls = chain) });
  const anchors = await readAnchors(flags.ci);
  const cis = await probeServer(servers(address), anchors, {
    now: systemClock(),
    random: systemRandom,
  });
  return {
    json: {
      address,
      cis: cis.map((ci) => ({ ...ci, ci: hex(ci.ci), certificate: base64(ci.certificate) })),
      tls: tls.map(base64),
    },
    text: [
      ...cis.map(line),
      ...(tls.length > 0 ? [`TLS: a chain of ${tls.length} certificates, accepted`] : []),
    ],
    no: cis.every(({ supported }) => !supported),
  };
}

function line({ ci, supported, oid, problem }: ProbedCi): string {
  return supported
    ? `CI ${hex(ci)}: supported, SM-DP+ OID ${oid ?? 'missing'}`
    : `CI ${hex(ci)}: not supported: ${printable(problem ?? '')}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const base64 = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('base64');
