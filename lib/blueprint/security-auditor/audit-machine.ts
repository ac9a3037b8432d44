import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { JsonPath, StateGraph, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { AUDIT_VARIABLES } from '../../contracts/handler-variables';
import {
  FINDINGS_READ_ACTIONS,
  FINDINGS_WRITE_ACTIONS,
  FUNCTION_INVOKE_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  KEY_WRITE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  PUT_EVENTS_ACTIONS,
  SECURITY_HUB_IMPORT_ACTIONS,
} from '../../identity/perms';
import { AgentNetworkService, type IAgentNetwork } from '../../network';
import { TurnTask, type TurnWorkflow } from '../../workflow';
import type { State } from '../../workflow/definition/asl';
import { kmsViaService } from '../../function/kms-via-service';
import type { TurnFunction } from '../../workflow/turn-function';
import { TurnMachine } from '../../workflow/turn-machine';
import { auditDefinition } from './audit-definition';
import { findingsFunction } from './findings-function';
import type { SecurityHubImport } from './security-hub-import';

/** Longest time that a turn takes in addition to its deadline: twice the wait for a slot, and the other steps. */
const AROUND_A_TURN = Duration.hours(10);

/** Maximum number of concurrent iterations of an inline map (Step Functions developer guide, state-map-inline.html). */
const MAX_MAP_CONCURRENCY = 40;

export interface AuditMachineProps {
  readonly workflow: TurnWorkflow;
  readonly network: IAgentNetwork;
  /** The names of the repositories for the agent. */
  readonly repositories: readonly string[];
  readonly findings: IBucket;
  readonly securityHub: SecurityHubImport;
  readonly approvalExpiry?: Duration;
  readonly logRetention: RetentionDays;
}

/** Runs an audit: one turn for each repository, a limited number at a time, and a summary. */
export class AuditMachine extends Construct {
  public readonly stateMachine: IStateMachine;

  constructor(scope: Construct, id: string, props: AuditMachineProps) {
    super(scope, id);
    const { workflow, repositories, logRetention } = props;
    const { agent, encryptionKey, ledger, eventBus } = workflow;
    const summarize = this.summarizeFunction(props);
    const concurrency = Math.min(workflow.maxConcurrency, MAX_MAP_CONCURRENCY);
    const rounds = Math.ceil(repositories.length / concurrency);
    const turn = new TurnTask(this, 'AuditRepository', {
      workflow,
      prompt: JsonPath.format(
        'Audit the repository {}. Clone it with clone_repository and the name {}; the night of this audit is {}.',
        JsonPath.stringAt('$.repository'),
        JsonPath.stringAt('$.repository'),
        JsonPath.stringAt('$.night'),
      ),
      // Names from the configuration and the time of the schedule: the text is trusted.
      screenPrompt: false,
      subject: { repository: JsonPath.stringAt('$.repository'), night: JsonPath.stringAt('$.night') },
      deduplicationKey: JsonPath.format('audit#{}#{}', JsonPath.stringAt('$.night'), JsonPath.stringAt('$.repository')),
    });
    const graph = new StateGraph(turn.startState, 'The audit of one repository');
    const { States: states } = graph.toGraphJson() as { States: Record<string, State> };
    this.stateMachine = new TurnMachine(this, 'Audits', {
      description: `Audits of the managed agent ${agent.agentName}`,
      definition: auditDefinition(
        {
          partition: Stack.of(this).partition,
          table: ledger.tableName,
          eventBus: eventBus.eventBusName,
          summarizeAudit: summarize.function.functionArn,
        },
        {
          repositories,
          concurrency,
          timeoutSeconds:
            rounds *
            (workflow.turnDeadline.toSeconds() + AROUND_A_TURN.toSeconds() + (props.approvalExpiry?.toSeconds() ?? 0)),
          turn: states[turn.stateId],
        },
      ),
      statements: [
        new PolicyStatement({
          sid: 'ClaimNights',
          actions: LEDGER_CHANGE_ACTIONS,
          resources: [ledger.tableArn],
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit#*'] } },
        }),
        kmsViaService(this, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
        ...graph.policyStatements,
        new PolicyStatement({
          sid: 'SumUp',
          actions: FUNCTION_INVOKE_ACTIONS,
          resources: [summarize.function.functionArn],
        }),
        new PolicyStatement({ sid: 'PublishSummary', actions: PUT_EVENTS_ACTIONS, resources: [eventBus.eventBusArn] }),
      ],
      encryptionKey,
      logRetention,
    }).stateMachine;
  }

  private summarizeFunction({
    workflow,
    network,
    findings,
    securityHub,
    logRetention,
  }: AuditMachineProps): TurnFunction {
    const { agent, encryptionKey } = workflow;
    const scope = new Construct(this, 'Summary');
    const { partition, account } = Stack.of(this);
    const imports = securityHub._imports;
    if (imports) {
      network.addService(AgentNetworkService.interface('securityhub', { actions: SECURITY_HUB_IMPORT_ACTIONS }));
    }
    return findingsFunction(scope, {
      code: 'summarize-audit',
      description: `Sums up the audits of the agent ${agent.agentName}`,
      network,
      encryptionKey,
      logRetention,
      environment: {
        [AUDIT_VARIABLES.agentName]: agent.agentName,
        [AUDIT_VARIABLES.findingsBucket]: findings.bucketName,
        [AUDIT_VARIABLES.securityHub]: imports ? 'new-findings' : 'none',
        [AUDIT_VARIABLES.partition]: partition,
        [AUDIT_VARIABLES.account]: account,
      },
      timeout: Duration.minutes(5),
      statements: [
        new PolicyStatement({
          sid: 'StoreSummary',
          actions: FINDINGS_WRITE_ACTIONS,
          resources: [findings.arnForObjects('audits/*')],
        }),
        kmsViaService(
          this,
          findings.encryptionKey ?? encryptionKey,
          's3',
          imports ? KEY_READ_WRITE_ACTIONS : KEY_WRITE_ACTIONS,
        ),
        ...(imports
          ? [
              new PolicyStatement({
                sid: 'ReadFindings',
                actions: FINDINGS_READ_ACTIONS,
                resources: [findings.arnForObjects('findings/*')],
              }),
              new PolicyStatement({
                sid: 'ImportFindings',
                actions: SECURITY_HUB_IMPORT_ACTIONS,
                // The product ARN for findings of the account itself.
                resources: [
                  Stack.of(this).formatArn({
                    service: 'securityhub',
                    resource: 'product',
                    resourceName: `${account}/default`,
                  }),
                ],
              }),
            ]
          : []),
      ],
    });
  }
}
