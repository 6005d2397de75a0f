/** Every command: `zkcx <noun> <verb>` stands in the file `<noun>/<verb>.ts`. */
import { aggregate } from './aggregate/aggregate.ts';
import { worker } from './aggregate/worker.ts';
import { certInspect } from './cert/inspect.ts';
import { certifyProve } from './certify/prove.ts';
import { certifyVerify } from './certify/verify.ts';
import { chainCheck } from './chain/check.ts';
import { chainProve } from './chain/prove.ts';
import { chainVerify } from './chain/verify.ts';
import { completion } from './completion/completion.ts';
import { credentialList } from './credential/list.ts';
import { credentialRefresh } from './credential/refresh.ts';
import { credentialRenew } from './credential/renew.ts';
import { credentialShare } from './credential/share.ts';
import { credentialShow } from './credential/show.ts';
import { crlInspect } from './crl/inspect.ts';
import { crlProve } from './crl/prove.ts';
import { crlVerify } from './crl/verify.ts';
import { euicc } from './euicc/euicc.ts';
import { keysCheck } from './keys/check.ts';
import { lpaDelete } from './lpa/delete.ts';
import { lpaDisable } from './lpa/disable.ts';
import { lpaDiscover } from './lpa/discover.ts';
import { lpaDownload } from './lpa/download.ts';
import { lpaEnable } from './lpa/enable.ts';
import { lpaList } from './lpa/list.ts';
import { lpaNickname } from './lpa/nickname.ts';
import { lpaNotifications } from './lpa/notifications.ts';
import { lpaPrepare } from './lpa/prepare.ts';
import { lpaProbe } from './lpa/probe.ts';
import { orderBlind } from './order/blind.ts';
import { pkiCrl } from './pki/crl.ts';
import { pkiDomain } from './pki/domain.ts';
import { pkiIssue } from './pki/issue.ts';
import { pkiRenew } from './pki/renew.ts';
import { pkiRevoke } from './pki/revoke.ts';
import { pkiShow } from './pki/show.ts';
import { presentPrepare } from './present/prepare.ts';
import { presentProve } from './present/prove.ts';
import { presentRequest } from './present/request.ts';
import { presentVerify } from './present/verify.ts';
import { registryDeploy } from './registry/deploy.ts';
import { registryMap } from './registry/map.ts';
import { registryPath } from './registry/path.ts';
import { registryPublish } from './registry/publish.ts';
import { registryRelay } from './registry/relay.ts';
import { registryShow } from './registry/show.ts';
import { registrySync } from './registry/sync.ts';
import { registryTrustApply } from './registry/trust/apply.ts';
import { registryTrustCancel } from './registry/trust/cancel.ts';
import { registryTrustDrop } from './registry/trust/drop.ts';
import { registryTrustPropose } from './registry/trust/propose.ts';
import { registryTrustRemove } from './registry/trust/remove.ts';
import { registryTrustShow } from './registry/trust/show.ts';
import { registryUpdateRevocation } from './registry/update-revocation.ts';
import { revocationBuild } from './revocation/build.ts';
import { revocationShow } from './revocation/show.ts';
import type { CommandGroup } from './shared/command.ts';
import { smdsServe } from './smds/serve.ts';
import { smdppOpenapi } from './smdpp/openapi.ts';
import { smdppOrderAdd } from './smdpp/order/add.ts';
import { smdppOrderCancel } from './smdpp/order/cancel.ts';
import { smdppDeviceForget } from './smdpp/device/forget.ts';
import { smdppDeviceShow } from './smdpp/device/show.ts';
import { smdppOrderList } from './smdpp/order/list.ts';
import { smdppOrderReleaseClaim } from './smdpp/order/release-claim.ts';
import { smdppOrderPurge } from './smdpp/order/purge.ts';
import { smdppOrderShow } from './smdpp/order/show.ts';
import { smdppProfileAdd } from './smdpp/profile/add.ts';
import { smdppProfileList } from './smdpp/profile/list.ts';
import { smdppServe } from './smdpp/serve.ts';

const group = (
  name: string,
  description: string,
  ...commands: CommandGroup['commands']
): CommandGroup => ({ name, description, commands });

/** In the order of the help. */
export const COMMANDS: CommandGroup['commands'] = [
  group('cert', 'single certificates', certInspect),
  group('chain', 'certificate chains', chainCheck, chainProve, chainVerify),
  group('crl', 'revocation lists', crlInspect, crlProve, crlVerify),
  group('revocation', 'revocation maps', revocationBuild, revocationShow),
  group('present', 'session proofs', presentRequest, presentPrepare, presentProve, presentVerify),
  group('certify', 'static statements of servers', certifyProve, certifyVerify),
  aggregate,
  worker,
  group(
    'credential',
    'credentials of a holder',
    credentialList,
    credentialShow,
    credentialRenew,
    credentialRefresh,
    credentialShare,
  ),
  group(
    'registry',
    'published credentials, on Mina',
    registryDeploy,
    registryPublish,
    registryShow,
    registryPath,
    registrySync,
    registryMap,
    registryRelay,
    registryUpdateRevocation,
    group(
      'trust',
      'what the admin decides, with its delay',
      registryTrustPropose,
      registryTrustShow,
      registryTrustApply,
      registryTrustDrop,
      registryTrustCancel,
      registryTrustRemove,
    ),
  ),
  group(
    'smdpp',
    'an SM-DP+ of SGP.22: server, orders, profiles',
    smdppServe,
    smdppOpenapi,
    group(
      'order',
      'download orders',
      smdppOrderAdd,
      smdppOrderList,
      smdppOrderShow,
      smdppOrderCancel,
      smdppOrderReleaseClaim,
      smdppOrderPurge,
    ),
    group('profile', 'profiles in stock', smdppProfileAdd, smdppProfileList),
    group('device', 'what is known of a device', smdppDeviceShow, smdppDeviceForget),
  ),
  group('smds', 'an SM-DS of SGP.22: tells devices who has something for them', smdsServe),
  group('order', 'orders for a device whose EID the SM-DP+ does not learn', orderBlind),
  group(
    'lpa',
    'an LPA of SGP.22: profiles on an eUICC',
    lpaDownload,
    lpaDiscover,
    lpaList,
    lpaEnable,
    lpaDisable,
    lpaDelete,
    lpaNickname,
    lpaNotifications,
    lpaPrepare,
    lpaProbe,
  ),
  euicc,
  group(
    'pki',
    "certificates and revocation lists of one's own",
    pkiDomain,
    pkiIssue,
    pkiRenew,
    pkiRevoke,
    pkiCrl,
    pkiShow,
  ),
  group('keys', 'verification keys pinned in the package', keysCheck),
  completion(() => COMMANDS),
];
