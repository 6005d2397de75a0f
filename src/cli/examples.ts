/** Examples in the help of commands, by the command. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'cert inspect': ['zkcx cert inspect CERT.der'],
  'chain check': ['zkcx chain check --ci CI.der EUM.der EUICC.der'],
  'chain prove': [
    'zkcx chain prove --ci CI.der --out credential.json --proof proof.json EUM.der EUICC.der',
  ],
  'chain verify': ['zkcx chain verify proof.json --ci CI.der'],
  'crl inspect': ['zkcx crl inspect LIST.crl'],
  'crl prove': ['zkcx crl prove --ci CI.der --work work --out list.json LIST.crl'],
  'revocation build': [
    'zkcx revocation build --ci CI.der --sources sources.json --list LIST.crl --out map.json',
  ],
  'present prepare': [
    'zkcx present prepare --credential credential.json --ci CI.der --map map.json',
  ],
  'credential refresh': ['zkcx credential refresh --credential credential.json'],
  'credential share': ['zkcx credential share --credential credential.json --out shared.json'],
  'certify prove': [
    'zkcx certify prove --credential server.json --ci CI.der --map map.json --out statement.json',
  ],
  aggregate: ['zkcx aggregate --ci CI.der --out aggregate shared-1.json shared-2.json'],
  'registry deploy': ['zkcx registry deploy --ci CI.der'],
  'registry show': [
    'zkcx registry show',
    'zkcx registry show --node URL --deployment registry.json',
  ],
  'registry sync': ['zkcx registry sync --out registry.json'],
  'smdpp serve': [
    'zkcx smdpp serve --config smdpp.json',
    'zkcx smdpp serve --config smdpp.json --check',
  ],
  'lpa probe': ['zkcx lpa probe --ci CI.der smdpp.example.com'],
  completion: [
    'source <(zkcx completion bash)',
    'zkcx completion fish > ~/.config/fish/completions/zkcx.fish',
  ],
};
