import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { NoAnswer, probe } from '../probe';

export const turnUsage = probe({
  id: 'turn-usage',
  question: 'Does the terminal event of a turn contain the number of used tokens?',
  default: 'A budget counts the usage in the terminal event, and a maximum if the event was not received.',
  where: ['runtime/turn-handlers/watch-budget/turn-cost.ts', 'docs/budget.md'],
  needs: ['an agent', 'a completed turn'],
  looksAt: ['turn'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    filled: { means: 'The event has token counts.' },
    empty: {
      means: 'The event was received and has no token counts.',
      change: 'count the token metrics of the project instead, or the maximum only',
    },
  },
  async run(context) {
    const { manifest } = await context.turn();
    const terminal = manifest?.terminalEvent;
    if (terminal === undefined || terminal === null)
      throw new NoAnswer('the terminal event of the turn was not received');
    const { input_tokens: input, output_tokens: output } = (terminal.usage ?? {}) as Record<string, unknown>;
    const filled = typeof input === 'number' && typeof output === 'number';
    return {
      answer: filled ? 'filled' : 'empty',
      evidence: [`input_tokens: ${typeof input}`, `output_tokens: ${typeof output}`],
      confidence: 'certain',
    };
  },
});

export const putObjectJson = probe({
  id: 'put-object-json',
  question: 'Does Step Functions write an object that is the body of `s3:putObject` as JSON?',
  default: 'The workflow writes outcome.json in this way.',
  where: ['lib/workflow/definition/finish-states.ts', 'docs/workflow.md'],
  needs: ['an agent', 'a turn'],
  looksAt: ['turn'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    json: { means: 'outcome.json is one JSON object.' },
    other: {
      means: 'outcome.json is something else, for example a JSON string.',
      change: 'create the text with States.JsonToString (lib/workflow/definition/finish-states.ts)',
    },
  },
  async run(context) {
    const { outcomeText } = await context.turn();
    if (outcomeText === undefined) throw new NoAnswer('the turn has no outcome.json that can be read');
    let value: unknown;
    try {
      value = JSON.parse(outcomeText);
    } catch {
      return { answer: 'other', evidence: ['outcome.json is not JSON'], confidence: 'certain' };
    }
    const isObject = typeof value === 'object' && value !== null;
    return {
      answer: isObject ? 'json' : 'other',
      evidence: [`outcome.json: ${isObject ? 'an object' : typeof value}`],
      confidence: 'certain',
    };
  },
});

export const projectMetrics = probe({
  id: 'project-metrics',
  question: 'Do the metrics of AWS/BedrockMantle count the inference of managed agents?',
  default: 'A budget does not use them.',
  where: ['lib/identity/agent-project-metrics.ts', 'docs/budget.md'],
  needs: ['an agent', 'a completed turn that ended at least 15 minutes ago'],
  looksAt: ['turn'],
  permissions: [{ actions: ['cloudwatch:GetMetricData'] }],
  usd: 0.01,
  minutes: 1,
  answers: {
    counted: {
      means: 'The metrics have inferences during the turn.',
      change: 'let AgentBudget compare its sums with the token metrics of the project',
    },
    'not-counted': { means: 'The metrics have no inference during a completed turn.' },
  },
  async run(context) {
    const { state } = await context.turn();
    if (state.state !== 'Completed')
      throw new NoAnswer(`the turn ended as ${state.state}: it may have called no model`);
    const { from, to } = await context.turnPeriod();
    // For all projects: it is unknown whether another agent ran at the same time.
    const MetricDataQueries = [
      {
        Id: 'inferences',
        MetricStat: { Metric: { Namespace: 'AWS/BedrockMantle', MetricName: 'Inferences' }, Period: 60, Stat: 'Sum' },
      },
    ];
    const { MetricDataResults: [result] = [] } = await context.clients.cloudWatch.send(
      new GetMetricDataCommand({ StartTime: from, EndTime: to, MetricDataQueries }),
    );
    const inferences = (result?.Values ?? []).reduce((sum, value) => sum + value, 0);
    if (inferences > 0)
      return {
        answer: 'counted',
        evidence: [`inferences during the turn: ${inferences}`],
        confidence: 'likely',
      };
    await context.requireDelivered();
    return { answer: 'not-counted', evidence: ['inferences during the turn: 0'], confidence: 'certain' };
  },
});
