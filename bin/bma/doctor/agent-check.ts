import { GetAgentRuntimeCommand, ListAgentRuntimeEndpointsCommand } from '@aws-sdk/client-bedrock-agentcore-control';
import { literalOf } from '../../../analysis/model/compose-text';
import { simulated } from './bootstrap-check';
import { type Check, type Examined, fail, type Judgement, notKnown, ok } from './check';
import { codexJudgement, imageJudgements } from './image';
import type { SubjectAgent } from './subject';
import { ask, judged } from './unanswered';

/** Checks each agent: its Runtime, its image, and whether its callers can pass its session role. */
export const AGENT_CHECK: Check = {
  group: 'agent',
  name: 'Runtime',
  permissions: [
    'bedrock-agentcore:GetAgentRuntime',
    'bedrock-agentcore:ListAgentRuntimeEndpoints',
    'ecr:BatchGetImage',
    'ecr:GetDownloadUrlForLayer',
    'iam:SimulatePrincipalPolicy',
  ],
  async run(examined) {
    const each = await Promise.all(
      (examined.subject?.agents ?? []).map(async (agent) => {
        let uri = agent.containerUri;
        const judgements = agent.deployed
          ? [
              ...(await judged(async () => {
                const found = await runtime(agent, examined);
                uri = found.uri ?? uri;
                return [found.judgement];
              })),
              ...named('session role', await judged(() => sessionRole(agent, examined))),
            ]
          : [];
        return [...judgements, ...named('image', await judged(() => image(agent, uri, examined)))].map((judgement) => ({
          ...judgement,
          group: `agent ${agent.name}`,
        }));
      }),
    );
    return each.flat();
  },
};

const named = (check: string, judgements: readonly Judgement[]): Judgement[] =>
  judgements.map((judgement) => ({ check, ...judgement }));

async function runtime({ deployed }: SubjectAgent, { clients: { agentCore } }: Examined) {
  const agentRuntimeId = deployed!.runtimeId;
  try {
    const { status, agentRuntimeArtifact } = await ask(
      'bedrock-agentcore:GetAgentRuntime',
      agentCore.send(new GetAgentRuntimeCommand({ agentRuntimeId })),
      NOT_FOUND,
    );
    const { runtimeEndpoints = [] } = await ask(
      'bedrock-agentcore:ListAgentRuntimeEndpoints',
      agentCore.send(new ListAgentRuntimeEndpointsCommand({ agentRuntimeId })),
    );
    const states = [status, ...runtimeEndpoints.map((each) => each.status)];
    const endpoints = runtimeEndpoints.map((each) => `${each.name} ${each.status}`).join(', ');
    const value = `${agentRuntimeId} is ${status}; endpoints: ${endpoints || 'none'}`;
    return {
      judgement: stateJudgement(states, value, agentRuntimeId),
      uri: agentRuntimeArtifact?.containerConfiguration?.containerUri,
    };
  } catch (problem) {
    if ((problem as Error).name !== NOT_FOUND) throw problem;
    return {
      judgement: fail(`${agentRuntimeId} does not exist`, 'npx bma verify shows what differs; then deploy again'),
    };
  }
}

function stateJudgement(states: readonly (string | undefined)[], value: string, agentRuntimeId: string): Judgement {
  if (states.every((state) => state === 'READY')) return ok(value);
  return states.some((state) => state?.endsWith('_FAILED'))
    ? fail(value, `aws bedrock-agentcore-control get-agent-runtime --agent-runtime-id ${agentRuntimeId}`)
    : notKnown(value, 'repeat the command when it has ended', 'no answer');
}

const NOT_FOUND = 'ResourceNotFoundException';

async function sessionRole({ deployed }: SubjectAgent, examined: Examined): Promise<Judgement[]> {
  const { clients, sessionRoles } = deployed!.agent;
  const arnsOf = (list: readonly { readonly arn: Parameters<typeof literalOf>[0] }[]) =>
    list.flatMap(({ arn }) => literalOf(arn) ?? []);
  const [callers, roles] = [arnsOf(clients), arnsOf(sessionRoles)];
  if (callers.length === 0 || roles.length === 0) {
    return [
      notKnown('no role of the app is known to pass it', 'grant turns to a role (docs/workflow.md)', 'not deployed'),
    ];
  }
  const refused: string[] = [];
  for (const caller of callers) {
    for (const role of roles) {
      const decision = await simulated(examined, caller, 'iam:PassRole', role, 'bedrock-mantle.amazonaws.com').catch(
        (problem: Error) => {
          if (problem.name !== 'NoSuchEntityException') throw problem;
          return 'no such role';
        },
      );
      if (decision !== 'allowed') refused.push(`${nameOf(caller)} may not pass ${nameOf(role)} (${decision})`);
    }
  }
  return refused.length === 0
    ? [ok(`${roles.map(nameOf).join(', ')} can be passed by ${callers.map(nameOf).join(', ')}`)]
    : [fail(refused.join('; '), 'npx bma verify shows what differs; a service control policy or boundary can deny it')];
}

const nameOf = (arn: string): string => arn.split('/').pop()!;

async function image(agent: SubjectAgent, uri: string | undefined, examined: Examined): Promise<readonly Judgement[]> {
  const built = examined.subject!.builtImages.find(({ tag }) => uri?.endsWith(`:${tag}`));
  if (agent.deployed && uri !== undefined) return imageJudgements(uri, built?.codex, examined);
  if (built) {
    return [
      built.platform === 'linux/arm64'
        ? ok('will be built for linux/arm64')
        : fail(
            `will be built for ${built.platform ?? 'this machine'}, not for linux/arm64`,
            'use AgentImage.fromDirectory',
          ),
      codexJudgement(built.codex),
    ];
  }
  if (uri === undefined) {
    return [notKnown('the deployment decides which image it is', 'repeat the command after it', 'not deployed')];
  }
  return imageJudgements(uri, undefined, examined);
}
