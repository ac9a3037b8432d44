import type { Probe } from './probe';
import { alarmTopicKey } from './probes/alarm-topic';
import { commentAuthors } from './probes/code-commit';
import { dnsNames, execWebSocket, sourceVpce } from './probes/connection';
import { codeDeployEndpointPolicy, mantleEndpointZones } from './probes/endpoint-services';
import { busDeadLetterArn } from './probes/event-bus';
import { guardrailFalseAlarms } from './probes/guardrail';
import { guardrailKey, keyContexts, keyDenials, keyGrants, schedulerKey } from './probes/keys';
import { lifecycleContract, logStreams, pingFields, sessionStorage } from './probes/runtime-logs';
import { simulatorKnowsMantle } from './probes/simulator';
import { imagePullPrincipal, invokedBy, projectPlacement, sessionEvents } from './probes/trail';
import { projectMetrics, putObjectJson, turnUsage } from './probes/turn-facts';

/**
 * Every probe, cheapest first: probes that only read, then probes that cost money, then probes that create resources.
 */
export const PROBES: readonly Probe[] = [
  codeDeployEndpointPolicy,
  mantleEndpointZones,
  simulatorKnowsMantle,
  sourceVpce,
  execWebSocket,
  dnsNames,
  logStreams,
  lifecycleContract,
  sessionStorage,
  pingFields,
  turnUsage,
  putObjectJson,
  sessionEvents,
  invokedBy,
  projectPlacement,
  imagePullPrincipal,
  keyDenials,
  keyGrants,
  guardrailKey,
  schedulerKey,
  keyContexts,
  alarmTopicKey,
  projectMetrics,
  guardrailFalseAlarms,
  commentAuthors,
  busDeadLetterArn,
];
