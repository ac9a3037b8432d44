import { identifierOf } from '../../../lib/contracts/fact-text';
import type { TurnSubject } from '../../../lib/contracts/turn';

/** The event, as typed values. */
export type IncidentEvent =
  | { readonly kind: 'alarm'; readonly alarm: string; readonly state: 'ALARM' | 'OK' }
  | { readonly kind: 'deployment'; readonly deploymentId: string; readonly state: string }
  | { readonly kind: 'timer'; readonly incident: string; readonly after: string };

const ALARM_ARN = /^arn:[a-z-]+:cloudwatch:[a-z0-9-]+:\d{12}:alarm:(.+)$/s;
const DEPLOYMENT = /^d-[A-Za-z0-9]{1,32}$/;

/** The event of a turn, from its subject; undefined if a responder doesn't handle it. */
export function incidentEvent(subject: TurnSubject | undefined): IncidentEvent | undefined {
  const { alarmArn, state, deploymentId, deploymentState, incident, after } = subject ?? {};
  if (alarmArn !== undefined && (state === 'ALARM' || state === 'OK')) {
    const alarm = ALARM_ARN.exec(identifierOf(alarmArn))?.[1];
    return alarm === undefined ? undefined : { kind: 'alarm', alarm, state };
  }
  if (deploymentId !== undefined && DEPLOYMENT.test(deploymentId) && deploymentState !== undefined) {
    return { kind: 'deployment', deploymentId, state: deploymentState };
  }
  if (incident !== undefined && after !== undefined) return { kind: 'timer', incident, after };
  return undefined;
}
