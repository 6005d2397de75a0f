#!/usr/bin/env node
/** zkcx: the command line. One command a file; only output.ts prints. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { registerAggregate } from './aggregate/aggregate.ts';
import { registerCertInspect } from './cert/inspect.ts';
import { registerCertifyProve } from './certify/prove.ts';
import { registerCertifyVerify } from './certify/verify.ts';
import { registerChainCheck } from './chain/check.ts';
import { registerChainProve } from './chain/prove.ts';
import { registerChainVerify } from './chain/verify.ts';
import { registerCrlInspect } from './crl/inspect.ts';
import { registerCrlProve } from './crl/prove.ts';
import { registerCrlVerify } from './crl/verify.ts';
import { registerCredential } from './credential/index.ts';
import { registerEuicc } from './euicc/index.ts';
import { EXIT } from './shared/exit-codes.ts';
import { registerKeys } from './keys/index.ts';
import { registerLpa } from './lpa/index.ts';
import { registerPossessProve } from './possess/prove.ts';
import { registerPossessVerify } from './possess/verify.ts';
import { registerPresentProve } from './present/prove.ts';
import { registerPresentRequest } from './present/request.ts';
import { registerPresentVerify } from './present/verify.ts';
import { registerRegistry } from './registry/index.ts';
import { registerRevocationBuild } from './revocation/build.ts';
import { registerRevocationShow } from './revocation/show.ts';
import { registerSmdpp } from './smdpp/index.ts';
import { registerWorker } from './aggregate/worker.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const zkcx = new Command('zkcx')
  .description('Prove GSMA (SGP.22) certificate chains without showing them.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('Run the command with --help for its usage.')
  .addHelpText(
    'after',
    '\nExit codes: 0 done; 1 the answer is no (not valid, not trusted); 2 bad input or usage.',
  );

const cert = zkcx.command('cert').description('single certificates');
registerCertInspect(cert);
const chain = zkcx.command('chain').description('certificate chains');
registerChainCheck(chain);
registerChainProve(chain);
registerChainVerify(chain);
const crl = zkcx.command('crl').description('revocation lists');
registerCrlInspect(crl);
registerCrlProve(crl);
registerCrlVerify(crl);
const revocation = zkcx.command('revocation').description('revocation maps');
registerRevocationBuild(revocation);
registerRevocationShow(revocation);
const present = zkcx.command('present').description('session proofs');
registerPresentRequest(present);
registerPresentProve(present);
registerPresentVerify(present);
const possess = zkcx.command('possess').description('later messages of a session');
registerPossessProve(possess);
registerPossessVerify(possess);
const certify = zkcx.command('certify').description('static statements of servers');
registerCertifyProve(certify);
registerCertifyVerify(certify);
registerAggregate(zkcx);
registerWorker(zkcx);
registerCredential(zkcx.command('credential').description('credentials in a store'));
registerRegistry(zkcx.command('registry').description('published credentials, on Mina'));
registerSmdpp(zkcx.command('smdpp').description('an SM-DP+ of SGP.22: server, orders, profiles'));
registerLpa(zkcx.command('lpa').description('an LPA of SGP.22: profiles on an eUICC'));
registerEuicc(zkcx.command('euicc').description('an eUICC of SGP.22 in software'));
registerKeys(zkcx.command('keys').description('verification keys pinned in the package'));

try {
  await zkcx.parseAsync();
} catch (error) {
  // commander has printed what was wrong; its own code for help and version is 0
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.unusable;
}
