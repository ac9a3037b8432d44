import {
  type KillReport,
  type KillStepAnswer,
  type KillStepPayload,
  MAX_REASON_CHARACTERS,
} from '../../../lib/contracts/kill-switch';

const UNPROVEN: KillReport['unproven'] = [
  'Compute: stopping the Runtime session of a session requires an id that the service does not provide. AgentCore ends the compute after the idle timeout of the Runtime. Until then the execution role is denied everything.',
  'Sessions that the service does not list were not deleted. The session role is denied everything, so none of them can call a model.',
];

/** The report of engaging or releasing the kill switch. */
export function newReport({ step, execution, targets }: KillStepPayload): KillReport {
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
    unproven: step === 'check-release' ? [] : UNPROVEN,
    settlementChecks: 0,
    deletionRounds: 0,
    triggerChecks: 0,
  };
}

type Count =
  'turnsStopped' | 'sessionsCancelled' | 'sessionsDeleted' | 'settlementChecks' | 'deletionRounds' | 'triggerChecks';

/** The report with added counts. */
export function counted(report: KillReport, more: Partial<Record<Count, number>>, again: boolean): KillStepAnswer {
  const sums = Object.entries(more).map(([name, number]) => [name, report[name as Count] + number]);
  return { report: { ...report, ...(Object.fromEntries(sums) as Partial<KillReport>) }, again };
}
