import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
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
const agent = new ManagedAgent(stack, 'Agent', {
  model: AgentModel.GPT_5_6_LUNA,
  instructions: 'Summarize the build log in the workspace.',
  network,
});
audit.watchSessionRole(agent, agent.sessionRole);
new Bucket(stack, 'Artifacts', { encryptionKey: audit.encryptionKey, enforceSSL: true }).grantRead(agent);
Validations.of(app).addPlugins(new ManagedAgentChecks(app));
app.synth();
