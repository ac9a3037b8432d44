import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
  ManagedAgentChecks,
} from 'cdk-bedrock-managed-agents';

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Consumer', { env: { region: 'us-east-1' } });
const network = new AgentNetwork(stack, 'Network');
const audit = new AgentAuditTrail(stack, 'Audit');
const baseline = new AgentBaseline(stack, 'Baseline', { network, auditTrail: audit });
const agent = new ManagedAgent(stack, 'Agent', {
  model: AgentModel.GPT_5_6_LUNA,
  instructions: 'Summarize the build log in the workspace.',
  baseline,
});
new Bucket(stack, 'Artifacts', { encryptionKey: baseline.dataKey, enforceSSL: true }).grantRead(agent);
Validations.of(app).addPlugins(new ManagedAgentChecks(app));
app.synth();
