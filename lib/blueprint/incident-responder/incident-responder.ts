import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Lazy, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentModel, AgentTool } from '../../agent';
import { AlarmState } from 'aws-cdk-lib/aws-cloudwatch';
import { AgentTrigger } from '../../trigger';
import { granted } from '../../identity/granted';
import { InputError, requireInput, requirePattern, requireWholeNumber } from '../../validation/input-error';
import { requireStandardTopic } from '../../validation/notification-topic';
import { grantAnswers } from '../../workflow/approve-function';
import { FinalAnswer } from '../../workflow';
import { AgentBlueprint } from '../agent-blueprint';
import { INCIDENT_SUBJECTS, TIMER_EVENT, type Wait } from '../../contracts/incident';
import type { IncidentResponderProps } from './incident-responder-props';
import { instructions } from './instructions';
import { OpsCenter } from './ops-center';
import { PublishReportStep } from './publish-report-step';
import { RemediationMachine } from './remediation-machine';
import { ResumeEvent } from './resume-event';
import { StageIncidentStep } from './stage-incident-step';
import { checkedProps, checkInputsOf } from '../../validation/checked-inputs';

/** The alarm names are in one environment variable of the step that opens incidents. */
const MAX_ALARMS = 20;

/**
 * Investigates incidents of one service. An alarm opens an incident. The agent reads logs, metrics and deployments, writes a
 * report, and waits if it needs more data. Later events resume the same conversation.
 *
 * The agent can read only the resources in the props, and it can't change the service: commands in its reports are suggestions
 * for people. With `remediation`, a report may propose one of the listed runbooks, which starts only after a person approved it.
 */
export class IncidentResponder extends AgentBlueprint {
  static {
    checkInputsOf(this, 'IncidentResponder');
  }

  /** Reports, as `reports/<incident>/<number>.json` and `.md`. Reports are never overwritten. */
  public readonly reportBucket: IBucket;

  /** URL for decisions about proposed remediations, by the name of the turn. Undefined without `remediation`. */
  public readonly approveUrl?: string;

  /** Requests approval of proposals and starts approved runbooks. Undefined without `remediation`. */
  public readonly remediationMachine?: IStateMachine;

  /** Proposals whose approval could not be requested. Undefined without `remediation`. Should be empty. */
  public readonly remediationDeadLetters?: IQueue;

  private readonly approveRemediation?: IFunction;

  /** @throws InputError when a name or number is out of range, an alarm watches no metric, or a scope is empty. */
  constructor(scope: Construct, id: string, props: IncidentResponderProps) {
    super(scope, id, checkedProps('IncidentResponder', scope, id, props));
    const { serviceName, alarms, maxTurns = 12, incidentWindow = Duration.hours(24), remediation } = props;
    const { coolDown = Duration.minutes(5), reopenWithin = Duration.minutes(30) } = props;
    requireWholeNumber(this, 'number of alarms', alarms.length, 1, MAX_ALARMS, 'alarms');
    requireWholeNumber(this, 'coolDown', coolDown.toSeconds({ integral: false }), 0, 86_400, 'seconds');
    requireWholeNumber(this, 'reopenWithin', reopenWithin.toSeconds({ integral: false }), 0, 86_400, 'seconds');
    this.check(props, maxTurns, incidentWindow);
    if (props.notify) {
      requireStandardTopic(this, 'notify', props.notify);
    }
    if (remediation?._notify) {
      requireStandardTopic(this, 'remediation.notify', remediation._notify);
    }
    const resumeOn = this.resumeEvents(props.resumeOn ?? [ResumeEvent.alarmRecovers()]);
    const timer = resumeOn.timer?._timer;
    const waits: Wait[] = ['alarm'];
    if (resumeOn.deployment) waits.push('deployment');
    if (timer) waits.push('timer');

    const reports = this.addOutputBucket('Reports', { retention: props.reportRetention });
    this.reportBucket = reports;
    const tools = this.tools(props);
    const timerTrigger: { placed?: AgentTrigger } = {};
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: instructions({
        serviceName,
        tools: tools.map(({ serverLabel }) => serverLabel),
        waits,
        runbooks: remediation?._rules,
      }),
      tools,
      // There is one incident at a time, so more turns would wait for its conversation.
      maxConcurrency: 2,
      turnDeadline: Duration.hours(1),
      notify: props.notify,
      staging: new StageIncidentStep({
        serviceName,
        alarms,
        maxTurns,
        window: incidentWindow,
        coolDown,
        reopenWithin,
        quietHours: props.quietHours,
        notify: props.notify,
      }),
      finalAnswer: FinalAnswer.jsonDocument(),
      delivery: new PublishReportStep({
        serviceName,
        reports,
        waits,
        timer,
        remediation,
        notify: props.notify,
        opsCenter: props.opsCenter ?? OpsCenter.none(),
        // The trigger with the queue is created after the workflow, whose bus it uses.
        timerDeadLetterArn: Lazy.string({ produce: () => timerTrigger.placed!.deadLetterQueue.queueArn }),
      }),
      triggers: [
        AgentTrigger.onAlarms('Alarms', alarms, {
          states: resumeOn.alarm ? [AlarmState.ALARM, AlarmState.OK] : [AlarmState.ALARM],
        }),
        ...(resumeOn.deployment ? [deploymentTrigger(resumeOn.deployment._applications)] : []),
      ],
    });
    if (timer) {
      timerTrigger.placed = AgentTrigger.onEvent(
        'Timer',
        { source: [TIMER_EVENT.source], detailType: [TIMER_EVENT.detailType] },
        {
          eventBus: this.workflow.eventBus,
          subject: INCIDENT_SUBJECTS.timer,
          deduplicationKey: ['detail.incident', 'detail.after'],
          prompt: 'The time that you asked to wait was over at {{event.time | time}}. Look again, and report.',
        },
      );
      this.workflow.addTrigger(timerTrigger.placed);
    }
    if (remediation) {
      const { workflow } = this;
      const machine = new RemediationMachine(this, 'Remediation', {
        workflow,
        remediation,
        logRetention: this.baseline.logRetention,
        notify: props.notify,
      });
      this.remediationMachine = machine.stateMachine;
      this.remediationDeadLetters = machine.deadLetters;
      this.approveUrl = machine.approveUrl;
      this.approveRemediation = machine.approveFunction;
    }
  }

  /**
   * The grantee may approve and deny remediations by calling `approveUrl`. The events contain the
   * approver. To permit decisions about turns, use `workflow.grants.approveTurns`.
   *
   * @throws InputError without `remediation`.
   */
  public grantApproveRemediation(grantee: IGrantable): Grant {
    if (!this.approveRemediation) {
      throw new InputError(this, {
        input: 'grantApproveRemediation',
        allowed: 'a responder whose reports may propose remediations',
        fix: 'set remediation: IncidentRemediation.withApproval({ … })',
      });
    }
    return granted(this, 'grantApproveRemediation', grantee, grantAnswers(this.approveRemediation, grantee));
  }

  private tools({ logGroups, logGroupKeys, metricNamespaces, alarms, deployments, runbook }: IncidentResponderProps) {
    return [
      AgentTool.cloudWatch({ logGroups, logGroupKeys, metricNamespaces, alarms }),
      ...(deployments ? [AgentTool.deployments(deployments)] : []),
      ...(runbook === undefined ? [] : [AgentTool.knowledgeBase({ knowledgeBaseArn: runbook })]),
    ];
  }

  private check(props: IncidentResponderProps, maxTurns: number, window: Duration): void {
    requirePattern(
      this,
      'serviceName',
      props.serviceName,
      /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
      '1 to 64 lower-case letters, digits and dashes',
      'name the service as in checkout',
    );
    requireInput(!Token.isUnresolved(props.serviceName), this, {
      input: 'serviceName',
      allowed: 'a name that is known at synth, because permissions are made from it',
      fix: 'write the name',
    });
    requireInput(props.logGroups.length > 0, this, {
      input: 'logGroups',
      value: [],
      allowed: 'at least one log group',
      fix: 'name the log groups of the service',
    });
    requireInput(props.metricNamespaces.length > 0, this, {
      input: 'metricNamespaces',
      value: [],
      allowed: 'at least one namespace',
      fix: 'name the namespaces of the metrics that the alarms watch',
    });
    requireWholeNumber(this, 'maxTurns', maxTurns, 1, 100, 'turns');
    requireInput(maxTurns > 1 || (props.resumeOn ?? []).length === 0, this, {
      input: 'maxTurns',
      value: maxTurns,
      allowed: 'at least 2 turns, because resumeOn names events that start a next one',
      fix: 'raise maxTurns, or leave resumeOn out',
    });
    const wait = (props.resumeOn ?? [])
      .map(({ _timer }) => _timer?.after.toMinutes() ?? 0)
      .find((each) => each >= window.toMinutes());
    requireInput(wait === undefined, this, {
      input: 'resumeOn',
      value: `a timer after ${wait} minutes`,
      allowed: `less than the incidentWindow of ${window.toMinutes()} minutes, after which an incident is over`,
      fix: 'shorten the timer, or lengthen incidentWindow',
    });
    requireWholeNumber(this, 'incidentWindow', window.toHours({ integral: false }), 1, 14 * 24, 'hours');
  }

  private resumeEvents(events: ResumeEvent[]): Partial<Record<ResumeEvent['_kind'], ResumeEvent>> {
    const byKind: Partial<Record<ResumeEvent['_kind'], ResumeEvent>> = {};
    for (const event of events) {
      requireInput(byKind[event._kind] === undefined, this, {
        input: 'resumeOn',
        value: event._kind,
        allowed: 'each kind once',
        fix: 'name all applications in one ResumeEvent.deploymentFinished, and one timer',
      });
      byKind[event._kind] = event;
    }
    return byKind;
  }
}

/** Source: docs.aws.amazon.com/eventbridge/latest/ref/events-ref-codedeploy.html */
function deploymentTrigger(applications: string[]): AgentTrigger {
  return AgentTrigger.onEvent(
    'Deployments',
    {
      source: ['aws.codedeploy'],
      detailType: ['CodeDeploy Deployment State-change Notification'],
      detail: { application: applications, state: ['SUCCESS', 'FAILURE', 'STOP'] },
    },
    {
      subject: INCIDENT_SUBJECTS.deployment,
      deduplicationKey: ['detail.deploymentId', 'detail.state'],
      prompt: [
        'A deployment of CodeDeploy ended with {{event.detail.state | enum:SUCCESS,FAILURE,STOP}} at {{event.time | time}}.',
        'Application: {{event.detail.application | text:100}}',
        'Deployment group: {{event.detail.deploymentGroup | text:100 | optional}}',
        'Deployment: {{event.detail.deploymentId | text:60}}',
        '',
        'Find out whether it changed the incident, and report.',
      ].join('\n'),
    },
  );
}
