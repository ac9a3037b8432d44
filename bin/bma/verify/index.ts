/**
 * The code of `bma verify`. Loaded when it runs or prints its help, because other commands don't need these AWS
 * clients.
 */
import { STACK_PERMISSIONS } from './deployed-assembly';
import { READERS } from './verify-account';

export { analyze, ANALYZER_PERMISSIONS } from './access-analyzer';
export { callerAccount } from './caller-account';
export { AccountClients, ownRegion } from './clients';
export { deployedAssembly } from './deployed-assembly';
export { simulate } from './simulate';
export { compareAccount } from './verify-account';
export { VERIFY_FORMAT, verifyText } from './verify-text';

/** The IAM actions that `bma verify` calls. They only read. */
export const VERIFY_PERMISSIONS: readonly string[] = [
  ...new Set([
    ...STACK_PERMISSIONS,
    ...READERS.flatMap(({ permissions }) => permissions),
    'iam:SimulatePrincipalPolicy',
  ]),
].sort();
