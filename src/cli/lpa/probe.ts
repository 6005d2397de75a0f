import type { Command } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { ProbedCi } from '../../rsp/lpa/index.ts';
import { systemClock } from '../../time.ts';
import { addServer, serversOf } from './server.ts';
import type { ServerFlags } from './server.ts';
import { addJson, addRoots, readAnchors } from '../shared/options.ts';
import { answer, printable } from '../shared/output.ts';

interface Flags extends ServerFlags {
  readonly root: string[];
  readonly json?: boolean;
}

/** zkcx lpa probe --root CI ADDRESS */
export function registerLpaProbe(lpa: Command): void {
  const command = lpa
    .command('probe')
    .description('which CIs an SM-DP+ serves, and with which certificates')
    .argument('<address>', 'FQDN of the SM-DP+, with a port if it is not 443');
  addJson(addServer(addRoots(command))).action(async (address: string, flags: Flags) =>
    answer(flags, async () => {
      // whatever is asked of a server, it is a host name
      const { parseActivationCode, probeServer } = await import('../../rsp/lpa/index.ts');
      parseActivationCode(`1$${address}$`);
      let tls: readonly Uint8Array[] = [];
      const servers = await serversOf(flags, (chain) => (tls = chain));
      const anchors = await readAnchors(flags.root);
      const cis = await probeServer(servers(address), anchors, {
        now: systemClock(),
        random: systemRandom,
      });
      if (cis.length === 0) throw new ZkcxError('ERR_CLI_USAGE', 'give CIs to ask for by --root');
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
    }),
  );
}

function line({ ci, supported, oid, problem }: ProbedCi): string {
  return supported
    ? `CI ${hex(ci)}: supported, SM-DP+ OID ${oid ?? 'missing'}`
    : `CI ${hex(ci)}: not supported: ${printable(problem ?? '')}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const base64 = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('base64');
