import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { injectedProps } from '../injection/injected-props';
import type { TurnWorkflow } from '../workflow/turn-workflow';
import type { AgentAlarms } from './agent-alarms';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireWorkflows } from './require-workflows';
import { requirePattern } from '../validation/input-error';
import { requireUniqueName } from '../validation/unique-name';

/**
 * Options of a dashboard.
 *
 * @experimental
 */
export interface AgentDashboardProps {
  /** The workflows, each in its own row. */
  readonly workflows: TurnWorkflow[];

  /**
   * Alarms that are shown first.
   *
   * @default - none
   */
  readonly alarms?: AgentAlarms;

  /**
   * Name of the dashboard.
   *
   * @default - chosen by CloudFormation
   */
  readonly dashboardName?: string;
}

const WIDTH = 24;

/**
 * A dashboard for one or many agents: alarms, turns, duration, waiting and failed events, compute, tokens.
 *
 * @resource AWS::CloudWatch::Dashboard
 * @experimental
 */
export class AgentDashboard extends Construct {
  static {
    checkInputsOf(this, 'AgentDashboard');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentDashboard';

  /** The dashboard, to which you can add your own widgets. */
  public readonly dashboard: cloudwatch.Dashboard;

  /** @throws InputError when there is no workflow */
  constructor(scope: Construct, id: string, props: AgentDashboardProps) {
    super(scope, id);
    props = injectedProps(AgentDashboard.PROPERTY_INJECTION_ID, scope, id, props);
    requireWorkflows(this, props.workflows);
    const { dashboardName } = props;
    if (dashboardName !== undefined) {
      requirePattern(
        this,
        'dashboardName',
        dashboardName,
        /^[A-Za-z0-9_-]{1,255}$/,
        '1 to 255 letters, digits, dashes and underscores',
        'choose another name, for example agents',
      );
      if (!Token.isUnresolved(dashboardName)) requireUniqueName(this, 'dashboardName', dashboardName);
    }
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.days(1),
      periodOverride: cloudwatch.PeriodOverride.AUTO,
    });
    const { alarms } = props;
    if (alarms) {
      this.dashboard.addWidgets(
        new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: alarms.alarms, width: WIDTH }),
      );
    }
    for (const workflow of props.workflows) this.addRow(workflow);
  }

  private addRow(workflow: TurnWorkflow): void {
    const { agent, metrics, busDeadLetters, settlementDeadLetters } = workflow;
    const [compute, ...computeUsed] = (agent.environment?.computeGraphs() ?? []).map(
      (props) => new cloudwatch.GraphWidget({ ...props, width: WIDTH / 4 }),
    );
    const graph = (title: string, left: cloudwatch.IMetric[]) =>
      new cloudwatch.GraphWidget({ title, left, width: WIDTH / 4 });
    const queues = [
      busDeadLetters.metricApproximateNumberOfMessagesVisible({ label: 'outcome events' }),
      settlementDeadLetters.metricApproximateNumberOfMessagesVisible({ label: 'settlements' }),
    ];
    workflow._operated().onStarter(({ triggerId, deadLetters }) => {
      queues.push(deadLetters.metricApproximateNumberOfMessagesVisible({ label: triggerId }));
    });
    this.dashboard.addWidgets(
      new cloudwatch.TextWidget({ markdown: `## ${agent.agentName}`, width: WIDTH, height: 1 }),
    );
    this.dashboard.addWidgets(
      graph('Turns', [
        metrics.turnsStarted({ label: 'started' }),
        metrics.turnsEnded({ label: 'ended' }),
        metrics.executionsFailed({ label: 'settled' }),
      ]),
      graph('Time of a turn (ms)', [
        metrics.turnTimeInMillis({ label: 'median', statistic: 'p50' }),
        metrics.turnTimeInMillis({ label: 'slowest of 20', statistic: 'p95' }),
      ]),
      graph('Dead letters', queues),
      ...(compute ? [compute] : []),
    );
    const { metrics: tokens } = agent.project;
    this.dashboard.addWidgets(
      graph('Tokens of the project', [
        tokens.inputTokens({ label: 'input' }),
        tokens.outputTokens({ label: 'output' }),
      ]),
      ...computeUsed,
    );
  }
}
