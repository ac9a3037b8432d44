/** The code of `bma probe`. Loaded lazily, because other commands don't need these AWS clients. */
export { CleanUpJournal } from './clean-up-journal';
export { verdictsOf, verdictsText } from './compare';
export { probePolicy } from './permissions';
export { caller, openProbeClients } from './probe-clients';
export { ProbeContext } from './probe-context';
export { readReport } from './read-report';
export { PROBES } from './registry';
export { planText, REPORT_FORMAT, reportText, withoutAccount, type ProbeReport } from './report';
export { runProbes } from './run-probes';
export { ownRegion } from '../verify/clients';
export { TemporaryStacks } from './temporary-stacks';
