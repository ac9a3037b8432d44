import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentModel, AgentTool } from '../../agent';
import { requireInput, requireWholeNumber } from '../../validation/input-error';
import { ObjectLock } from '../../encryption';
import { FinalAnswer } from '../../workflow';
import { acceptedFindingsFile } from '../accepted-findings-file';
import { AgentBlueprint } from '../agent-blueprint';
import { AcceptFindingsStep } from './accept-findings-step';
import { AuditMachine } from './audit-machine';
import { AuditSchedule } from './audit-schedule';
import { auditorInstructions } from './auditor-instructions';
import type { SecurityAuditorProps } from './security-auditor-props';
import { SecurityHubImport } from './security-hub-import';
import { checkedProps, checkInputsOf } from '../../validation/checked-inputs';

const MAX_REPOSITORIES = 50;
const MAX_RULE_CHARACTERS = 8_000;

/**
 * Audits repositories on a schedule. Each repository is cloned and read in its own session, in a Runtime without a route to
 * the internet. The result is one SARIF 2.1.0 log per repository, which is checked, compared with the previous audit and stored
 * under Object Lock. If one repository fails, the others are still audited.
 *
 * ```
 * new SecurityAuditor(this, 'Auditor', {
 *   repositories: [SourceRepository.codeCommit(shop), SourceRepository.codeCommit(site)],
 *   schedule: ScheduleExpression.cron({ minute: '0', hour: '3', timeZone: TimeZone.EUROPE_BERLIN }),
 * });
 * ```
 *
 * @resource AWS::StepFunctions::StateMachine
 */
export class SecurityAuditor extends AgentBlueprint {
  static {
    checkInputsOf(this, 'SecurityAuditor');
  }

  /**
   * Logs of findings (`findings/<repository>/<night>.sarif`), summaries (`audits/<night>.json`), and the state for the
   * next comparison (`state/<repository>.json`).
   */
  public readonly findingsBucket: IBucket;

  /** Runs one audit of all repositories. Input: `{"night": "2026-11-24T03:00:00Z"}`; a night is audited once. */
  public readonly auditMachine: IStateMachine;

  /** Audits that could not be started. Should be empty. */
  public readonly deadLetters: IQueue;

  /**
   * @throws InputError when there is no repository or more than 50, the schedule is malformed, the rules are too long,
   * or a GitHub repository is given without egress to github.com.
   */
  constructor(scope: Construct, id: string, props: SecurityAuditorProps) {
    super(scope, id, checkedProps('SecurityAuditor', scope, id, props));
    const { repositories, additionalRules } = props;
    requireWholeNumber(this, 'number of repositories', repositories.length, 1, MAX_REPOSITORIES, 'repositories');
    requireInput((additionalRules?.length ?? 0) <= MAX_RULE_CHARACTERS, this, {
      input: 'additionalRules',
      value: `${additionalRules?.length} characters`,
      allowed: `at most ${MAX_RULE_CHARACTERS} characters`,
      fix: 'say what differs from a usual audit, and no more',
    });
    const findings = this.addOutputBucket('Findings', {
      lock: props.findingsLock ?? ObjectLock.governance(Duration.days(90)),
    });
    this.findingsBucket = findings;
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: auditorInstructions(additionalRules),
      tools: [AgentTool.source({ repositories })],
      finalAnswer: FinalAnswer.jsonDocument(),
      delivery: new AcceptFindingsStep(findings, acceptedFindingsFile(this, props.acceptedFindings)),
    });
    const { workflow, agent } = this;
    const { network, dataKey: encryptionKey, logRetention } = this.baseline;
    this.auditMachine = new AuditMachine(this, 'Audit', {
      workflow,
      network,
      repositories: repositories.map(({ name }) => name),
      findings,
      securityHub: props.securityHub ?? SecurityHubImport.none(),
      approvalExpiry: props.approval?.expiry,
      logRetention,
    }).stateMachine;
    this.deadLetters = new AuditSchedule(this, 'Schedule', {
      machine: this.auditMachine,
      expression: props.schedule,
      encryptionKey,
      agentName: agent.agentName,
    }).deadLetters;
  }
}
