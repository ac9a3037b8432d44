import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentGuardrail, AgentKey } from '../../../lib';
import { decideFor } from '../../iam/decide';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';

/* Judges what `grants.apply` really renders with an independent IAM simulator. */

const stack = new Stack(new App(), 'S', { env: { account: ACCOUNT, region: REGION } });
const role = new Role(stack, 'Screener', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
AgentGuardrail.standard(stack, 'Mine').grants.apply(role);
AgentGuardrail.standard(stack, 'Other');
const importer = new Role(stack, 'Importer', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
AgentGuardrail.fromAgentGuardrailAttributes(stack, 'Imported', {
  guardrailArn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/brought`,
  guardrailVersion: '3',
  encryptionKey: new AgentKey(stack, 'BroughtKey'),
}).grants.apply(importer);

const account = new SynthesizedAccount(stack);
const guardrail = (part: string): string =>
  String(account.resolve({ 'Fn::GetAtt': [account.find('AWS::Bedrock::Guardrail', part).id, 'GuardrailArn'] }));
const key = (part: string): string => account.arn(account.find('AWS::KMS::Key', part).id);
const profile = (region: string, id = 'us.guardrail.v1:0', owner = ACCOUNT): string =>
  `arn:aws:bedrock:${region}:${owner}:guardrail-profile/${id}`;

const decide = (who: string, action: string, resource: string) =>
  decideFor(account, account.find('AWS::IAM::Role', who).id, { action, resource });

test.each([
  ['applies its guardrail', 'bedrock:ApplyGuardrail', guardrail('Mine')],
  ['applies it in us-east-1', 'bedrock:ApplyGuardrail', profile('us-east-1')],
  ['applies it in us-east-2', 'bedrock:ApplyGuardrail', profile('us-east-2')],
  ['applies it in us-west-2', 'bedrock:ApplyGuardrail', profile('us-west-2')],
])('the screener %s', async (_, action, resource) => {
  expect(await decide('Screener', action, resource)).toBe('Allowed');
});

test.each([
  ['applies another guardrail', 'bedrock:ApplyGuardrail', guardrail('Other')],
  [
    'applies the guardrail of another account',
    'bedrock:ApplyGuardrail',
    guardrail('Mine').replace(ACCOUNT, '999999999999'),
  ],
  ['is evaluated in another geography', 'bedrock:ApplyGuardrail', profile('eu-west-1', 'eu.guardrail.v1:0')],
  ['is evaluated in a Region that is no destination', 'bedrock:ApplyGuardrail', profile('us-west-1')],
  ['reads the policy of its guardrail', 'bedrock:GetGuardrail', guardrail('Mine')],
  ['changes its guardrail', 'bedrock:UpdateGuardrail', guardrail('Mine')],
  ['deletes its guardrail', 'bedrock:DeleteGuardrail', guardrail('Mine')],
  ['makes a version of it', 'bedrock:CreateGuardrailVersion', guardrail('Mine')],
  ['enforces it in the account', 'bedrock:PutEnforcedGuardrailConfiguration', '*'],
  ['encrypts with its key', 'kms:GenerateDataKey', key('Mine')],
  ['hands its key on', 'kms:CreateGrant', key('Mine')],
  ['decrypts with another key', 'kms:Decrypt', key('Other')],
  ['calls a model', 'bedrock:InvokeModel', `arn:aws:bedrock:${REGION}:${ACCOUNT}:provisioned-model/abcdefghijkl`],
])('the screener never %s', async (_, action, resource) => {
  expect(await decide('Screener', action, resource)).not.toBe('Allowed');
});

// The simulator drops an encryption context with a dash in its name, so the statement itself is compared.
test.each([
  ['Screener', 'Mine'],
  ['Importer', 'BroughtKey'],
])('the key serves the %s through Bedrock and for guardrails only', (who, part) => {
  const statements = account
    .identityPolicies(account.find('AWS::IAM::Role', who).id)
    .flatMap(({ policy }) => (policy as { Statement: { Action: unknown }[] }).Statement)
    .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
  expect(statements).toEqual([
    {
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: key(part),
      Condition: {
        StringLike: { 'kms:ViaService': 'bedrock.*.amazonaws.com' },
        Null: { 'kms:EncryptionContext:aws:bedrock:guardrail-id': 'false' },
      },
    },
  ]);
});

test('an imported guardrail can be applied, and nothing else', async () => {
  const brought = `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/brought`;
  expect(await decide('Importer', 'bedrock:ApplyGuardrail', brought)).toBe('Allowed');
  expect(await decide('Importer', 'bedrock:ApplyGuardrail', `${brought}2`)).not.toBe('Allowed');
  expect(await decide('Importer', 'bedrock:ApplyGuardrail', profile('us-east-1'))).not.toBe('Allowed');
});
