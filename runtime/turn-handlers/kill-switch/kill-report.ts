import {
  type KillReport,
  type KillStepAnswer,
  type KillStepPayload,
  MAX_REASON_CHARACTERS,
} from '../../../lib/contracts/kill-switch';

const UNPROVEN: KillReport['unproven'] = [
  'Compute: AgentCore ends the compute of a session after the idle timeout of the Runtime. Until then the execution role is denied everything.',
  'Sessions that the service does not list were not deleted. The session role is denied everything, so none of them can call a model.',
];

/** What is known when the kill switch is engaged or released. */
export function newReport({ execution, targets }: KillStepPayload): KillReport {
  const { reason } = execution.input ?? {};
  return {
    stop: {
      id: execution.id,
      at: execution.startTime,
      reason:
        typeof reason === 'string' && reason.trim() !== '' ? reason.slice(0, MAX_REASON_CHARACTERS) : 'no reason given',
    },
    agents: targets.map(({ agentName }) => agentName),
    turnsStopped: 0,
    sessionsCancelled: 0,
    sessionsDeleted: 0,
    left: 0,
    unproven: UNPROVEN,
    looks: 0,
    rounds: 0,
  };
}

type Count = 'turnsStopped' | 'sessionsCancelled' | 'sessionsDeleted' | 'looks' | 'rounds';

/** The report with more of something. */
export function counted(report: KillReport, more: Partial<Record<Count, number>>, again: boolean): KillStepAnswer {
  const sums = Object.entries(more).map(([name, number]) => [name, report[name as Count] + number]);
  return { report: { ...report, ...(Object.fromEntries(sums) as Partial<KillReport>) }, again };
}
