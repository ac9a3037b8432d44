import { Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentModel, AgentTrigger, ManagedAgent, TurnApproval, TurnWorkflow } from '../../../lib';
import { AGENT_OUTPUT_PREFIX, AGENT_RECORD_FORMAT } from '../../../lib/contracts/agent-record';

test('a workflow writes one stack output that says where its turns, evidence, bus and queues are', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const baseline = new AgentBaseline(stack, 'Baseline');
  const workflows = ['Reviewer', 'Auditor'].map((id) => {
    const agent = new ManagedAgent(stack, id, {
      agentName: id.toLowerCase(),
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review.',
      baseline,
    });
    return new TurnWorkflow(stack, `${id}Turns`, {
      agent,
      ...(id === 'Reviewer' ? { approval: TurnApproval.onRequest() } : {}),
    });
  });
  // After the workflow: what is added later is in it, too.
  workflows[0].addTrigger(AgentTrigger.onSchedule('Nightly', ScheduleExpression.expression('rate(1 day)')));

  const template = Template.fromStack(stack);
  const outputs = Object.entries(template.findOutputs('*')).filter(([id]) => id.startsWith(AGENT_OUTPUT_PREFIX));
  const value = (index: number) => JSON.stringify(outputs[index][1].Value);

  expect(outputs).toHaveLength(2);
  expect(outputs.map(([id]) => id)).toEqual(outputs.map(() => expect.stringMatching(/^BmaAgent[0-9a-f]{8}$/)));
  expect(value(0)).toContain(AGENT_RECORD_FORMAT);
  expect(value(0)).toContain('reviewer');
  for (const resource of [
    'ReviewerTurnsMachine',
    'ReviewerTurnsSettlementMachine',
    'ReviewerTurnsEvidence',
    'ReviewerTurnsOutcomesBus',
    'ReviewerTriggersNightlyStarterQueuesEvents',
    'ReviewerTriggersNightlyStarterQueuesDeadLetters',
    'ReviewerTurnsApproveApproveTurnFunctionFunctionUrl',
  ]) {
    expect(value(0)).toContain(resource);
  }
  expect(value(1)).not.toContain('approveUrl');
  expect(outputs.every(([, { Export }]) => Export === undefined)).toBe(true);
});
