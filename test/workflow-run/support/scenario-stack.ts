/** The workflow as a user would write it, synthesized, and read back from the template. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentGuardrail,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
  TurnApproval,
  TurnWorkflow,
  type TurnWorkflowProps,
} from '../../../lib';
import type { Machine } from '../../../lib/workflow/definition/asl';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';

export interface Deployed {
  readonly agentName: string;
  readonly turns: Machine;
  readonly settlement: Machine;
  readonly account: SynthesizedAccount;
  readonly table: { readonly name: string; readonly properties: Record<string, any> };
  readonly bucket: string;
  /** Value of the SSM parameter, the object it points to, and the bytes of that object. */
  readonly binding: string;
  readonly definitionFile: { readonly bucket: string; readonly key: string; readonly bytes: Buffer };
  /** The starter of the first trigger: bundle with its configuration, and variables. */
  readonly starter?: { readonly directory: string; readonly environment: Record<string, string> };
  /** Variables of every function, by the name of its bundle. */
  readonly functions: Readonly<Record<string, { readonly arn: string; readonly environment: Record<string, string> }>>;
}

const NAMES = [
  'prepare-turn',
  'judge-screening',
  'open-session',
  'submit-turn',
  'check-turn',
  'cancel-turn',
  'collect-evidence',
  'close-session',
  'expire-sessions',
  'approve-turn',
];

export function deploy(
  props: Partial<TurnWorkflowProps> = {},
  more: (agent: ManagedAgent, stack: Stack) => void = () => undefined,
): Deployed {
  const app = new App();
  const stack = new Stack(app, 'Reviews', { env: { account: ACCOUNT, region: REGION } });
  const agent = new ManagedAgent(stack, 'Reviewer', {
    agentName: 'reviewer',
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review the change.',
    network: new AgentNetwork(stack, 'Network'),
  });
  new TurnWorkflow(stack, 'Turns', {
    agent,
    guardrail: AgentGuardrail.standard(stack, 'Guardrail'),
    approval: TurnApproval.onRequest(),
    ...props,
  });
  more(agent, stack);
  const account = new SynthesizedAccount(stack);
  const machine = (part: string) =>
    JSON.parse(account.find('AWS::StepFunctions::StateMachine', part).properties.DefinitionString as string) as Machine;
  const parameter = account.find('AWS::SSM::Parameter');
  const binding = String(parameter.properties.Value);
  const { bucket, key } = JSON.parse(binding) as { bucket: string; key: string };
  const outdir = app.synth().directory;
  const starter = account
    .all('AWS::Lambda::Function')
    .find(({ properties }) => properties.Environment?.Variables?.BMA_AGENT_NAME);
  const asset = readdirSync(outdir).find((file) => file.startsWith(`asset.${path.parse(key).name}`))!;
  const table = account.find('AWS::DynamoDB::Table');
  return {
    agentName: agent.agentName,
    turns: machine('TurnsMachine'),
    settlement: machine('Settlement'),
    account,
    table: { name: table.id, properties: table.properties },
    bucket: account.find('AWS::S3::Bucket', 'Evidence').id.toLowerCase(),
    binding,
    definitionFile: { bucket, key, bytes: readFileSync(path.join(outdir, asset)) },
    ...(starter
      ? {
          starter: {
            directory: path.join(outdir, `asset.${path.parse(starter.properties.Code.S3Key as string).name}`),
            environment: starter.properties.Environment.Variables as Record<string, string>,
          },
        }
      : {}),
    functions: Object.fromEntries(
      NAMES.flatMap((name) => {
        const pascal = name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
        const found = account.all('AWS::Lambda::Function').find(({ id }) => id.includes(`${pascal}Function`));
        return found
          ? [[name, { arn: account.arn(found.id), environment: found.properties.Environment.Variables }]]
          : [];
      }),
    ),
  };
}
