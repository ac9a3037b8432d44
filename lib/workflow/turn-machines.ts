/** The two state machines of a workflow: turns, and the settlement of turns that were stopped. */
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib/core';
import { definitionParameterArn } from '../agent/definition-parameter';
import type { IAgentBaseline } from '../baseline';
import type { IAgentGuardrail } from '../guardrail';
import { OUTAGE_ATTEMPTS, type Targets } from './definition/asl';
import { settlementDefinition } from './definition/settlement-definition';
import { turnDefinition } from './definition/turn-definition';
import { finishStatements, settlementStatements, turnStatements } from './machine-permissions';
import { Settlement } from './settlement';
import type { TurnApproval } from './turn-approval';
import type { TurnFunctions } from './turn-functions';
import { TurnMachine } from './turn-machine';
import type { TurnSettings } from './turn-settings';
import { LAST_STEP_SECONDS } from './turn-step-table';
import type { TurnWorkflow } from './turn-workflow';
import type { TurnWorkflowProps } from './turn-workflow-props';

/** Time of an execution in addition to waiting and the turn itself: screening, retries, evidence. */
const OVERHEAD_SECONDS = 2 * 60 * 60;

/** Attempts of a step are half a minute apart on average: up to a minute, with random jitter. */
const SECONDS_PER_ATTEMPT = 30;

/** The function that checks the answer of a delivery function. */
const CHECKS_DELIVERY = ['prepare-turn'] as const;

export interface TurnMachinesProps extends Pick<TurnWorkflowProps, 'finalAnswer'> {
  readonly settings: TurnSettings;
  readonly approval: TurnApproval;
  readonly guardrail: IAgentGuardrail;
  readonly baseline: IAgentBaseline;
  readonly functions: TurnFunctions;
  /** Functions of the app and of the environment. */
  readonly steps: Readonly<Record<'staging' | 'compute' | 'delivery', IFunction | undefined>>;
}

type StepName = keyof Targets['functions'];

/** @param workflow whose stores, bus and agent the machines use */
export function turnMachines(
  workflow: TurnWorkflow,
  { settings, approval, guardrail, baseline, functions, steps, finalAnswer }: TurnMachinesProps,
): { turns: TurnMachine; settlement: Settlement } {
  const { agent, ledger, evidenceBucket, eventBus, encryptionKey, maxConcurrency } = workflow;
  const { logRetention, evidenceKey } = baseline;
  const { staging, compute, delivery } = steps;
  const { deadlineSeconds, slotSeconds } = settings;
  const names = Object.keys(functions.byName) as StepName[];
  const targets: Targets = {
    partition: Stack.of(workflow).partition,
    table: ledger.tableName,
    bucket: evidenceBucket.bucketName,
    eventBus: eventBus.eventBusName,
    guardrailId: guardrail.guardrailId,
    guardrailVersion: guardrail.guardrailVersion,
    definitionParameter: agent.sessionDefinition.parameterName,
    functions: Object.fromEntries(
      names.map((name) => [name, functions.byName[name].function.functionArn]),
    ) as Targets['functions'],
    stepAttempts: Math.max(OUTAGE_ATTEMPTS, Math.ceil(deadlineSeconds / SECONDS_PER_ATTEMPT)),
    steps: { staging: staging?.functionArn, compute: compute?.functionArn, delivery: delivery?.functionArn },
  };
  const finish = (called: readonly StepName[], ...others: (IFunction | undefined)[]) =>
    finishStatements(workflow, {
      tableArn: ledger.tableArn,
      bucketArn: evidenceBucket.bucketArn,
      eventBusArn: eventBus.eventBusArn,
      guardrail,
      encryptionKey,
      evidenceKey,
      functionArns: [
        ...called.map((name) => targets.functions[name]),
        ...others.flatMap((step) => step?.functionArn ?? []),
      ],
    });
  const turns = new TurnMachine(workflow, 'Turns', {
    description: `Turns of the managed agent ${agent.agentName}`,
    definition: turnDefinition(targets, {
      maxConcurrency,
      timeoutSeconds: (approval.expiry?.toSeconds() ?? 0) + slotSeconds + deadlineSeconds + OVERHEAD_SECONDS,
      approval: approval._rules(),
      finalAnswer: finalAnswer?._form,
    }),
    statements: [
      ...finish(names, staging, compute, delivery),
      ...turnStatements(
        workflow,
        ledger.tableArn,
        definitionParameterArn(workflow, agent.sessionDefinition.parameterName),
        approval,
      ),
    ],
    encryptionKey,
    logRetention,
  });
  const settlement = new Settlement(workflow, 'Settlement', {
    description: `Settles stopped turns of the managed agent ${agent.agentName}`,
    definition: settlementDefinition(targets, agent.agentName, { lastStepSeconds: LAST_STEP_SECONDS }),
    statements: [
      ...finish(
        ['cancel-turn', 'collect-evidence', 'judge-screening', 'close-session', ...(delivery ? CHECKS_DELIVERY : [])],
        delivery,
      ),
      ...settlementStatements(ledger.tableArn),
    ],
    encryptionKey,
    logRetention,
    of: turns.stateMachine,
  });
  return { turns, settlement };
}
