import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  ManagedAgent,
  ManagedAgentChecks,
  TurnWorkflow,
} from 'cdk-bedrock-managed-agents';
import { AgentBlueprint } from 'cdk-bedrock-managed-agents/blueprints';
import {
  AgentAlarms,
  AgentBudget,
  AgentBudgetAction,
  AgentDashboard,
  AgentKillSwitch,
} from 'cdk-bedrock-managed-agents/operations';

// An ECMAScript module that imports every entry point: an agent with all that operates it.
if (typeof AgentBlueprint !== 'function') throw new Error('blueprints exports no AgentBlueprint');
const app = new App({ outdir: 'cdk.out/operations' });
const stack = new Stack(app, 'Operations', { env: { region: 'us-east-1' } });
const auditTrail = new AgentAuditTrail(stack, 'Audit');
const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail });
const agent = new ManagedAgent(stack, 'Agent', {
  model: AgentModel.GPT_5_6_LUNA,
  instructions: 'Summarize the build log in the workspace.',
  baseline,
});
const guardrail = AgentGuardrail.standard(stack, 'Guardrail', { encryptionKey: baseline.dataKey });
const workflows = [new TurnWorkflow(stack, 'Turns', { agent, guardrail })];
const topic = new Topic(stack, 'OnCall', { masterKey: baseline.dataKey, enforceSSL: true });
const killSwitch = new AgentKillSwitch(stack, 'KillSwitch', { workflows, notify: topic });
const alarms = new AgentAlarms(stack, 'Alarms', { workflows, notify: topic });
new AgentDashboard(stack, 'Dashboard', { workflows, alarms });
new AgentBudget(stack, 'Budget', {
  workflows,
  monthlyLimitUsd: 400,
  actions: [AgentBudgetAction.notify(80, topic), AgentBudgetAction.engage(120, killSwitch)],
});
Validations.of(app).addPlugins(new ManagedAgentChecks(app));
app.synth();
const report = join(app.outdir, 'validation-report.json');
const findings = existsSync(report) ? readFileSync(report, 'utf8').match(/"ruleName": ?"[^"]+"/g) : null;
if (findings) throw new Error(`findings: ${findings.join(', ')}`);
