/** `bma-local` as a library. */
export { startLocalService, type LocalService } from './service';
export { type LocalServiceAdmin } from './service-admin';
export { type LocalServiceOptions, type ModelEndpoint } from './options';
export { type Compute, type ComputeProvider, type ComputeRequest } from './compute/compute';
export { LifecycleProcessProvider, type LifecycleProcessOptions } from './compute/lifecycle-process';
export { findCodexBinary } from './compute/codex-binary';
export { type Credentials } from './auth/principals';
export { type FaultKind, type FaultOptions, type Faults } from './faults/faults';
export { readScript } from './script/parse-script';
export { type Script } from './script/script';
